import { expect } from "chai";

import { ForbiddenTargetError } from "../../../../miner-bridge/chain/index.ts";
import { runTick } from "../../../../miner-bridge/runTick.ts";
import { GIB } from "../../support/FakeChain.ts";
import { OTHER_POOL, POOL } from "../../support/FakePool.ts";
import { FIL } from "../../support/bridge.ts";
import { failureOf } from "../../support/failure.ts";
import { PoolWorld } from "../../support/pools.ts";

describe("a keeper of pools", () => {
  let pools: PoolWorld;

  beforeEach(async () => {
    pools = await PoolWorld.start();
  });
  afterEach(() => pools.stop());

  const say = (last: bigint): void => {
    pools.world.chain.nfts.get(1n)?.said.push({ epoch: 1n, last, previous: GIB, frame: 1 });
  };

  /** Everything that a pool may want is due. */
  const prepare: Readonly<Record<string, () => void>> = {
    settlePools: () => {
      pools.pool.own(1n, 0n);
      pools.pool.settledAt = 1n;
    },
    bookLosses: () => {
      say(GIB / 2n);
      pools.pool.own(1n, GIB);
    },
    collectIncome: () => {
      pools.pool.own(1n, 0n);
      pools.world.chain.income.set(1n, { payable: FIL, guarantee: 0n, paid: 0n });
    },
    payTickets: () => void Object.assign(pools.pool, { waiting: FIL, cash: FIL }),
    buyMachines: () => {
      pools.pool.cash = FIL;
      pools.market.list(1n, FIL);
      pools.pool.bids.set(1n, FIL);
    },
    startLots: () => {
      pools.coinPool.unsoldFil = FIL;
    },
  };
  const METHODS: Readonly<Record<string, string>> = {
    settlePools: "settle",
    bookLosses: "impair",
    collectIncome: "collect",
    payTickets: "payTickets",
    buyMachines: "buyMachine",
    startLots: "start",
  };

  for (const [duty, make] of Object.entries(prepare)) {
    it(`leaves out ${duty} when that is switched off`, async () => {
      make();
      expect(await pools.keep({ [duty]: false })).to.deep.equal([]);
      const [first = ""] = await pools.keep();
      expect(first.split(" ")[0]).to.equal(METHODS[duty]);
    });

    it(`counts ${duty}, and what became of it`, async () => {
      make();
      const keeper = await pools.keeper();
      const { kept } = await runTick(keeper);
      expect(kept?.[duty as keyof typeof kept]).to.deep.equal({ sent: 1, refused: 0 });
      const { values } = await keeper.metrics.keeper.duties.get();
      expect(values.filter(({ labels }) => labels.duty === duty).map(({ labels }) => labels.outcome)).to.deep.equal([
        "done",
      ]);
      const sent = await keeper.metrics.transactions.sent.get();
      expect(sent.values).to.have.length(1);
    });

    it(`says what ${duty} would send and sends nothing without a key`, async () => {
      make();
      await pools.rounds(await pools.keeper(null));
      expect(pools.world.chain.executed).to.deep.equal([]);
      expect(pools.world.log.events("transaction.dry")).to.have.length(2);
    });

    it(`stops neither other pools nor other duties when a pool fails in ${duty}`, async () => {
      make();
      prepare["startLots"]?.();
      pools.pool.broken = true;
      const sent = await pools.keep();
      expect(sent).to.include("start");
      const passedOver = pools.world.log.events("keeper.passedOver");
      expect(passedOver.some((entry) => entry["duty"] === duty && entry["pool"] === POOL)).to.equal(true);
    });
  }

  it("sends nothing when nothing is due", async () => {
    expect(await pools.keep({}, 3)).to.deep.equal([]);
  });

  it("leaves pools alone that are not among its settings", async () => {
    prepare["payTickets"]?.();
    expect(await pools.keep({ jointMiningPools: [OTHER_POOL] })).to.deep.equal([]);
  });

  it("gives a pool one transaction at a time: what was simulated holds when it is carried out", async () => {
    prepare["bookLosses"]?.();
    prepare["collectIncome"]?.();
    prepare["startLots"]?.();
    pools.pool.own(1n, GIB);
    const keeper = await pools.keeper();
    await runTick(keeper);
    await runTick(keeper);
    expect([...pools.world.chain.pool.values()].map(({ to }) => to?.toLowerCase())).to.have.length(2);
    await pools.rounds(keeper, 2);
    const done = pools.world.chain.executed.filter(({ succeeded }) => succeeded).map(({ name }) => name);
    expect(done).to.have.members(["impair", "start", "collect"]);
  });

  it("passes over an address where no pool is", async () => {
    prepare["startLots"]?.();
    const keeper = await pools.keeper(0, {
      jointMiningPools: ["0x5000000000000000000000000000000000000001", OTHER_POOL],
    });
    await pools.rounds(keeper);
    expect(pools.world.chain.executed.map(({ name }) => name)).to.deep.equal(["start"]);
  });

  it("asks a pool that does not answer once a round, and serves the others", async () => {
    prepare["startLots"]?.();
    pools.world.node.spoil = (method, [call]) => {
      const to = method === "eth_call" ? (call as { to: string }).to : "";
      return to.toLowerCase() === POOL.toLowerCase() ? { kind: "body", text: "", status: 503 } : undefined;
    };
    const keeper = await pools.keeper();
    await pools.rounds(keeper, 1);
    expect(pools.world.chain.executed.map(({ name }) => name)).to.deep.equal(["start"]);
    expect(pools.world.log.events("keeper.passedOver")).to.have.length(1);
  });

  it("lets the round fail where it is the node that is away", async () => {
    const others = ["applyReports", "announceSkips", "activateVaults", "settleExpiries", "syncMiners", "harvestMiners"];
    const keeper = await pools.keeper(0, Object.fromEntries(others.map((duty) => [duty, false])));
    pools.world.node.spoil = (method) => {
      const away = method === "eth_call" || method === "eth_blockNumber";
      return away ? { kind: "body", text: "", status: 503 } : undefined;
    };
    expect((await failureOf(runTick(keeper))).name).to.equal("NodeUnreachableError");
    expect(pools.world.node.asked).to.include("eth_call");
    expect(pools.world.log.events("keeper.passedOver")).to.deep.equal([]);
  });

  it("sends to an auction only because a pool of the settings names it", async () => {
    const keeper = await pools.keeper();
    const { address } = pools.auction;
    expect(() => keeper.targets.check(address)).to.throw(ForbiddenTargetError);
    expect(await failureOf(keeper.targets.allowAuctionOf(address))).to.be.instanceOf(ForbiddenTargetError);
    await keeper.targets.allowAuctionOf(OTHER_POOL);
    expect(() => keeper.targets.check(address)).to.not.throw();
  });
});
