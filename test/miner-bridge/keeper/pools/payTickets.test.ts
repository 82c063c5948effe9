import { expect } from "chai";

import { FEES, GIB } from "../../support/FakeChain.ts";
import { PoolWorld } from "../../support/pools.ts";

const COST = FEES.gas * (FEES.baseFee + FEES.priorityFee);

describe("paying tickets of a pool", () => {
  let pools: PoolWorld;

  beforeEach(async () => {
    pools = await PoolWorld.start();
  });
  afterEach(() => pools.stop());

  it("happens when somebody waits and there is cash (R-JMP-5)", async () => {
    Object.assign(pools.pool, { waiting: 5n * COST, cash: 2n * COST });
    expect(await pools.keep({}, 3)).to.deep.equal(["payTickets"]);
    expect(pools.pool.waiting).to.equal(3n * COST);
  });

  it("does not without cash", async () => {
    pools.pool.waiting = 5n * COST;
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("does not when nobody waits", async () => {
    pools.pool.cash = 5n * COST;
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("does not for less than its gas: settling pays that", async () => {
    Object.assign(pools.pool, { waiting: 5n * COST, cash: COST - 1n });
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("values coins by what FIL last brought (R-JMP-7)", async () => {
    // as many of the coin's smallest units for one FIL as there are attoFIL in a FIL: a unit is an attoFIL
    pools.auction.price = 10n ** 18n;
    Object.assign(pools.coinPool, { waiting: 5n * COST, cash: COST - 1n });
    expect(await pools.keep()).to.deep.equal([]);
    pools.coinPool.cash = COST;
    expect(await pools.keep()).to.deep.equal(["payTickets"]);
  });

  it("waits for the settling, which pays them", async () => {
    const { chain } = pools.world;
    chain.nfts.get(1n)?.said.push({ epoch: 1n, last: GIB, previous: GIB, frame: 1 });
    pools.pool.own(1n, GIB);
    Object.assign(pools.pool, { waiting: 5n * COST, cash: 5n * COST, settledAt: 1n });
    expect(await pools.keep({ settlePools: false })).to.deep.equal([]);
  });

  it("shows which part waits", async () => {
    Object.assign(pools.pool, { waiting: 1n, supply: 4n });
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    const { values } = await keeper.metrics.keeper.poolWaiting.get();
    expect(values.map(({ value }) => value)).to.deep.equal([0.25, 0]);
  });
});
