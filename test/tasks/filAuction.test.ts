import { expect } from "chai";

import { auction } from "../../tasks/joint/auction.ts";
import { buyFil } from "../../tasks/joint/buyFil.ts";
import { sellFil } from "../../tasks/joint/sellFil.ts";
import { AUCTION, COIN, COIN_POOL, type FakeFilecoin, FIL, HOLDER, OWNER_KEY } from "./support/FakeFilecoin.ts";
import { coinPool, DAY, HEAD, lot, MASKED_OWNER, sentCalls, USDX } from "./support/pools.ts";

const SENDING = { reallyDoIt: false, output: "send", from: undefined, pool: "dUSDX" } as const;

/** No lot sells: the last one ended, so long ago, with so much left of it. */
function over(values: object = {}, unsoldFil = 30n * FIL): FakeFilecoin {
  const chain = coinPool({ unsoldFil });
  chain.replies.lot = () => lot({ startedAt: HEAD - DAY - 10n, end: HEAD - 10n, ...values });
  chain.replies.price = () => 0n;
  return chain;
}

describe("pool auction", () => {
  it("shows the price, where it falls to, and how to buy", async () => {
    const run = await coinPool().run(auction, { pool: "dUSDX" });
    expect(run.exitCode, run.text).to.equal(0);
    expect(run.text).to.match(/one FIL costs now +5\.3 USDX/);
    // 10.6 USDX halved seven times, and nearly once more
    expect(run.text).to.match(/falls to +0\.041522 USDX in 21 h/);
    expect(run.text).to.contain("pool buy-fil 10 --pool dUSDX");
  });

  it("counts the reference as the next lot will: what a lot cleared at, half where it sold nothing", async () => {
    expect((await over().runJson(auction, { pool: "dUSDX" })).plan.reference).to.equal("6000000");
    const unsold = await over({ sold: 0n, proceeds: 0n }).runJson(auction, { pool: "dUSDX" });
    expect(unsold.plan.reference).to.equal("2650000");
    const sold = await over({ left: 0n }).runJson(auction, { pool: "dUSDX" });
    expect(sold.plan.reference, "an ended lot has set it").to.equal("5300000");
  });

  it("is asked of a pool over a stablecoin only", async () => {
    const run = await coinPool().run(auction, { pool: undefined });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/dFIL is over FIL and sells none: name a pool over a stablecoin with --pool/);
  });
});

describe("pool sell-fil", () => {
  it("shows what is for sale and how the price falls, and begins the lot", async () => {
    const chain = over();
    chain.events = [{ contract: AUCTION, name: "LotStarted", args: [2n, 30n * FIL, 12n * USDX, HEAD + DAY] }];
    const run = await chain.runJson(sellFil, { ...SENDING, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.include({
      unsoldFil: (30n * FIL).toString(),
      startPrice: "12000000",
      halving: "360",
      lot: "2",
    });
    expect(sentCalls(chain)).to.deep.equal([{ name: "start", args: [], value: 0n, to: AUCTION }]);
  });

  it("refuses while a lot sells, and before the day of the last is over", async () => {
    expect((await coinPool({ unsoldFil: 30n * FIL }).run(sellFil, SENDING)).text).to.match(
      /Lot 1 still sells until .*: buy of it with `pool buy-fil`, or wait/,
    );
    const today = HEAD - (HEAD % DAY);
    const soldOut = over({ startedAt: today + 1n, left: 0n });
    const run = await soldOut.run(sellFil, SENDING);
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.contain(`(epoch ${today + DAY}) or later`);
  });

  it("refuses less than a lot", async () => {
    const run = await over({}, FIL - 1n).run(sellFil, SENDING);
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.match(/a lot is 1 FIL at least: bring income in with `pool collect --pool dUSDX` first/);
  });
});

describe("pool buy-fil", () => {
  const BUY = { ...SENDING, amount: "10", maxPrice: undefined, to: undefined } as const;

  it("shows the price, where it falls to, and the total, rounded up", async () => {
    const chain = coinPool();
    chain.replies.price = () => 5_299_999n;
    const run = await chain.runJson(buyFil, { ...BUY, amount: "1.0000001" });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.deep.include({
      price: "5299999",
      halved: "2650000",
      fallsTo: "41522",
      coins: "5300000",
      maxPrice: "5299999",
      steps: ["Let the pool dUSDX take 5.3 USDX", "Buy 1.0000001 FIL for 5.3 USDX at most"],
    });
    expect(chain.sent).to.deep.equal([]);
  });

  it("lets the pool take exactly the total, and pays no more for one FIL than is shown", async () => {
    const chain = coinPool();
    chain.events = [
      { contract: AUCTION, name: "LotSold", args: [1n, HOLDER, HOLDER, 10n * FIL, 52_900_000n, 5_290_000n] },
    ];
    const run = await chain.run(buyFil, { ...BUY, reallyDoIt: true });
    expect(sentCalls(chain), run.text).to.deep.equal([
      { name: "approve", args: [COIN_POOL, 53_000_000n], value: 0n, to: COIN },
      { name: "buy", args: [10n * FIL, 5_300_000n, HOLDER], value: 0n, to: AUCTION },
    ]);
    expect(run.text)
      .to.match(/FIL that came +10 FIL/)
      .and.to.match(/paid +52\.9 USDX/);
  });

  it("sends the FIL to any form of address", async () => {
    const chain = coinPool();
    await chain.run(buyFil, { ...BUY, to: OWNER_KEY.toString(), reallyDoIt: true });
    expect(String(sentCalls(chain)[1]?.args[2]).toLowerCase()).to.equal(MASKED_OWNER);
  });

  it("buys all that is left", async () => {
    const chain = coinPool();
    await chain.run(buyFil, { ...BUY, amount: "all", reallyDoIt: true });
    expect(sentCalls(chain)[1]?.args[0]).to.equal(30n * FIL);
  });

  it("refuses a price above the buyer's, and tells when it falls so far", async () => {
    const run = await coinPool().run(buyFil, { ...BUY, maxPrice: "2.65" });
    expect(run.exitCode).to.equal(1);
    expect(run.text).to.contain(`One FIL costs 5.3 USDX now, more than the 2.65 USDX of --max-price`);
    expect(run.text).to.contain(`(epoch ${HEAD + 360n}) if something is left`);
    expect((await coinPool().run(buyFil, { ...BUY, maxPrice: "0.01" })).text).to.match(/does not fall so far/);
  });

  it("refuses less than the least, more than is left, and where nothing sells", async () => {
    expect((await coinPool().run(buyFil, { ...BUY, amount: "0.5" })).text).to.match(/choose 1 FIL to 30 FIL, or all/);
    expect((await coinPool().run(buyFil, { ...BUY, amount: "31" })).text).to.match(/choose 1 FIL to 30 FIL, or all/);
    expect((await over().run(buyFil, BUY)).text).to.match(/No lot sells now: see `pool auction --pool dUSDX`/);
  });

  it("takes a small rest whole", async () => {
    const chain = coinPool();
    chain.replies.lot = () => lot({ left: FIL / 2n });
    await chain.run(buyFil, { ...BUY, amount: "0.5", reallyDoIt: true });
    expect(sentCalls(chain)[1]?.args[0]).to.equal(FIL / 2n);
  });

  it("refuses who has too little", async () => {
    const chain = coinPool();
    chain.replies.balanceOf = () => 52n * USDX;
    expect((await chain.run(buyFil, BUY)).text).to.match(/has 52 USDX, but needs 53 USDX/);
  });
});
