import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { applyWeights, attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, QAP, type Earning, earning, enrolled } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

const DUST = 1_000n;

/** What went into new pledge is gone for holders: the provider locks so much of what is available. */
async function pledge(p: Earning, amount: bigint): Promise<void> {
  const { pledge: before } = await p.fil.ledgerOf(MINER);
  await p.fil.setInitialPledge(MINER, before + amount);
}

/** Rewards of 40 FIL, 20 of them holders' and backed by what is available; then the provider pledges all of that. */
async function inArrears() {
  const p = await earning();
  await earn(p, MINER, FIL(40));
  await pledge(p, (await p.fil.ledgerOf(MINER)).available);
  await p.nft.sync(MINER);
  return p;
}

const arrearsOf = async (p: Earning) => (await p.nft.minerAccount(MINER)).arrears;

describe("Arrears (R-LED-8)", () => {
  it("are none while what was earned lies in the miner, vesting or free", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.equal(0n);
  });

  it("are none of what was available before anything was owed", async () => {
    const p = await earning();
    await pledge(p, FIL(800));
    await earn(p, MINER, FIL(40));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.equal(0n);
  });

  it("are what was owed and went into new pledge, at most what is owed", async () => {
    const p = await inArrears();
    const { arrears, owed } = await p.nft.minerAccount(MINER);
    expect(owed).to.be.closeTo(FIL(20), DUST);
    expect(arrears).to.equal(owed);
  });

  it("are the missing part alone when only a part is missing", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40)); // 910 FIL are available, 20 of them back the debt
    await pledge(p, FIL(890));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.be.closeTo(0n, DUST);
    await pledge(p, FIL(9));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.be.closeTo(FIL(9), DUST);
  });

  it("leave 5 % of the rewards for fees and penalties", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(20));
    await pledge(p, FIL(895)); // the 10 that are owed stay
    await earn(p, MINER, FIL(40)); // since the sync before: 38 of them must be accounted for
    await p.fil.penalise(MINER, FIL("1.9"));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.equal(0n);
    await p.fil.penalise(MINER, FIL("0.2"));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.be.closeTo(FIL("0.1"), DUST);
  });

  it("count cash that has arrived as accounted for", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    await earn(p, MINER, FIL(40));
    expect(await arrearsOf(p)).to.equal(0n);
  });

  it("count the vault's cash as the miner's", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await pledge(p, FIL(899));
    await p.fil.native({ from: OWNER, to: await p.vault.getAddress(), value: FIL(8) });
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.be.closeTo(FIL(1), DUST);
  });

  it("block a mint", async () => {
    const p = await inArrears();
    const request = mint(p, { sectors: [{ start: 60n, count: 1n }] });
    await expect(request)
      .to.be.revertedWithCustomError(p.nft, "InArrears")
      .withArgs(MINER, (arrears: bigint) => arrears > FIL(19));
  });

  it("block rises of weights and let falls through", async () => {
    const p = await earning();
    const second = await mint(p, { sectors: [{ start: 60n, count: 25n }], nominalPower: QAP / 4n });
    await earn(p, MINER, FIL(40));
    await pledge(p, (await p.fil.ledgerOf(MINER)).available);
    await expect(applyWeights(p, MINER, [p.id, second], [p.weight / 2n, QAP / 4n]))
      .to.emit(p.nft, "RiseLimited")
      .withArgs(second, MINER, QAP / 4n, 0n)
      .and.to.emit(p.nft, "WeightSet")
      .withArgs(p.id, MINER, p.weight, p.weight / 2n);
  });

  it("let come back what a fault took (R-ORC-2)", async () => {
    const p = await earning();
    await attest(p, p.id, p.weight / 4n);
    await earn(p, MINER, FIL(40));
    await pledge(p, (await p.fil.ledgerOf(MINER)).available);
    await attest(p, p.id, p.weight / 2n); // it was p.weight once
    expect(await arrearsOf(p)).to.be.greaterThan(0n);
    expect(await p.nft.weightOf(p.id)).to.equal(p.weight / 2n);
  });

  it("hold a rise at the highest weight that the NFT has had", async () => {
    const p = await enrolled();
    const id = await mint(p, { nominalPower: QAP / 2n });
    await attest(p, id, QAP / 4n);
    await attest(p, id, QAP / 8n);
    await earn(p, MINER, FIL(40));
    const { pledge: before, available } = await p.fil.ledgerOf(MINER);
    await p.fil.setInitialPledge(MINER, before + available);
    await expect(applyWeights(p, MINER, [id], [QAP / 2n]))
      .to.emit(p.nft, "RiseLimited")
      .withArgs(id, MINER, QAP / 2n, QAP / 4n);
    expect(await p.nft.weightOf(id)).to.equal(QAP / 4n);
  });

  it("are never reported above what is owed, also between a harvest and the next sync", async () => {
    const p = await inArrears();
    await p.fil.native({ from: OWNER, to: MINER, value: FIL(25) });
    await p.nft.harvest(MINER);
    const { arrears, owed } = await p.nft.minerAccount(MINER);
    expect([arrears, owed]).to.deep.equal([0n, 0n]);
  });

  it("end when the provider puts back what is missing and it is harvested", async () => {
    const p = await inArrears();
    await p.fil.native({ from: OWNER, to: MINER, value: FIL(25) });
    await p.nft.harvest(MINER);
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.equal(0n);
    expect(await mint(p, { sectors: [{ start: 60n, count: 1n }] })).to.equal(2n);
  });

  it("end when pledge is released again", async () => {
    const p = await inArrears();
    await p.fil.setInitialPledge(MINER, FIL(100));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.equal(0n);
  });

  it("begin afresh once nothing is owed: pledge of later money of the provider's is no arrears", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    await p.nft.sync(MINER);
    await pledge(p, (await p.fil.ledgerOf(MINER)).available);
    await earn(p, MINER, FIL(4));
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.be.at.most(FIL("3.8"));
  });

  it("take nothing from holders: what is owed stays owed", async () => {
    const p = await inArrears();
    await p.nft.harvest(MINER);
    await p.fil.mine(30n * DAY); // 30 / 180 of what vests
    await p.nft.harvest(MINER);
    expect(await p.nft.payableOf(p.id)).to.be.greaterThan(FIL(4));
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL(20), DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("do not stop a claim or a transfer", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.harvest(MINER);
    await earn(p, MINER, FIL(40));
    await pledge(p, (await p.fil.ledgerOf(MINER)).available);
    await p.nft.sync(MINER);
    expect(await arrearsOf(p)).to.be.greaterThan(0n);
    await p.nft.connect(p.holder).claim([p.id], p.holder.address);
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);
    expect(await p.nft.paidOf(p.id)).to.be.closeTo(FIL(20), DUST);
  });

  it("block nothing on an NFT that only falls to nothing", async () => {
    const p = await inArrears();
    await attest(p, p.id, 0n);
    expect(await p.nft.weightOf(p.id)).to.equal(0n);
  });
});
