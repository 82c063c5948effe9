import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { expectIdentities } from "../../support/identity.ts";
import { applyWeights, attest, earn, expiryAfter, mint } from "../../support/nft.ts";
import { MINER, QAP, earning, enrolled } from "../../support/protocol.ts";
import { DAY, EXPIRY_GRID } from "../../support/units.ts";

const QUARTER = QAP / 4n;
/** Of a few roundings, attoFIL. */
const DUST = 4n;

/** Two NFTs of a quarter of the power each; the second one expires 30 days after the first. */
async function twoDates() {
  const p = await enrolled();
  const expiry = expiryAfter(await p.fil.epoch(), 31n);
  const first = await mint(p, { sectors: [{ start: 0n, count: 25n }], nominalPower: QUARTER, expiry });
  const later = expiry + EXPIRY_GRID;
  const second = await mint(p, { sectors: [{ start: 25n, count: 25n }], nominalPower: QUARTER, expiry: later });
  await attest(p, first, QUARTER);
  await attest(p, second, QUARTER);
  return { ...p, first, second, expiry, later };
}

/** One sync has measured 10 days, 4 FIL a day, with the first date in their middle. */
async function passed() {
  const p = await twoDates();
  await p.fil.mineTo(p.expiry - 5n * DAY);
  await p.nft.sync(MINER);
  await p.fil.awardEvery(MINER, { epochs: 10n * DAY, every: DAY, amount: FIL(4) });
  await p.nft.sync(MINER);
  return p;
}

describe("An NFT's expiry (R-LED-5)", () => {
  it("ends its income at the date, although nobody calls until long after", async () => {
    const p = await passed();
    // 40 FIL over 10 days, a quarter of the first 5 days
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(5), FIL("0.01"));
    expect(await p.nft.earnedOf(p.second)).to.be.closeTo(FIL(10), FIL("0.01"));
  });

  it("lets the line grow by what living NFTs earn, and by no more, when one sync passes it", async () => {
    const p = await passed();
    const { earned } = await p.nft.minerAccount(MINER);
    const parts = (await p.nft.earnedOf(p.first)) + (await p.nft.earnedOf(p.second));
    expect(earned).to.be.closeTo(parts, DUST);
  });

  it("is a place on the line: cash covers what both earned before it first (R-LED-2)", async () => {
    const p = await passed();
    const { available, pledge } = await p.fil.ledgerOf(MINER);
    await p.fil.setInitialPledge(MINER, pledge + available);
    const before = 2n * (await p.nft.earnedOf(p.first));
    await p.fil.setBalance(await p.vault.getAddress(), before);
    await p.nft.harvest(MINER);
    expect((await p.nft.minerAccount(MINER)).covered, "less than all that was earned").to.equal(before);
    expect(await p.nft.payableOf(p.first)).to.be.closeTo(before / 2n, DUST);
    expect(await p.nft.payableOf(p.second)).to.be.closeTo(before / 2n, DUST);
  });

  it("gives what it no longer earns to nobody but the provider", async () => {
    const p = await twoDates();
    await p.fil.mineTo(p.expiry);
    await p.nft.sync(MINER);
    const before = await p.nft.earnedOf(p.second);
    await earn(p, MINER, FIL(8));
    expect((await p.nft.earnedOf(p.second)) - before).to.be.closeTo(FIL(2), 1_000n);
  });

  it("makes the weight 0 at the date, before any sync", async () => {
    const p = await twoDates();
    await p.fil.mineTo(p.expiry - 1n);
    expect(await p.nft.weightOf(p.first)).to.equal(QUARTER);
    await p.fil.mineTo(p.expiry);
    expect(await p.nft.weightOf(p.first)).to.equal(0n);
    expect(await p.nft.weightOf(p.second)).to.equal(QUARTER);
  });

  it("takes the NFT off the miner's totals at the next sync", async () => {
    const p = await twoDates();
    await p.fil.mineTo(p.expiry - 1n);
    await p.nft.sync(MINER); // mined at the date
    const { weight, living } = await p.nft.minerAccount(MINER);
    expect([weight, living]).to.deep.equal([QUARTER, 1n]);
  });

  it("of NFTs in one page of a report is each its own", async () => {
    const p = await twoDates();
    await applyWeights(p, MINER, [p.first, p.second], [QUARTER / 2n, QUARTER / 4n]);
    await p.fil.mineTo(p.expiry);
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(QUARTER / 4n);
    await p.fil.mineTo(p.later);
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(0n);
  });

  it("of several NFTs is right when one sync passes all their dates", async () => {
    const p = await twoDates();
    await p.fil.mineTo(p.expiry - 10n * DAY);
    await p.nft.sync(MINER);
    // 80 days: 10 with both, 30 with the second alone, 40 with nobody
    await p.fil.awardEvery(MINER, { epochs: 80n * DAY, every: DAY, amount: FIL(4) });
    await p.nft.sync(MINER);
    expect(await p.nft.earnedOf(p.first)).to.be.closeTo(FIL(10), FIL("0.01"));
    expect(await p.nft.earnedOf(p.second)).to.be.closeTo(FIL(40), FIL("0.01"));
    const { weight, living } = await p.nft.minerAccount(MINER);
    expect([weight, living]).to.deep.equal([0n, 0n]);
    await p.nft.harvest(MINER);
    await expectIdentities(p, MINER, [p.first, p.second]);
  });

  it("takes off each date the weights that one page gave NFTs of two dates", async () => {
    const p = await twoDates();
    await applyWeights(p, MINER, [p.first, p.second], [QUARTER / 2n, QUARTER / 4n]);
    await p.fil.mineTo(p.expiry);
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(QUARTER / 4n);
    await p.fil.mineTo(p.later);
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(0n);
  });

  it("is the same whether somebody syncs at the date or not", async () => {
    const earnedWith = async (called: boolean): Promise<bigint> => {
      const p = await twoDates();
      await p.fil.mineTo(p.expiry - 2n * DAY);
      await p.nft.sync(MINER);
      for (let day = 0; day < 4; day++) {
        await p.fil.awardEvery(MINER, { epochs: DAY, every: 480n, amount: FIL("0.1") });
        if (called) await p.nft.sync(MINER);
      }
      await p.nft.sync(MINER);
      return p.nft.earnedOf(p.first);
    };
    expect(await earnedWith(true)).to.be.closeTo(await earnedWith(false), FIL("0.05"));
  });

  it("leaves what was earned payable until it is paid", async () => {
    const p = await twoDates();
    await earn(p, MINER, FIL(40));
    await p.fil.mineTo(p.later);
    await p.nft.sync(MINER);
    const owed = await p.nft.unpaidOf(p.first);
    expect(owed).to.be.closeTo(FIL(10), 1_000n);
    await p.nft.harvest(MINER);
    expect(await p.nft.payableOf(p.first)).to.equal(owed);
    await p.nft.connect(p.holder).claim([p.first], p.holder.address);
    expect(await p.nft.paidOf(p.first)).to.equal(owed);
  });

  it("of an NFT that was never attested only takes it off the living", async () => {
    const p = await enrolled();
    const expiry = expiryAfter(await p.fil.epoch(), 31n);
    const id = await mint(p, { expiry });
    await p.fil.mineTo(expiry);
    await p.nft.sync(MINER);
    expect((await p.nft.minerAccount(MINER)).living).to.equal(0n);
    expect(await p.nft.earnedOf(id)).to.equal(0n);
  });

  it("does not touch an NFT of another date that is minted later", async () => {
    const p = await earning();
    const before = (await p.nft.minerAccount(MINER)).weight;
    await mint(p, { sectors: [{ start: 60n, count: 1n }] });
    await earn(p, MINER, FIL(2));
    expect((await p.nft.minerAccount(MINER)).weight).to.equal(before);
  });
});
