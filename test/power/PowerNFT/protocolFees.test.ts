import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { changeParameter } from "../../support/governance.ts";
import { expectIdentities } from "../../support/identity.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, QAP, enrolled } from "../../support/protocol.ts";

const DUST = 1_000n;

/** NFT 1: half of the power, 10 % to the provider and 5 % to the protocol; 100 FIL of rewards are harvested. */
async function withFees() {
  const p = await enrolled();
  await changeParameter(p, p.nft.interface.encodeFunctionData("setProtocolFee", [500n]));
  const id = await mint(p, { nominalPower: QAP / 2n, spFeeBps: 1_000n });
  await attest(p, id, QAP / 2n);
  await earn(p, MINER, FIL(100));
  await p.nft.harvest(MINER);
  return { ...p, id };
}

describe("The protocol's fee", () => {
  it("is owed with holders' income, the provider's is not (R-INC-3)", async () => {
    const p = await withFees();
    const { earned, covered } = await p.nft.minerAccount(MINER);
    expect(earned).to.be.closeTo(FIL(45), DUST);
    expect(covered).to.equal(earned);
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL("42.5"), DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("becomes the protocol's when the holder claims", async () => {
    const p = await withFees();
    expect(await p.nft.protocolFees()).to.equal(0n);
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    expect(await p.nft.protocolFees()).to.be.closeTo(FIL("2.5"), DUST);
    const { cash, liabilities } = await p.nft.solvency(MINER);
    expect(cash).to.be.at.least(liabilities);
    expect(liabilities - (await p.nft.protocolFees())).to.be.at.most(DUST);
  });

  it("is what the holder's part, rounded down, leaves", async () => {
    const p = await withFees();
    let uneven = 0;
    for (const more of ["0.1", "0.01", "0.001"]) {
      await earn(p, MINER, FIL(more));
      await p.nft.harvest(MINER);
      await p.nft.connect(p.holder).claim([p.id], p.holder.address);
      const paid = await p.nft.paidOf(p.id);
      const gross = paid + (await p.nft.protocolFees());
      expect(paid).to.equal((gross * 17n) / 18n); // 85 of 90 %
      if (gross % 18n !== 0n) uneven += 1;
    }
    expect(uneven, "parts that do not come out even").to.be.greaterThan(0);
  });

  it("becomes the protocol's when the NFT moves", async () => {
    const p = await withFees();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);
    expect(await p.nft.protocolFees()).to.be.closeTo(FIL("2.5"), DUST);
    expect(await p.nft.creditOf(p.holder.address)).to.be.closeTo(FIL("42.5"), DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is divided the same however often the holder claims", async () => {
    const p = await withFees();
    for (let i = 0; i < 5; i++) {
      await p.nft.connect(p.holder).claim([p.id], p.holder.address);
      await earn(p, MINER, FIL("1.234567"));
      await p.nft.harvest(MINER);
    }
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    expect(await p.nft.paidOf(p.id)).to.equal(await p.nft.earnedOf(p.id));
    const { covered } = await p.nft.minerAccount(MINER);
    expect(covered - (await p.nft.paidOf(p.id)) - (await p.nft.protocolFees())).to.be.at.most(DUST);
  });

  it("takes its part of single attoFIL too: of 18 it gets one", async () => {
    const p = await withFees();
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    await earn(p, MINER, FIL(10));
    await p.fil.setEarlyTerminations(MINER, true); // cash comes from the vault alone
    const fees = await p.nft.protocolFees();
    const paid: bigint[] = [];
    for (let i = 0; i < 18; i++) {
      await p.fil.native({ from: OWNER, to: await p.vault.getAddress(), value: 1n });
      await p.nft.harvest(MINER);
      paid.push(await p.nft.connect(p.holder).claim.staticCall([p.id], p.stranger.address));
      await p.nft.connect(p.holder).claim([p.id], p.stranger.address);
    }
    expect(paid).to.include(0n);
    expect((await p.nft.protocolFees()) - fees).to.equal(1n);
    await expectIdentities(p, MINER, [p.id]);
  });
});

describe("PowerNFT.claimProtocolFees", () => {
  async function accrued() {
    const p = await withFees();
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    return { ...p, fees: await p.nft.protocolFees() };
  }

  it("pays them to whom the treasury names, and says so", async () => {
    const p = await accrued();
    const before = await p.fil.balanceOf(p.stranger.address);
    await expect(p.nft.connect(p.governance).claimProtocolFees(p.stranger.address))
      .to.emit(p.nft, "ProtocolFeesClaimed")
      .withArgs(p.stranger.address, p.fees);
    expect((await p.fil.balanceOf(p.stranger.address)) - before).to.equal(p.fees);
    expect(await p.nft.protocolFees()).to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("pays a native multisig by its masked id", async () => {
    const p = await accrued();
    const multisig = await p.fil.createMultisig({ signers: [OWNER], threshold: 1n });
    await p.nft.connect(p.governance).claimProtocolFees(maskedAddress(multisig));
    expect(await p.fil.balanceOf(multisig)).to.equal(p.fees);
  });

  it("pays nothing when there are none", async () => {
    const p = await withFees();
    await expect(p.nft.connect(p.governance).claimProtocolFees(p.stranger.address)).not.to.emit(
      p.nft,
      "ProtocolFeesClaimed",
    );
    expect(await p.nft.connect(p.governance).claimProtocolFees.staticCall(p.stranger.address)).to.equal(0n);
  });

  it("refuses payees that cannot be paid", async () => {
    const p = await accrued();
    for (const payee of [ZeroAddress, await p.nft.getAddress()]) {
      await expect(p.nft.connect(p.governance).claimProtocolFees(payee))
        .to.be.revertedWithCustomError(p.nft, "BadPayee")
        .withArgs(payee);
    }
  });

  it("is refused to everybody without the treasury's role", async () => {
    const p = await accrued();
    for (const caller of [p.stranger, p.oracle, p.guardian]) {
      await expect(p.nft.connect(caller).claimProtocolFees(caller.address))
        .to.be.revertedWithCustomError(p.nft, "AccessManagedUnauthorized")
        .withArgs(caller.address);
    }
  });

  it("takes nothing of what holders can be paid (R-GOV-1)", async () => {
    const p = await accrued();
    await earn(p, MINER, FIL(10));
    await p.nft.harvest(MINER);
    const payable = await p.nft.payableOf(p.id);
    await p.nft.connect(p.governance).claimProtocolFees(p.stranger.address);
    await expect(p.nft.connect(p.holder).claim([p.id], p.buyer.address)).to.changeEtherBalance(
      ethers,
      p.buyer,
      payable,
    );
  });
});
