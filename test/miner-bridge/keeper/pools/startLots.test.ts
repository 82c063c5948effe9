import { expect } from "chai";

import { FIL } from "../../support/bridge.ts";
import { PoolWorld } from "../../support/pools.ts";

describe("starting lots of a stablecoin pool's FIL", () => {
  let pools: PoolWorld;

  beforeEach(async () => {
    pools = await PoolWorld.start();
    pools.coinPool.unsoldFil = FIL;
  });
  afterEach(() => pools.stop());

  const started = () => pools.world.chain.executed.filter(({ name }) => name === "start").length;

  it("happens when there is enough for a lot, once (R-JMP-7)", async () => {
    expect(await pools.keep({}, 3)).to.deep.equal(["start"]);
  });

  it("does not for less than the least lot", async () => {
    pools.coinPool.unsoldFil = FIL - 1n;
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("does not while one sells", async () => {
    Object.assign(pools.auction.lot, { left: 1n, startedAt: 1n, end: pools.world.chain.head + 100n });
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("follows one that nobody bought, when its time is over", async () => {
    const { chain } = pools.world;
    const keeper = await pools.keeper();
    await pools.rounds(keeper);
    chain.skipTo(pools.auction.lot.end - 30n);
    await pools.rounds(keeper, 2);
    expect(started()).to.equal(1);
    chain.skipTo(pools.auction.lot.end);
    await pools.rounds(keeper, 2);
    expect(started()).to.equal(2);
  });

  it("waits for the next frame after one that sold out", async () => {
    const { chain } = pools.world;
    const keeper = await pools.keeper();
    await pools.rounds(keeper);
    pools.auction.lot.left = 0n;
    await pools.rounds(keeper);
    expect(started()).to.equal(1);
    chain.skipTo(chain.head + 2_880n);
    await pools.rounds(keeper);
    expect(started()).to.equal(2);
  });

  it("never bids", async () => {
    await pools.keep({}, 4);
    expect(pools.world.chain.executed.map(({ name }) => name)).to.not.include("buy");
  });
});
