import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL } from "../../filecoin/index.ts";
import { type Guaranteed, attestTwice, delivering, partOf, promising, prove } from "../../support/guarantee.ts";
import { expectIdentities } from "../../support/identity.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, OWNER, type Enrolled } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

const G = FIL(120);
/** Of rounding down the parts of an NFT and up the line, attoFIL. */
const DUST = 10n;

/** Lets so many days pass and measures. */
async function pass(p: Enrolled, days: bigint): Promise<bigint> {
  await p.fil.mine(days * DAY - 1n);
  await p.nft.sync(MINER);
  return p.fil.epoch();
}

/** What has not run off of the guarantee, attoFIL. */
async function leftOf(p: Guaranteed): Promise<bigint> {
  return G - (await partOf(p, p.id, (await p.fil.epoch()) - (await p.nft.powerOf(p.id)).attestedAt));
}

/** A report finds no power, and a day later another; what had not run off at the first, attoFIL. */
async function losePower(p: Guaranteed): Promise<bigint> {
  await attest(p, p.id, 0n);
  const left = await leftOf(p);
  await pass(p, 1n);
  await attest(p, p.id, 0n);
  return left;
}

describe("A guarantee (R-GUA-1)", () => {
  it("is promised at mint, and said", async () => {
    const p = await promising(G);
    const { promised, remaining, due } = await p.nft.guaranteeOf(p.id);
    expect([promised, remaining, due]).to.deep.equal([G, G, 0n]);
    const [event] = await p.nft.queryFilter(p.nft.filters.GuaranteePromised(p.id));
    expect(event?.args.amount).to.equal(G);
    expect((await p.nft.guaranteesOf(MINER)).remaining).to.equal(G);
  });

  it("is nothing where none was promised", async () => {
    const p = await promising(0n);
    expect(await p.nft.guaranteeOf(p.id)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
    await attestTwice(p, p.id, p.nominal);
    await attestTwice(p, p.id, 0n);
    await pass(p, 30n);
    expect(await p.nft.guaranteesOf(MINER)).to.deep.equal([0n, 0n, 0n, 0n]);
  });

  it("of an unknown NFT is refused", async () => {
    const p = await promising(G);
    await expect(p.nft.guaranteeOf(99n)).to.be.revertedWithCustomError(p.nft, "UnknownNFT").withArgs(99n);
  });

  it("begins with the first attested weight: before it, no day runs off", async () => {
    const p = await promising(G);
    await pass(p, 30n);
    expect((await p.nft.guaranteeOf(p.id)).remaining).to.equal(G);
    await attest(p, p.id, p.nominal);
    expect((await p.nft.guaranteeOf(p.id)).remaining).to.be.closeTo(G, DUST);
    expect((await p.nft.guaranteesOf(MINER)).remaining).to.be.closeTo(G, DUST);
  });

  it("runs off evenly over the term, and owes nothing for days that were delivered", async () => {
    const p = await delivering(G);
    const { attestedAt } = await p.nft.powerOf(p.id);
    for (const days of [1n, 30n, 100n]) {
      const now = await pass(p, days);
      const { remaining, due } = await p.nft.guaranteeOf(p.id);
      expect(remaining).to.be.closeTo(G - (await partOf(p, p.id, now - attestedAt)), DUST);
      expect(due).to.equal(0n);
    }
    await expectIdentities(p, MINER, [p.id]);
  });

  for (const [part, text] of [
    [1n, "a quarter"],
    [2n, "half"],
    [4n, "all"],
  ] as const) {
    it(`owes ${text} of a day's part for a day on which ${text} of the power is missing`, async () => {
      const p = await delivering(G);
      // a proof sets both weights at once; a report of no power would call the guarantee
      await prove(p, p.id, p.nominal - (p.nominal * part) / 4n);
      const since = await p.fil.epoch();
      const now = await pass(p, 10n);
      const owed = ((await partOf(p, p.id, now - since)) * part) / 4n;
      const { due, remaining } = await p.nft.guaranteeOf(p.id);
      expect(due).to.be.closeTo(owed, DUST);
      expect(remaining).to.be.closeTo(G - (await partOf(p, p.id, now - (await p.nft.powerOf(p.id)).attestedAt)), DUST);
      await expectIdentities(p, MINER, [p.id]);
    });
  }

  it("follows the larger of the last two weights: one wrong report owes nothing (R-ORC-3)", async () => {
    const p = await delivering(G);
    await attest(p, p.id, 0n);
    await pass(p, 1n);
    await attest(p, p.id, p.nominal);
    await pass(p, 1n);
    expect((await p.nft.guaranteeOf(p.id)).due).to.equal(0n);
  });

  it("owes from the second report on that finds power missing (R-ORC-3)", async () => {
    const p = await delivering(G);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    const now = await pass(p, 3n);
    const half = (await partOf(p, p.id, now - since)) / 2n;
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(half, DUST);
  });

  it("owes at once what a proof takes of the weight before the last alone (R-ORC-3, R-ORC-4)", async () => {
    const p = await delivering(G);
    await attest(p, p.id, p.nominal / 2n);
    await prove(p, p.id, (p.nominal * 3n) / 4n);
    const since = await p.fil.epoch();
    expect(await p.nft.weightOf(p.id)).to.equal(p.nominal / 2n);
    const now = await pass(p, 3n);
    const quarter = (await partOf(p, p.id, now - since)) / 4n;
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(quarter, DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("owes no more from the report on that finds the power again", async () => {
    const p = await delivering(G);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    await pass(p, 3n);
    await attest(p, p.id, p.nominal);
    const until = await p.fil.epoch();
    await pass(p, 50n);
    const half = (await partOf(p, p.id, until - since)) / 2n;
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(half, DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("says what became due of a miner's guarantees", async () => {
    const p = await delivering(G);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    await p.fil.mine(DAY - 1n);
    const half = (await partOf(p, p.id, DAY)) / 2n;
    await p.nft.sync(MINER);
    const [event] = await p.nft.queryFilter(p.nft.filters.GuaranteesDue(MINER), Number(since + 1n));
    expect(event?.args.from).to.equal(since);
    expect(event?.args.to).to.equal(since + DAY);
    expect(event?.args.amount).to.be.closeTo(half, DUST);
  });

  it("becomes due when two reports running find no power: with all that remained at the first of them", async () => {
    const p = await delivering(G);
    await pass(p, 30n);
    await attest(p, p.id, 0n);
    const left = await leftOf(p);
    await pass(p, 1n);
    expect((await p.nft.guaranteeOf(p.id)).due).to.equal(0n);
    await attest(p, p.id, 0n);
    const { promised, remaining, due } = await p.nft.guaranteeOf(p.id);
    expect(due).to.be.closeTo(left, DUST);
    expect([promised, remaining]).to.deep.equal([G, 0n]);
    const [event] = await p.nft.queryFilter(p.nft.filters.GuaranteeCalled(p.id));
    expect(event?.args.amount).to.equal(due);
    expect((await p.nft.guaranteesOf(MINER)).remaining).to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is called with what ran off as delivered since the first report alone: what was missing was due already", async () => {
    const p = await delivering(G);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    await pass(p, 3n);
    await attest(p, p.id, 0n);
    const half = (await partOf(p, p.id, (await p.fil.epoch()) - since)) / 2n;
    const left = await leftOf(p);
    await pass(p, 1n);
    await attest(p, p.id, 0n);
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(half + left, DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is called with what ran off before a proof that came between the two reports", async () => {
    const p = await delivering(G);
    await attest(p, p.id, 0n);
    const left = await leftOf(p);
    for (const part of [4n, 2n, 0n]) {
      await pass(p, 1n);
      await prove(p, p.id, (p.nominal * part) / 8n);
    }
    await pass(p, 1n);
    await attest(p, p.id, 0n);
    const { due, remaining } = await p.nft.guaranteeOf(p.id);
    expect(due).to.be.closeTo(left, DUST);
    expect(remaining).to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("forgets a report of no power that the next one contradicts", async () => {
    const p = await delivering(G);
    await attest(p, p.id, 0n);
    await pass(p, 1n);
    await attest(p, p.id, 1n);
    await pass(p, 1n);
    await attest(p, p.id, p.nominal);
    const before = (await p.nft.guaranteeOf(p.id)).due;
    await pass(p, 1n);
    const left = await losePower(p);
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(before + left, DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("forgets it too when a proof came between: what was missing from the proof on stays due", async () => {
    const p = await delivering(G);
    await attest(p, p.id, 0n);
    await pass(p, 1n);
    await prove(p, p.id, 0n);
    const since = await p.fil.epoch();
    await pass(p, 1n);
    await attest(p, p.id, p.nominal);
    const missed = await partOf(p, p.id, (await p.fil.epoch()) - since);
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(missed, DUST);
    await pass(p, 1n);
    const left = await losePower(p);
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(missed + left, DUST);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is not called by a report of no power that the expiry keeps from being confirmed", async () => {
    const p = await delivering(G);
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry - DAY / 2n);
    await attest(p, p.id, 0n);
    await p.fil.mineTo(expiry);
    await attest(p, p.id, 0n);
    const { due, remaining } = await p.nft.guaranteeOf(p.id);
    expect([due, remaining]).to.deep.equal([0n, 0n]);
  });

  it("never runs again once it was called: neither for power that comes back nor for power that goes", async () => {
    const p = await delivering(G);
    await attestTwice(p, p.id, 0n);
    const { due } = await p.nft.guaranteeOf(p.id);
    await attest(p, p.id, p.nominal);
    await pass(p, 10n);
    await attestTwice(p, p.id, 0n);
    await pass(p, 10n);
    expect((await p.nft.guaranteeOf(p.id)).due).to.equal(due);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is not called by a proof of no power alone: it counts as one of the two reports", async () => {
    const p = await delivering(G);
    await prove(p, p.id, 0n);
    const since = await p.fil.epoch();
    const now = await pass(p, 1n);
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(await partOf(p, p.id, now - since), DUST);
    await attest(p, p.id, 0n);
    expect((await p.nft.guaranteeOf(p.id)).remaining).to.equal(0n);
  });

  it("is not called by a proof that follows a report of no power: only by the next report", async () => {
    const p = await delivering(G);
    await attest(p, p.id, 0n);
    await prove(p, p.id, 0n);
    expect((await p.nft.guaranteeOf(p.id)).remaining).to.be.greaterThan(0n);
    await attest(p, p.id, 0n);
    expect((await p.nft.guaranteeOf(p.id)).remaining).to.equal(0n);
  });

  it("ends at the expiry, even if nobody calls before or after (R-LED-5)", async () => {
    const p = await delivering(G);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry + 100n * DAY);
    await p.nft.sync(MINER);
    const half = (await partOf(p, p.id, expiry - since)) / 2n;
    const { due, remaining } = await p.nft.guaranteeOf(p.id);
    expect(due).to.be.closeTo(half, DUST);
    expect(remaining).to.equal(0n);
    expect((await p.nft.guaranteesOf(MINER)).remaining).to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("ends at the expiry of an NFT that was never attested, with nothing due", async () => {
    const p = await promising(G);
    await mint(p, { sectors: [{ start: 60n, count: 1n }] }); // lives on
    await p.nft.sync(MINER);
    await p.fil.mineTo((await p.nft.powerOf(p.id)).expiry);
    await p.nft.sync(MINER);
    const { remaining, due } = await p.nft.guaranteeOf(p.id);
    expect([remaining, due]).to.deep.equal([0n, 0n]);
    expect((await p.nft.guaranteesOf(MINER)).remaining).to.equal(0n);
  });

  it("owes all of a term in which nothing was delivered, and not an attoFIL more", async () => {
    const p = await delivering(G);
    await prove(p, p.id, 0n);
    const since = await p.fil.epoch();
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry + DAY);
    await p.nft.sync(MINER);
    const { due } = await p.nft.guaranteeOf(p.id);
    expect(due).to.be.at.most(await partOf(p, p.id, expiry - since));
    expect(due).to.be.closeTo(await partOf(p, p.id, expiry - since), DUST);
  });

  it("runs on while measuring is given up: what is missing stays owed", async () => {
    const p = await delivering(G);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    await p.fil.mineTo((await p.nft.minerAccount(MINER)).syncDeadline + 3n * 4_320n);
    await p.nft.skip(MINER);
    const half = (await partOf(p, p.id, (await p.fil.epoch()) - since)) / 2n;
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(half, DUST);
  });
});

describe("What is due by guarantees (R-LED-4)", () => {
  /** Half of the power is missing for 20 days, and some income is earned; nothing is available but what is sent. */
  async function short() {
    const p = await delivering(G);
    await attestTwice(p, p.id, p.nominal / 2n);
    await earn(p, MINER, FIL(40));
    await pass(p, 20n);
    await p.fil.setPreCommitDeposits(MINER, (await p.fil.ledgerOf(MINER)).available);
    const { due } = await p.nft.guaranteeOf(p.id);
    return { ...p, due, earned: await p.nft.earnedOf(p.id) };
  }

  /** FIL for holders by way of the miner. */
  async function topUp(p: Enrolled, amount: bigint): Promise<void> {
    await p.fil.native({ from: OWNER, to: MINER, value: amount });
    await p.nft.harvest(MINER);
  }

  it("is paid behind all earned income", async () => {
    const p = await short();
    await topUp(p, p.earned);
    expect(await p.nft.payableOf(p.id)).to.be.closeTo(p.earned, 1n);
    expect((await p.nft.guaranteeOf(p.id)).payableNow).to.be.at.most(1n);
    await topUp(p, p.due / 2n);
    expect((await p.nft.guaranteeOf(p.id)).payableNow).to.be.closeTo(p.due / 2n, FIL("0.000000001"));
    await topUp(p, p.due);
    expect((await p.nft.guaranteeOf(p.id)).payableNow).to.equal(p.due);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is harvested with the income in one call, which says both", async () => {
    const p = await short();
    const { owed: income } = await p.nft.minerAccount(MINER);
    const { owed } = await p.nft.guaranteesOf(MINER);
    await p.fil.native({ from: OWNER, to: MINER, value: FIL(100) });
    expect(await p.nft.harvest.staticCall(MINER)).to.equal(income + owed);
    await expect(p.nft.harvest(MINER))
      .to.emit(p.nft, "Harvested")
      .withArgs(MINER, income, 0n)
      .and.to.emit(p.nft, "GuaranteesHarvested")
      .withArgs(MINER, owed, 0n);
  });

  it("is harvested where no income is owed", async () => {
    const p = await short();
    await topUp(p, p.earned + 1n);
    await p.fil.native({ from: OWNER, to: MINER, value: FIL(100) });
    const { owed } = await p.nft.guaranteesOf(MINER);
    await expect(p.nft.harvest(MINER))
      .to.emit(p.nft, "GuaranteesHarvested")
      .withArgs(MINER, owed, 0n)
      .and.not.to.emit(p.nft, "Harvested");
  });

  it("is counted in the solvency of the whole (R-LED-7)", async () => {
    const p = await short();
    await topUp(p, FIL(100));
    const { cash, liabilities } = await p.nft.solvency(MINER);
    expect(liabilities).to.be.closeTo(p.earned + p.due, DUST);
    expect(cash).to.equal(liabilities);
  });

  it("is claimed with the income in one sum, and never twice", async () => {
    const p = await short();
    await topUp(p, FIL(100));
    const [income, { payableNow: due }] = [await p.nft.payableOf(p.id), await p.nft.guaranteeOf(p.id)];
    const before = await p.fil.balanceOf(p.stranger.address);
    await expect(p.nft.connect(p.holder).claim([p.id], p.stranger.address))
      .to.emit(p.nft, "Claimed")
      .withArgs(p.id, p.holder.address, p.stranger.address, income)
      .and.to.emit(p.nft, "GuaranteePaid")
      .withArgs(p.id, p.holder.address, p.stranger.address, due);
    expect((await p.fil.balanceOf(p.stranger.address)) - before).to.equal(income + due);
    expect((await p.nft.guaranteeOf(p.id)).paid).to.equal(due);
    expect(await p.nft.connect(p.holder).claim.staticCall([p.id], p.stranger.address)).to.equal(0n);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is claimed where no income is payable", async () => {
    const p = await short();
    await topUp(p, FIL(100));
    await p.nft.connect(p.holder).claim([p.id], p.stranger.address);
    await pass(p, 1n);
    await topUp(p, FIL(10));
    const { payableNow } = await p.nft.guaranteeOf(p.id);
    expect(payableNow).to.be.greaterThan(0n);
    await expect(p.nft.connect(p.holder).claim([p.id], p.stranger.address))
      .to.emit(p.nft, "GuaranteePaid")
      .withArgs(p.id, p.holder.address, p.stranger.address, payableNow)
      .and.not.to.emit(p.nft, "Claimed");
  });

  it("becomes a credit of the seller as far as it is payable, and travels with the NFT beyond that (R-LED-6)", async () => {
    const p = await short();
    await topUp(p, p.earned + p.due / 2n);
    const [income, { payableNow }] = [await p.nft.payableOf(p.id), await p.nft.guaranteeOf(p.id)];
    await expect(p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id))
      .to.emit(p.nft, "GuaranteePaid")
      .withArgs(p.id, p.holder.address, ZeroAddress, payableNow);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(income + payableNow);
    await topUp(p, p.due);
    expect((await p.nft.guaranteeOf(p.id)).payableNow).to.equal(p.due - payableNow);
    await expectIdentities(p, MINER, [p.id]);
  });

  it("is paid oldest first: what was due before goes before a guarantee that is called", async () => {
    const p = await delivering(G);
    const sectors = [{ start: 50n, count: 50n }];
    const other = await mint(p, { sectors, nominalPower: p.nominal, guarantee: G, to: p.buyer.address });
    await attest(p, other, p.nominal);
    await attestTwice(p, p.id, p.nominal / 2n);
    await pass(p, 20n);
    await attestTwice(p, other, 0n);
    const { due: first } = await p.nft.guaranteeOf(p.id);
    const { due: called } = await p.nft.guaranteeOf(other);
    await pass(p, 20n);
    const { due: all } = await p.nft.guaranteeOf(p.id);
    await p.fil.setPreCommitDeposits(MINER, (await p.fil.ledgerOf(MINER)).available);
    const payableOfBoth = async () => [
      (await p.nft.guaranteeOf(p.id)).payableNow,
      (await p.nft.guaranteeOf(other)).payableNow,
    ];
    const near = FIL("0.000000001"); // the line counts time in parts of an epoch
    const expectBoth = async (mine: bigint, others: bigint) => {
      const [a = 0n, b = 0n] = await payableOfBoth();
      expect(a).to.be.closeTo(mine, near);
      expect(b).to.be.closeTo(others, near);
      await expectIdentities(p, MINER, [p.id, other]);
    };
    await topUp(p, first);
    await expectBoth(first, 0n);
    await topUp(p, called / 2n);
    await expectBoth(first, called / 2n);
    await topUp(p, called / 2n);
    await expectBoth(first, called);
    await topUp(p, all);
    expect(await payableOfBoth()).to.deep.equal([all, called]);
  });

  it("is shared by what each is missing", async () => {
    const p = await delivering(G);
    const sectors = [{ start: 50n, count: 50n }];
    const other = await mint(p, { sectors, nominalPower: p.nominal, guarantee: 3n * G });
    await attest(p, other, p.nominal);
    const since = await attestTwice(p, p.id, p.nominal / 2n);
    const sinceOther = await attestTwice(p, other, (p.nominal * 3n) / 4n);
    const now = await pass(p, 40n);
    const mine = (await partOf(p, p.id, now - since)) / 2n;
    const others = (await partOf(p, other, now - sinceOther)) / 4n;
    expect((await p.nft.guaranteeOf(p.id)).due).to.be.closeTo(mine, DUST);
    expect((await p.nft.guaranteeOf(other)).due).to.be.closeTo(others, DUST);
    await expectIdentities(p, MINER, [p.id, other]);
  });

  it("keeps an expired NFT from being burned until it is covered", async () => {
    const p = await short();
    await p.fil.mineTo((await p.nft.powerOf(p.id)).expiry);
    await p.nft.sync(MINER);
    await topUp(p, await p.nft.unpaidOf(p.id));
    const { due, payableNow } = await p.nft.guaranteeOf(p.id);
    await expect(p.nft.connect(p.holder).burn(p.id))
      .to.be.revertedWithCustomError(p.nft, "NotBurnable")
      .withArgs(p.id, (await p.nft.powerOf(p.id)).expiry, due - payableNow);
    await topUp(p, FIL(200));
    await p.nft.connect(p.holder).burn(p.id);
    expect(await p.nft.creditOf(p.holder.address)).to.be.closeTo(p.earned + due, DUST);
  });

  it("is forgotten with an NFT that is burned before it was attested", async () => {
    const p = await promising(G);
    await p.nft.connect(p.holder).burn(p.id);
    expect(await p.nft.guaranteesOf(MINER)).to.deep.equal([0n, 0n, 0n, 0n]);
    expect((await p.nft.minerAccount(MINER)).nominalPower).to.equal(0n);
    await p.fil.mineTo((await p.fil.epoch()) + 400n * DAY);
    await p.nft.sync(MINER); // its date has nothing to end
  });
});

describe("The nominal power that a miner has sold", () => {
  it("is the sum of its living NFTs", async () => {
    const p = await promising(G);
    const { expiry } = await p.nft.powerOf(p.id);
    await mint(p, { sectors: [{ start: 60n, count: 1n }], nominalPower: 5n, expiry: expiry + 86_400n });
    expect((await p.nft.minerAccount(MINER)).nominalPower).to.equal(p.nominal + 5n);
    await p.fil.mineTo(expiry);
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).nominalPower).to.equal(5n);
  });

  it("stays below 2^64 bytes", async () => {
    const p = await promising(0n);
    const most = (1n << 64n) - 1n;
    await expect(mint(p, { sectors: [{ start: 60n, count: 1n }], nominalPower: most }))
      .to.be.revertedWithCustomError(p.nft, "OutOfRange")
      .withArgs(most + p.nominal, 1n, most);
  });
});
