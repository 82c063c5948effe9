import { expect } from "chai";

import { runTick } from "../../../../miner-bridge/runTick.ts";
import { FINALITY } from "../../support/FakeChain.ts";
import { COIN } from "../../support/FakePool.ts";
import { FIL } from "../../support/bridge.ts";
import { PoolWorld } from "../../support/pools.ts";

/** One more than are looked at in a round. */
const MANY = 65n;

describe("buying machines for a pool", () => {
  let pools: PoolWorld;

  beforeEach(async () => {
    pools = await PoolWorld.start();
    pools.pool.cash = 100n * FIL;
  });
  afterEach(() => pools.stop());

  /** On sale for FIL, and what the pool bids. */
  const offer = (id: bigint, price: bigint, bid: bigint): void => {
    pools.market.list(id, price);
    pools.pool.bids.set(id, bid);
  };

  it("takes the best listing first: the lowest price for what it bids (R-JMP-6)", async () => {
    offer(1n, 4n * FIL, 5n * FIL);
    offer(2n, 6n * FIL, 10n * FIL);
    expect(await pools.keep({}, 1)).to.deep.equal(["buyMachine 2"]);
  });

  it("takes one a round, and the next when that is done", async () => {
    offer(1n, 4n * FIL, 5n * FIL);
    offer(2n, 6n * FIL, 10n * FIL);
    expect(await pools.keep({ settlePools: false }, 3)).to.deep.equal(["buyMachine 2", "buyMachine 1"]);
  });

  it("leaves a listing above the bid", async () => {
    offer(1n, 4n * FIL, 3n * FIL);
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("skips one whose purchase the contracts would refuse, for the next best", async () => {
    offer(1n, 4n * FIL, 5n * FIL);
    offer(2n, 6n * FIL, 10n * FIL);
    pools.pool.unbuyable.add(2n);
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    expect(pools.world.chain.executed.map(({ args }) => args)).to.deep.equal([[1n]]);
    expect(pools.world.log.events("keeper.unfitListing").map(({ id }) => id)).to.deep.equal([2n]);
    expect(pools.world.log.events("keeper.notSent")).to.deep.equal([]);
  });

  it("leaves listings in another coin, beyond the cash, closed, or of NFTs that nobody minted", async () => {
    pools.market.list(1n, FIL, { coin: COIN });
    pools.market.list(2n, 101n * FIL);
    pools.world.chain.mint(3n);
    pools.market.list(3n, FIL);
    Object.assign(pools.market.listings.get(3n) ?? {}, { open: false });
    pools.market.list(4n, FIL);
    for (const id of [1n, 2n, 3n, 4n]) pools.pool.bids.set(id, 200n * FIL);
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("buys in the coin of a stablecoin pool (R-JMP-7)", async () => {
    pools.market.list(1n, 1_000n, { coin: COIN });
    pools.coinPool.cash = 1_000n;
    pools.coinPool.bids.set(1n, 1_000n);
    expect(await pools.keep({ settlePools: false })).to.deep.equal(["buyMachine 1"]);
    expect(pools.coinPool.machines.size).to.equal(1);
  });

  it("waits while people wait to be paid, and while entries are paused", async () => {
    offer(1n, FIL, 2n * FIL);
    Object.assign(pools.pool, { waiting: 10n ** 30n, cash: 10n * FIL });
    expect(await pools.keep({ payTickets: false })).to.deep.equal([]);
    Object.assign(pools.pool, { waiting: 0n, pausedUntil: pools.world.chain.head + 1_000n });
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("knows a listing when it is final", async () => {
    const { chain } = pools.world;
    const keeper = await pools.keeper();
    pools.market.list(1n, FIL, { epoch: chain.head - FINALITY + 50n });
    pools.pool.bids.set(1n, 2n * FIL);
    await pools.rounds(keeper, 1);
    expect(chain.executed).to.deep.equal([]);
    chain.skipTo(chain.head + 51n);
    await pools.rounds(keeper, 1);
    expect(chain.executed.map(({ name }) => name)).to.deep.equal(["buyMachine"]);
  });

  it("reads the market's events once, in ranges that nodes answer for", async () => {
    offer(1n, 4n * FIL, 3n * FIL);
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    const read = pools.world.log.events("listings.read");
    expect(read.length).to.be.greaterThan(5);
    expect(read.map(({ found }) => found).filter((found) => found !== 0)).to.deep.equal([1]);
    expect(read.every(({ from, to }) => (to as bigint) - (from as bigint) < 2_880n)).to.equal(true);
    await pools.rounds(keeper, 1);
    expect(pools.world.log.events("listings.read").length - read.length).to.equal(1);
  });

  it("is not led astray by events for NFTs that are not on sale, of whatever number", async () => {
    pools.market.sayListed(2n ** 255n);
    pools.market.sayListed(2n);
    offer(1n, FIL, 2n * FIL);
    expect(await pools.keep({ settlePools: false })).to.deep.equal(["buyMachine 1"]);
  });

  it("looks at the others in the next round where there are too many", async () => {
    const { chain } = pools.world;
    for (let id = 1n; id <= MANY; id += 1n) {
      if (id > 2n) chain.mint(id);
      pools.market.list(id, FIL);
    }
    pools.pool.bids.set(MANY, 2n * FIL);
    expect(await pools.keep({}, 1)).to.deep.equal([]);
    expect(await pools.keep({}, 1)).to.deep.equal([`buyMachine ${MANY}`]);
  });

  it("reads listings again where the chain changed below finality", async () => {
    const { chain } = pools.world;
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    const from = chain.head - FINALITY - 2_000n;
    keeper.state.listings.forgetAfter(from);
    offer(1n, FIL, 2n * FIL);
    pools.market.sayListed(1n, from + 1n);
    await pools.rounds(keeper, 1);
    expect(chain.executed.map(({ name }) => name)).to.deep.equal(["buyMachine"]);
  });

  it("is left for the day after so many that failed on chain: a seller may lead a keeper on", async () => {
    const { chain } = pools.world;
    const keeper = await pools.keeper();
    for (let id = 1n; id <= 10n; id += 1n) {
      if (id > 2n) chain.mint(id);
      offer(id, FIL, 2n * FIL);
    }
    for (let round = 0; round < 10; round += 1) {
      await runTick(keeper);
      for (let id = 1n; id <= 10n; id += 1n) pools.pool.unbuyable.add(id); // after it was simulated
      chain.mine(12n);
      pools.pool.unbuyable.clear();
    }
    expect(chain.executed.map(({ args }) => args[0])).to.deep.equal([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    expect(chain.executed.some(({ succeeded }) => succeeded)).to.equal(false);
    chain.skipTo(chain.head + 2_880n);
    await pools.rounds(keeper, 1);
    expect(chain.executed.at(-1)?.succeeded).to.equal(true);
  });

  it("shows how many listings would do", async () => {
    offer(1n, 4n * FIL, 5n * FIL);
    offer(2n, 4n * FIL, 3n * FIL);
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    const { values } = await keeper.metrics.keeper.poolListings.get();
    expect(values.map(({ value }) => value)).to.deep.equal([1]);
  });
});
