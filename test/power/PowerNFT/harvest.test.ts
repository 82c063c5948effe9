import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, QAP, type Enrolled, earning, enrolled } from "../../support/protocol.ts";

const DUST = 500n;
const QUARTER = QAP / 4n;

/** Locks what the miner could pay out now, so that cash comes from rewards and top-ups alone. */
async function lockAll(p: Enrolled): Promise<void> {
  await p.fil.setPreCommitDeposits(MINER, (await p.fil.ledgerOf(MINER)).available);
}

/** FIL for holders by way of the miner. */
async function topUp(p: Enrolled, amount: bigint): Promise<void> {
  await p.fil.native({ from: OWNER, to: MINER, value: amount });
  await p.nft.harvest(MINER);
}

describe("PowerNFT.harvest", () => {
  it("makes payable what was earned, and says so (R-LED-1)", async () => {
    const p = await earning();
    const owed = await earn(p, MINER, FIL(40));
    expect(await p.nft.payableOf(p.id)).to.equal(0n);
    await expect(p.nft.harvest(MINER)).to.emit(p.nft, "Harvested").withArgs(MINER, owed, 0n);
    expect(await p.nft.payableOf(p.id)).to.be.closeTo(owed, 1n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("answers with what arrived", async () => {
    const p = await earning();
    const owed = await earn(p, MINER, FIL(40));
    expect(await p.nft.harvest.staticCall(MINER)).to.equal(owed);
  });

  it("is open to a stranger (R-VLT-4)", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.nft.connect(p.stranger).harvest(MINER);
    expect((await p.nft.minerAccount(MINER)).owed).to.equal(0n);
  });

  it("takes nothing while nothing is owed (R-VLT-5)", async () => {
    const p = await earning();
    await p.fil.award(MINER, FIL(40)); // not measured yet
    await expect(p.nft.harvest(MINER)).not.to.emit(p.nft, "Harvested");
    expect(await p.fil.balanceOf(await p.nft.getAddress())).to.equal(0n);
  });

  it("does nothing for a miner that nobody enrolled", async () => {
    const p = await enrolled();
    expect(await p.nft.harvest.staticCall(4_242n)).to.equal(0n);
  });

  it("says nothing when nothing arrived", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.fil.setEarlyTerminations(MINER, true);
    await expect(p.nft.harvest(MINER)).not.to.emit(p.nft, "Harvested");
  });

  it("pays a part while most rewards still vest: earned and payable differ (R-LED-1)", async () => {
    const p = await earning();
    await lockAll(p);
    await earn(p, MINER, FIL(400)); // 100 of it is free at once
    await p.nft.harvest(MINER);
    expect(await p.nft.earnedOf(p.id)).to.be.closeTo(FIL(200), DUST);
    expect(await p.nft.payableOf(p.id)).to.be.closeTo(FIL(100), DUST);
    expect(await p.nft.unpaidOf(p.id)).to.be.closeTo(FIL(100), DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("leaves FIL that nobody owes to nobody: a gift to PowerNFT pays no income", async () => {
    const p = await earning();
    await earn(p, MINER, FIL(40));
    await p.fil.native({ from: OWNER, to: await p.nft.getAddress(), value: FIL(5) });
    expect(await p.nft.payableOf(p.id)).to.equal(0n);
    const { cash, liabilities } = await p.nft.solvency(MINER);
    expect([cash, liabilities]).to.deep.equal([FIL(5), 0n]);
  });
});

describe("The line of a miner's income (R-LED-3)", () => {
  it("finds an NFT's place among many changes of its weight", async () => {
    const p = await enrolled();
    const id = await mint(p, { nominalPower: QAP / 2n });
    // 40 FIL of rewards an interval; the NFT's part of it in FIL
    for (const part of [4n, 8n, 0n, 12n, 2n, 20n]) {
      await attest(p, id, (QAP * part) / 40n);
      await earn(p, MINER, FIL(40));
    }
    await lockAll(p);
    let covered = 0n;
    for (const amount of [3n, 5n, 4n, 9n, 4n, 1n, 19n, 1n]) {
      await topUp(p, FIL(amount.toString()));
      covered += FIL(amount.toString());
      expect(await p.nft.payableOf(id)).to.be.closeTo(covered, DUST);
    }
    expect(await p.nft.earnedOf(id)).to.be.closeTo(FIL(46), 6n * DUST);
    await expectIdentities(p, MINER, [id]);
  });

  it("leaves rewards that are too small for a byte of power to the provider", async () => {
    const p = await earning();
    await p.fil.setClaim(MINER, 1n << 79n, 1n << 79n);
    await p.nft.sync(MINER);
    await p.fil.award(MINER, 300n); // grows the pair by 2 attoFIL at most
    await p.nft.sync(MINER);
    const { rewards, earned } = await p.nft.minerAccount(MINER);
    expect(rewards).to.be.greaterThan(0n);
    expect(earned).to.equal(0n);
  });
});

describe("Oldest income first (R-LED-2)", () => {
  /** `early` earned 10 FIL alone; then `late` earned 10 FIL beside another 10 FIL of `early`. Nothing is paid. */
  async function twoClaimants() {
    const p = await enrolled();
    const early = await mint(p, { sectors: [{ start: 0n, count: 25n }], nominalPower: QUARTER });
    const late = await mint(p, { sectors: [{ start: 25n, count: 25n }], nominalPower: QUARTER, to: p.buyer.address });
    await attest(p, early, QUARTER);
    await earn(p, MINER, FIL(40));
    await attest(p, late, QUARTER);
    await earn(p, MINER, FIL(40));
    await lockAll(p);
    return { ...p, early, late };
  }

  it("covers what was earned first, whoever asks", async () => {
    const p = await twoClaimants();
    await topUp(p, FIL(10));
    expect(await p.nft.payableOf(p.late)).to.be.at.most(DUST);
    expect(await p.nft.payableOf(p.early)).to.be.closeTo(FIL(10), DUST);
  });

  it("shares cash of one time in proportion", async () => {
    const p = await twoClaimants();
    await topUp(p, FIL(18));
    expect(await p.nft.payableOf(p.early)).to.be.closeTo(FIL(14), DUST);
    expect(await p.nft.payableOf(p.late)).to.be.closeTo(FIL(4), DUST);
    await expectIdentities(p, MINER, [p.early, p.late]);
  });

  it("pays everybody in full in the end", async () => {
    const p = await twoClaimants();
    await topUp(p, FIL(31));
    expect(await p.nft.payableOf(p.early)).to.be.closeTo(FIL(20), DUST);
    expect(await p.nft.payableOf(p.late)).to.be.closeTo(FIL(10), DUST);
    expect((await p.nft.minerAccount(MINER)).owed).to.equal(0n);
  });

  it("gives nobody more for asking first or more often", async () => {
    const p = await twoClaimants();
    const claim = (by: typeof p.holder, id: bigint) => p.nft.connect(by).claim([id], by.address);
    for (const amount of [4n, 4n, 4n, 4n, 2n]) {
      await topUp(p, FIL(amount.toString()));
      await claim(p.buyer, p.late);
    }
    await claim(p.holder, p.early);
    expect(await p.nft.paidOf(p.early)).to.be.closeTo(FIL(14), DUST);
    expect(await p.nft.paidOf(p.late)).to.be.closeTo(FIL(4), DUST);
    await expectIdentities(p, MINER, [p.early, p.late]);
  });

  it("finds its place on a line of many checkpoints (R-LED-3)", async () => {
    const p = await twoClaimants();
    await p.fil.setPreCommitDeposits(MINER, 0n);
    for (let i = 0; i < 12; i++) await earn(p, MINER, FIL(4));
    await lockAll(p);
    await topUp(p, FIL(1)); // 30 FIL lie on the line before the 12 checkpoints of 2 FIL
    await topUp(p, FIL(40)); // 11 FIL beyond it
    expect((await p.nft.minerAccount(MINER)).covered).to.equal(FIL(41));
    expect(await p.nft.payableOf(p.early)).to.be.closeTo(FIL("25.5"), FIL("0.001"));
    expect(await p.nft.payableOf(p.late)).to.be.closeTo(FIL("15.5"), FIL("0.001"));
    await topUp(p, FIL(100));
    expect((await p.nft.minerAccount(MINER)).owed).to.equal(0n);
    await expectIdentities(p, MINER, [p.early, p.late]);
  });
});
