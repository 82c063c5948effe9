import { expect } from "chai";

import { GIB } from "../../support/FakeChain.ts";
import { PoolWorld } from "../../support/pools.ts";

describe("settling pools", () => {
  let pools: PoolWorld;

  beforeEach(async () => {
    pools = await PoolWorld.start();
    pools.world.chain.nfts.get(1n)?.said.push({ epoch: 1n, last: GIB, previous: GIB, frame: 1 });
    pools.pool.own(1n, GIB);
    pools.pool.settledAt -= 2_880n;
  });
  afterEach(() => pools.stop());

  it("happens once a frame (R-JMP-4)", async () => {
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 3);
    pools.world.chain.skipTo(pools.world.chain.head + 2_880n);
    await pools.rounds(keeper, 3);
    expect(pools.world.chain.executed.map(({ name }) => name)).to.deep.equal(["settle", "settle"]);
  });

  it("is left to who did it already", async () => {
    pools.pool.settledAt = pools.world.chain.head;
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("is not due in a pool without machines", async () => {
    pools.pool.machines.clear();
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("shows for how long nobody did", async () => {
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    const { values } = await keeper.metrics.keeper.poolUnsettled.get();
    expect(values.map(({ value }) => value)).to.deep.equal([2_880, 0]);
  });
});
