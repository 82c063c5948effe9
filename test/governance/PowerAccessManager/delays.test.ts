import { expect } from "chai";

import {
  GUARDIAN,
  ATTESTORS,
  PARAMETERS,
  SECONDS_A_DAY,
  changeManager,
  changeParameter,
  schedule,
} from "../../support/governance.ts";
import { ethers, networkHelpers } from "../../support/network.ts";
import { attest, earn } from "../../support/nft.ts";
import { type Protocol, deployed, earning } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";
import { FIL } from "../../filecoin/index.ts";

async function setProtocolFee(p: Protocol, bps: bigint): Promise<{ target: string; data: string; id: string }> {
  const target = await p.nft.getAddress();
  const data = p.nft.interface.encodeFunctionData("setProtocolFee", [bps]);
  return { target, data, id: await p.manager.hashOperation(p.governance.address, target, data) };
}

describe("a change of a parameter", () => {
  it("is refused when it was not scheduled", async () => {
    const p = await deployed();
    const { id } = await setProtocolFee(p, 100n);
    await expect(p.nft.connect(p.governance).setProtocolFee(100n))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerNotScheduled")
      .withArgs(id);
  });

  it("is refused before its 3 days are over", async () => {
    const p = await deployed();
    const { target, data, id } = await setProtocolFee(p, 100n);
    await schedule(p, target, data);
    await p.fil.mine(3n * DAY - 2n);
    await expect(p.nft.connect(p.governance).setProtocolFee(100n))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerNotReady")
      .withArgs(id);
  });

  it("takes effect by a plain call once 3 days are over", async () => {
    const p = await deployed();
    const { target, data } = await setProtocolFee(p, 100n);
    await schedule(p, target, data);
    await p.fil.mine(3n * DAY - 1n);
    await p.nft.connect(p.governance).setProtocolFee(100n);
    expect(await p.nft.protocolFeeBps()).to.equal(100n);
  });

  it("cannot be scheduled for a time before its delay is over", async () => {
    const p = await deployed();
    const { target, data } = await setProtocolFee(p, 100n);
    const tooSoon = BigInt(await networkHelpers.time.latest()) + 2n * SECONDS_A_DAY;
    await expect(p.manager.connect(p.governance).schedule(target, data, tooSoon))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerUnauthorizedCall")
      .withArgs(p.governance.address, target, data.slice(0, 10));
  });

  it("lapses a week after it is ready (R-GOV-2)", async () => {
    const p = await deployed();
    const { target, data, id } = await setProtocolFee(p, 100n);
    await schedule(p, target, data);
    await p.fil.mine(10n * DAY);
    await expect(p.nft.connect(p.governance).setProtocolFee(100n))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerExpired")
      .withArgs(id);
  });

  it("can be cancelled by the guardian", async () => {
    const p = await deployed();
    const { target, data, id } = await setProtocolFee(p, 100n);
    await schedule(p, target, data);
    await p.manager.connect(p.guardian).cancel(p.governance.address, target, data);
    await p.fil.mine(3n * DAY);
    await expect(p.nft.connect(p.governance).setProtocolFee(100n))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerNotScheduled")
      .withArgs(id);
  });

  it("cannot be cancelled by a stranger", async () => {
    const p = await deployed();
    const { target, data } = await setProtocolFee(p, 100n);
    await schedule(p, target, data);
    await expect(
      p.manager.connect(p.stranger).cancel(p.governance.address, target, data),
    ).to.be.revertedWithCustomError(p.manager, "AccessManagerUnauthorizedCancel");
  });
});

describe("a change of how income is measured (R-INC-2)", () => {
  it("waits as long as a change of roles", async () => {
    const p = await deployed();
    const data = p.nft.interface.encodeFunctionData("setRewardFactor", [300n]);
    await schedule(p, await p.nft.getAddress(), data);
    await p.fil.mine(7n * DAY - 2n);
    await expect(p.nft.connect(p.governance).setRewardFactor(300n)).to.be.revertedWithCustomError(
      p.manager,
      "AccessManagerNotReady",
    );
    await p.nft.connect(p.governance).setRewardFactor(300n); // the epoch after
    expect(await p.nft.rewardFactor()).to.equal(300n);
  });

  it("can be cancelled by the guardian", async () => {
    const p = await deployed();
    const target = await p.nft.getAddress();
    const data = p.nft.interface.encodeFunctionData("setRewardFactor", [300n]);
    await schedule(p, target, data);
    await expect(p.manager.connect(p.guardian).cancel(p.governance.address, target, data)).to.emit(
      p.manager,
      "OperationCanceled",
    );
  });
});

describe("a change of roles", () => {
  it("is refused when the admin did not schedule it", async () => {
    const p = await deployed();
    await expect(
      p.manager.connect(p.governance).grantRole(ATTESTORS, p.stranger.address, 0),
    ).to.be.revertedWithCustomError(p.manager, "AccessManagerNotScheduled");
  });

  it("is refused before the admin's 7 days are over", async () => {
    const p = await deployed();
    const data = p.manager.interface.encodeFunctionData("grantRole", [ATTESTORS, p.stranger.address, 0]);
    await schedule(p, await p.manager.getAddress(), data);
    await p.fil.mine(7n * DAY - 2n);
    await expect(
      p.manager.connect(p.governance).grantRole(ATTESTORS, p.stranger.address, 0),
    ).to.be.revertedWithCustomError(p.manager, "AccessManagerNotReady");
  });

  it("takes effect 2 days after it was carried out", async () => {
    const p = await deployed();
    await changeManager(p, p.manager.interface.encodeFunctionData("grantRole", [GUARDIAN, p.stranger.address, 0]));
    const until = (await p.fil.epoch()) + 3n * DAY;
    await expect(p.nft.connect(p.stranger).pauseMinting(until))
      .to.be.revertedWithCustomError(p.nft, "AccessManagedUnauthorized")
      .withArgs(p.stranger.address);
    await p.fil.mine(2n * DAY);
    await p.nft.connect(p.stranger).pauseMinting(until);
    expect(await p.nft.mintingPausedUntil()).to.equal(until);
  });

  it("is refused to a stranger", async () => {
    const p = await deployed();
    await expect(p.manager.connect(p.stranger).grantRole(ATTESTORS, p.stranger.address, 0))
      .to.be.revertedWithCustomError(p.manager, "AccessManagerUnauthorizedAccount")
      .withArgs(p.stranger.address, 0n);
  });

  it("cannot shorten a member's delay at once", async () => {
    const p = await deployed();
    const { manager, governance } = p;
    await changeManager(p, manager.interface.encodeFunctionData("grantRole", [PARAMETERS, governance.address, 0]));
    const { executionDelay } = await manager.hasRole(PARAMETERS, governance.address);
    expect(executionDelay).to.equal(3n * SECONDS_A_DAY);
    await p.fil.mine(3n * DAY);
    expect((await manager.hasRole(PARAMETERS, governance.address)).executionDelay).to.equal(0n);
  });
});

describe("what no role can stop (R-GOV-1)", () => {
  /** Governance closes PowerNFT: the hardest thing that it can do to it. */
  async function closed() {
    const p = await earning();
    await earn(p, p.miner, FIL(40));
    const nft = await p.nft.getAddress();
    await changeManager(p, p.manager.interface.encodeFunctionData("setTargetClosed", [nft, true]));
    return p;
  }

  it("harvests and claims", async () => {
    const p = await closed();
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    expect(payable).to.be.greaterThan(FIL(19));
    await expect(p.nft.connect(p.holder).claim([p.id], p.buyer.address)).to.changeEtherBalance(
      ethers,
      p.buyer,
      payable,
    );
  });

  it("transfers, and the credits that come of them", async () => {
    const p = await closed();
    await p.nft.harvest(p.miner);
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);
    const credit = await p.nft.creditOf(p.holder.address);
    await expect(p.nft.connect(p.holder).claimCredit(p.stranger.address)).to.changeEtherBalance(
      ethers,
      p.stranger,
      credit,
    );
  });

  it("the owner's withdrawals", async () => {
    const p = await closed();
    await expect(p.vault.connect(p.provider).withdrawToOwner(FIL(100)))
      .to.emit(p.vault, "OwnerPaid")
      .withArgs(p.miner, p.owner, FIL(100));
  });

  it("mapping claims to a role changes nothing", async () => {
    const p = await earning();
    await earn(p, p.miner, FIL(40));
    const nft = await p.nft.getAddress();
    const { selector } = p.nft.interface.getFunction("claim");
    await changeManager(
      p,
      p.manager.interface.encodeFunctionData("setTargetFunctionRole", [nft, [selector], ATTESTORS]),
    );
    await p.nft.harvest(p.miner);
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    expect(await p.nft.paidOf(p.id)).to.be.greaterThan(FIL(19));
  });

  it("closing PowerNFT stops the setters, and no weight", async () => {
    const p = await closed();
    await attest(p, p.id, p.weight / 2n);
    expect(await p.nft.weightOf(p.id)).to.equal(p.weight / 2n);
    await expect(
      changeParameter(p, p.nft.interface.encodeFunctionData("setProtocolFee", [1])),
    ).to.be.revertedWithCustomError(p.manager, "AccessManagerUnauthorizedCall");
  });
});
