import { expect } from "chai";
import type { BaseContract, ContractTransactionResponse } from "ethers";

import { FIL } from "../../filecoin/index.ts";
import { ReportTree } from "../../../lib/protocol/report.ts";
import { writers } from "../../support/abi.ts";
import { changeMeasuring, changeMembers, changeParameter } from "../../support/governance.ts";
import { earn, mint, requestOf } from "../../support/nft.ts";
import { frameNow } from "../../support/oracle.ts";
import { MINER, type Earning, earning } from "../../support/protocol.ts";

type Deed = (p: Earning) => Promise<ContractTransactionResponse>;

/** Another NFT, whose sectors nobody else has. */
const another = (p: Earning): Promise<bigint> =>
  mint(p, { sectors: [{ start: 60n, count: 1n }], nominalPower: 1n, to: p.holder.address });

/** Everything that anybody can do to PowerNFT, done so that it succeeds. */
const DEEDS: Readonly<Record<string, Deed>> = {
  approve: (p) => p.nft.connect(p.holder).approve(p.buyer, p.id),
  "safeTransferFrom(address,address,uint256)": (p) =>
    p.nft.connect(p.holder)["safeTransferFrom(address,address,uint256)"](p.holder, p.buyer, p.id),
  "safeTransferFrom(address,address,uint256,bytes)": (p) =>
    p.nft.connect(p.holder)["safeTransferFrom(address,address,uint256,bytes)"](p.holder, p.buyer, p.id, "0x"),
  setApprovalForAll: (p) => p.nft.connect(p.holder).setApprovalForAll(p.buyer, true),
  transferFrom: (p) => p.nft.connect(p.holder).transferFrom(p.holder, p.buyer, p.id),
  mint: async (p) =>
    p.nft.connect(p.provider).mint(await requestOf(p, { sectors: [{ start: 60n, count: 1n }], nominalPower: 1n })),
  sync: async (p) => {
    await p.fil.award(MINER, FIL(40));
    return p.nft.connect(p.stranger).sync(MINER);
  },
  skip: async (p) => {
    const { syncDeadline } = await p.nft.minerAccount(MINER);
    await p.fil.mineTo(syncDeadline + 3n * 4_320n);
    return p.nft.connect(p.stranger).skip(MINER);
  },
  harvest: async (p) => {
    await earn(p, MINER, FIL(40));
    return p.nft.connect(p.stranger).harvest(MINER);
  },
  settle: async (p) => {
    await p.fil.award(MINER, FIL(40));
    return p.nft.connect(p.stranger).settle(MINER);
  },
  claim: async (p) => {
    await DEEDS.harvest?.(p);
    return p.nft.connect(p.holder).claim([p.id], p.holder);
  },
  claimCredit: async (p) => {
    await DEEDS.harvest?.(p);
    await DEEDS.transferFrom?.(p);
    return p.nft.connect(p.holder).claimCredit(p.holder);
  },
  claimProtocolFees: (p) => p.nft.connect(p.governance).claimProtocolFees(p.governance),
  deliver: async (p) => {
    await p.nft.connect(p.holder).approve(p.stranger.address, p.id);
    return p.nft.connect(p.stranger).deliver(p.holder.address, p.buyer.address, p.id);
  },
  burn: async (p) => p.nft.connect(p.holder).burn(await another(p)),
  freeSectors: async (p) => {
    const id = await mint(p, {
      sectors: [{ start: 60n, count: 1n }],
      nominalPower: 1n,
      expiry: (await p.nft.expiryOf(p.id)) - 86_400n,
    });
    await p.fil.mineTo(await p.nft.expiryOf(id));
    return p.nft.connect(p.stranger).freeSectors([id]);
  },
  setProtocolFee: (p) => changeParameter(p, p.nft.interface.encodeFunctionData("setProtocolFee", [100n])),
  setRewardFactor: (p) => changeMeasuring(p, p.nft.interface.encodeFunctionData("setRewardFactor", [300n])),
  pauseMinting: async (p) => p.nft.connect(p.guardian).pauseMinting((await p.fil.epoch()) + 100n),
};

/** What the oracle's contract alone may call, and the change of authority, which the roles' tests are about. */
const OTHERS = ["applyWeights", "lowerWeight", "setAuthority"];

/** The functions of a contract that can write, with their arguments where one name has several. */
function namesOf(contract: BaseContract): string[] {
  const all = writers(contract);
  const isShared = (name: string): boolean => all.filter((other) => other.name === name).length > 1;
  return all.map((fragment) => (isShared(fragment.name) ? fragment.format("sighash") : fragment.name)).sort();
}

/** Does something, and says that no weight has changed by it. */
async function expectNoWeightSet(p: Earning, deed: Deed): Promise<void> {
  const before = await p.nft.attestedWeightsOf(p.id);
  await expect(deed(p)).not.to.emit(p.nft, "WeightSet");
  expect(await p.nft.attestedWeightsOf(p.id)).to.deep.equal(before);
  expect(await p.nft.weightOf(p.id)).to.equal(p.weight);
  expect((await p.nft.minerAccount(MINER)).weight).to.equal(p.weight);
}

describe("A weight comes from a report or a challenge, and from nothing else (R-NFT-3)", () => {
  it("as this list of what PowerNFT can be told is complete", async () => {
    const p = await earning();
    expect(namesOf(p.nft)).to.deep.equal([...Object.keys(DEEDS), ...OTHERS].sort());
  });

  for (const [name, deed] of Object.entries(DEEDS)) {
    it(`not from ${name}`, async () => {
      await expectNoWeightSet(await earning(), deed);
    });
  }

  it("and of the oracle only applyPage and challenge set one", async () => {
    const p = await earning();
    expect(namesOf(p.powerOracle)).to.deep.equal(
      ["announceSkip", "applyPage", "challenge", "setAuthority", "setDelegate", "setMembers", "submit"].sort(),
    );
    const skip = { minerId: MINER, reason: "its power differs" };
    const frame = await frameNow(p);
    const tree = new ReportTree(frame, [skip]);
    const attestor = p.powerOracle.connect(p.attestor);
    await expectNoWeightSet(p, () => attestor.setDelegate(p.buyer));
    await expectNoWeightSet(p, () => p.powerOracle.connect(p.buyer).submit(frame, tree.root));
    await expectNoWeightSet(p, () => attestor.announceSkip(frame, MINER, skip.reason, tree.proofOf(skip)));
    await expectNoWeightSet(p, () => changeMembers(p, [p.buyer.address], 1n));
  });

  it("and the oracle that PowerNFT listens to was fixed when it was deployed", async () => {
    const p = await earning();
    expect(await p.nft.ORACLE()).to.equal(await p.powerOracle.getAddress());
    expect(await p.powerOracle.POWER_NFT()).to.equal(await p.nft.getAddress());
  });
});
