import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { changeMarket } from "../../support/governance.ts";
import { newCoin } from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn } from "../../support/nft.ts";
import {
  COST,
  INCOME_A_DAY,
  POOL_MINER,
  type Pool,
  deposit,
  founded,
  joined,
  leave,
  mintGuaranteed,
  nextDay,
  sell,
  setPolicy,
  WON_A_DAY,
  person,
} from "../../support/pool.ts";
import { DAY } from "../../support/units.ts";

/** The refusal of a purchase, by its error's name. */
const refused = (p: Pool, error: string, id = p.id) =>
  expect(p.pool.buyMachine(id)).to.be.revertedWithCustomError(p.pool, error);

describe("JointMiningPool.buyMachine (R-JMP-6)", () => {
  it("buys a listing for whoever calls, books it at its cost, and leaves the upper price as it was", async () => {
    const p = await joined();
    await sell(p, p.id, COST);
    const before = await p.pool.accounts();
    const { bid, guaranteed } = await p.pool.appraise(p.id);
    expect(bid).to.be.greaterThan(COST);
    expect(guaranteed).to.be.greaterThan(COST);
    const call = p.pool.connect(p.stranger).buyMachine(p.id);
    await expect(call).to.changeEtherBalances(ethers, [p.pool, p.holder], [-COST, COST]);
    expect(await p.nft.ownerOf(p.id)).to.equal(await p.pool.getAddress());
    const after = await p.pool.accounts();
    expect(after.upper).to.equal(before.upper);
    expect([after.cash, after.openCost, after.machines]).to.deep.equal([0n, COST, 1n]);
    expect(await p.pool.machineIds()).to.deep.equal([p.id]);
    const machine = await p.pool.machineOf(p.id);
    expect([machine.cost, machine.unpaid, machine.weight, machine.provider]).to.deep.equal([
      COST,
      COST,
      p.weight,
      p.owner,
    ]);
  });

  it("pays at most a part of half of what the network expects while the NFT is young (R-INC-7)", async () => {
    const p = await joined();
    await sell(p, p.id, FIL(1));
    const { bid, perDay, daysLeft } = await p.pool.appraise(p.id);
    expect(perDay).to.be.closeTo(INCOME_A_DAY / 2n, 10n ** 6n);
    const least = (INCOME_A_DAY / 2n) * daysLeft;
    expect(bid).to.be.closeTo((least * 95n) / 100n, FIL(100));
  });

  it("goes by the lower of realised and expected income once it was measured for 30 days (R-INC-7)", async () => {
    const p = await joined();
    const start = await p.fil.epoch();
    await p.fil.mineTo(start + 31n * DAY);
    await earn(p, p.miner, WON_A_DAY * 5n); // 5 days' worth in 31
    await sell(p, p.id, FIL(1));
    expect((await p.pool.appraise(p.id)).perDay).to.be.closeTo((INCOME_A_DAY * 5n) / 31n, FIL("0.1"));
    await p.fil.award(POOL_MINER, WON_A_DAY * 500n); // luck, or gas premiums
    await p.nft.sync(p.miner);
    expect((await p.pool.appraise(p.id)).perDay).to.be.closeTo(INCOME_A_DAY, FIL("0.001"));
  });

  it("counts income that comes along, and pays the machine off by it", async () => {
    const p = await joined();
    await earn(p, p.miner, WON_A_DAY * 10n);
    await sell(p, p.id, COST);
    const before = await p.pool.accounts();
    await p.pool.buyMachine(p.id);
    const { cost, receivable, unpaid } = await p.pool.machineOf(p.id);
    expect(receivable).to.be.closeTo(FIL(1_000), 10n);
    expect(cost).to.equal(COST - receivable);
    expect(unpaid).to.equal(cost);
    expect((await p.pool.accounts()).upper).to.equal(before.upper);
  });

  it("does not gain a seller that harvests just before: what it takes away is not bid for", async () => {
    const p = await joined();
    await earn(p, p.miner, WON_A_DAY * 10n);
    await sell(p, p.id, COST);
    const before = (await p.pool.appraise(p.id)).bid;
    await p.nft.harvest(p.miner);
    const taken = await p.nft.payableOf(p.id);
    expect(taken).to.be.greaterThan(0n);
    const after = (await p.pool.appraise(p.id)).bid;
    expect(before - after).to.be.closeTo((taken * 8n) / 10n, FIL(1));
    await p.pool.buyMachine(p.id);
    expect((await p.pool.machineOf(p.id)).receivable).to.be.closeTo(FIL(1_000) - taken, 10n);
  });

  it("refuses what is not on sale, no longer, or in another coin", async () => {
    const p = await joined();
    await refused(p, "NotOnSale");
    await sell(p, p.id, COST);
    await p.market.connect(p.holder).cancelListing(p.id);
    await refused(p, "NotOnSale");
    const coin = await newCoin();
    const data = p.market.interface.encodeFunctionData("setCoin", [await coin.getAddress(), true]);
    await changeMarket(p, data);
    await p.market.connect(p.holder).list(p.id, coin, COST, p.expiry, p.weight);
    await expect(p.pool.buyMachine(p.id))
      .to.be.revertedWithCustomError(p.pool, "NotOnSale")
      .withArgs(p.id, await coin.getAddress());
  });

  it("refuses a price above its bid", async () => {
    const p = await joined();
    await setPolicy(p, { bidBps: 5_000n });
    await sell(p, p.id, FIL(1));
    const { bid } = await p.pool.appraise(p.id);
    await sell(p, p.id, bid + FIL(50));
    await refused(p, "AboveBid");
  });

  it("refuses a guarantee below the price, whatever the policy (hard rule)", async () => {
    const p = await joined();
    const id = await mintGuaranteed(p, { start: 100n, count: 50n }, FIL(999));
    await sell(p, id, FIL(1_000));
    await refused(p, "NotGuaranteed", id);
    await sell(p, id, FIL(900));
    await p.pool.buyMachine(id);
  });

  it("refuses a guarantee that the miner does not cover", async () => {
    const p = await joined();
    await sell(p, p.id, FIL(5_000));
    const { amount, remaining } = await p.nft.coverOf(p.miner);
    expect(amount).to.be.at.least(remaining);
    await p.fil.addFeeDebt(p.miner, FIL(90_000));
    await refused(p, "NotGuaranteed");
  });

  it("refuses a weight that was not attested or has fallen", async () => {
    const p = await joined();
    await sell(p, p.id, FIL(5_000));
    await attest(p, p.id, p.weight / 2n);
    await refused(p, "WeightInDoubt");
    await attest(p, p.id, 0n);
    await refused(p, "WeightInDoubt");
  });

  it("goes by the weight before, when the last report raised it", async () => {
    const p = await joined();
    await sell(p, p.id, FIL(1));
    await attest(p, p.id, p.weight / 2n);
    await attest(p, p.id, p.weight);
    expect((await p.pool.appraise(p.id)).weight).to.equal(p.weight / 2n);
  });

  it("refuses a miner whose power falls in the same block", async () => {
    const p = await joined();
    await sell(p, p.id, FIL(5_000));
    await p.fil.declareFaults(
      p.miner,
      Array.from({ length: 130 }, (_, n) => BigInt(100 + n)),
    );
    await refused(p, "SoldTooMuch");
  });

  it("refuses a miner that has sold more than 80 % of its power (hard rule)", async () => {
    const p = await joined();
    await mintGuaranteed(p, { start: 100n, count: 93n }, FIL(1));
    await sell(p, p.id, FIL(5_000));
    await refused(p, "SoldTooMuch");
  });

  it("refuses a term that is too short", async () => {
    const p = await joined();
    await setPolicy(p, { minTermDays: 540n });
    await sell(p, p.id, FIL(5_000));
    await refused(p, "TermTooShort");
  });

  it("refuses a miner in arrears", async () => {
    const p = await joined();
    await earn(p, p.miner, WON_A_DAY);
    const { available, pledge } = await p.fil.ledgerOf(p.miner);
    await p.fil.setInitialPledge(p.miner, pledge + available); // new sectors take all that is free
    await p.nft.sync(p.miner);
    await sell(p, p.id, FIL(5_000));
    await refused(p, "MinerInArrears");
  });

  it("refuses more than a part of its assets in a frame", async () => {
    const p = await joined();
    await setPolicy(p, { dailyBps: 1_000n });
    await sell(p, p.id, FIL(1_001));
    await refused(p, "DailyLimit");
    await sell(p, p.id, FIL(600));
    await p.pool.buyMachine(p.id);
    const second = await mintGuaranteed(p, { start: 100n, count: 50n });
    await sell(p, second, FIL(500));
    await refused(p, "DailyLimit", second);
    await nextDay(p);
    await p.pool.buyMachine(second);
  });

  it("refuses to lift U beyond its bound", async () => {
    const p = await joined();
    await setPolicy(p, { maxUtilisationBps: 5_000n });
    await sell(p, p.id, FIL(5_001));
    await refused(p, "UtilisationTooHigh");
  });

  it("leaves cash for people who leave", async () => {
    const p = await joined();
    await setPolicy(p, { reserveBps: 1_000n });
    await sell(p, p.id, FIL(9_001));
    await refused(p, "CashTooLow");
  });

  it("refuses too much of one provider", async () => {
    const p = await joined();
    await setPolicy(p, { perProviderBps: 2_000n });
    await sell(p, p.id, FIL(1_500));
    await p.pool.buyMachine(p.id);
    const second = await mintGuaranteed(p, { start: 100n, count: 50n });
    await sell(p, second, FIL(501));
    await refused(p, "ProviderTooLarge", second);
  });

  it("pays tickets before it buys", async () => {
    const p = await founded();
    await deposit(p, person(p, 0), COST);
    await sell(p, p.id, COST);
    await p.pool.buyMachine(p.id);
    await leave(p, person(p, 0));
    await deposit(p, person(p, 1), FIL(2_000));
    const second = await mintGuaranteed(p, { start: 100n, count: 50n });
    await sell(p, second, FIL(500));
    await refused(p, "TicketsWait", second);
  });

  it("keeps to the policy's hard ranges", async () => {
    const p = await founded();
    const { least, most } = await p.pool.policyRange();
    expect([least.bidBps, most.bidBps]).to.deep.equal([5_000n, 9_500n]);
    for (const [field, value] of [
      ["bidBps", 9_501n],
      ["cautiousBps", 4_999n],
      ["minTermDays", 29n],
      ["releaseFrames", 0n],
    ] as const) {
      await expect(setPolicy(p, { [field]: value })).to.be.revertedWithCustomError(p.pool, "PolicyOutOfRange");
    }
    await setPolicy(p, { askBps: 15_000n });
    expect((await p.pool.policy()).askBps).to.equal(15_000n);
  });
});
