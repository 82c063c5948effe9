import { expect } from "chai";

import { GIB } from "../../support/FakeChain.ts";
import { type FakeMachine, WRITE_OFF } from "../../support/FakePool.ts";
import { PoolWorld } from "../../support/pools.ts";

describe("booking losses of a pool", () => {
  let pools: PoolWorld;
  let machine: FakeMachine;

  beforeEach(async () => {
    pools = await PoolWorld.start();
    say(GIB);
    machine = pools.pool.own(1n, GIB);
  });
  afterEach(() => pools.stop());

  const say = (last: bigint, frame = 1): void => {
    pools.world.chain.nfts.get(1n)?.said.push({ epoch: 1n, last, previous: GIB, frame });
  };

  it("impairs a machine whose weight fell, once (R-JMP-4)", async () => {
    say(GIB / 2n);
    expect(await pools.keep({}, 3)).to.deep.equal(["impair 1"]);
  });

  it("impairs it again when it falls again in the same frame", async () => {
    const keeper = await pools.keeper();
    say(GIB / 2n);
    await pools.rounds(keeper);
    say(GIB / 4n);
    await pools.rounds(keeper);
    expect(pools.world.chain.executed.map(({ name }) => name)).to.deep.equal(["impair", "impair"]);
  });

  it("leaves a machine alone whose weight is the same or rose", async () => {
    say(2n * GIB);
    expect(await pools.keep()).to.deep.equal([]);
  });

  it("gives up a machine that was without power for so long, and not earlier (R-JMP-2)", async () => {
    say(0n);
    Object.assign(machine, { weight: 0n, idleSince: 1n });
    const { chain } = pools.world;
    chain.skipTo(WRITE_OFF - 20n);
    const keeper = await pools.keeper(0, { settlePools: false });
    await pools.rounds(keeper, 1);
    expect(chain.executed).to.deep.equal([]);
    await pools.rounds(keeper, 3);
    expect(chain.executed.map(({ name }) => name)).to.deep.equal(["recogniseLoss"]);
  });

  it("gives up an expired one that has not brought what it earned", async () => {
    const { chain } = pools.world;
    Object.assign(machine, { expiry: chain.head - WRITE_OFF + 1_000_000n, receivable: 1n });
    chain.skipTo(chain.head + 1_000_000n);
    pools.pool.settledAt = chain.head;
    expect(await pools.keep({ syncMiners: false })).to.deep.equal(["recogniseLoss 1"]);
  });

  it("leaves an expired one to the settling when it has brought all", async () => {
    const { chain } = pools.world;
    machine.expiry = chain.head - 1n;
    chain.skipTo(chain.head + WRITE_OFF);
    pools.pool.settledAt = chain.head;
    expect(await pools.keep()).to.deep.equal([]);
  });
});
