import { expect } from "chai";

import { FEES, GIB } from "../../support/FakeChain.ts";
import { PoolWorld } from "../../support/pools.ts";

const COST = FEES.gas * (FEES.baseFee + FEES.priorityFee);
/** The usual factor. */
const TIMES = 20n;

describe("collecting a pool's income", () => {
  let pools: PoolWorld;

  beforeEach(async () => {
    pools = await PoolWorld.start();
    for (const id of [1n, 2n]) {
      pools.world.chain.nfts.get(id)?.said.push({ epoch: 1n, last: GIB, previous: GIB, frame: 1 });
      pools.pool.own(id, GIB);
    }
  });
  afterEach(() => pools.stop());

  const earn = (id: bigint, payable: bigint, guarantee = 0n): void => {
    pools.world.chain.income.set(id, { payable, guarantee, paid: 0n });
  };

  it("happens when it is worth its gas so many times, once", async () => {
    earn(1n, TIMES * COST);
    expect(await pools.keep({}, 3)).to.deep.equal(["collect 1"]);
    expect(pools.pool.cash).to.equal(TIMES * COST);
  });

  it("does not when it is not", async () => {
    earn(1n, TIMES * COST - 1n);
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("goes by the factor that was set", async () => {
    earn(1n, 3n * COST);
    expect(await pools.keep({ harvestGasFactor: 3 })).to.deep.equal(["collect 1"]);
  });

  it("counts all machines together, and what guarantees pay (R-GUA-1)", async () => {
    earn(1n, (TIMES * COST) / 2n);
    earn(2n, 0n, (TIMES * COST) / 2n);
    expect(await pools.keep()).to.deep.equal(["collect 1,2"]);
  });

  it("happens as soon as it pays its gas while somebody waits (R-JMP-5)", async () => {
    pools.pool.waiting = 10n ** 24n;
    earn(1n, COST);
    expect(await pools.keep({ payTickets: false })).to.deep.equal(["collect 1"]);
  });

  it("does not cost more than it brings even then", async () => {
    pools.pool.waiting = 10n ** 24n;
    earn(1n, COST - 1n);
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("happens again when there is more, on the same day too", async () => {
    const keeper = await pools.keeper();
    earn(1n, TIMES * COST);
    await pools.rounds(keeper, 2);
    Object.assign(pools.world.chain.income.get(1n) ?? {}, { payable: TIMES * COST });
    await pools.rounds(keeper, 2);
    expect(pools.world.chain.executed.map(({ name }) => name)).to.deep.equal(["collect", "collect"]);
  });
});
