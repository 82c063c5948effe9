import { expect } from "chai";

import { ForbiddenTargetError } from "../../../miner-bridge/chain/index.ts";
import type { Bridge } from "../../../miner-bridge/compose.ts";
import type { ComputeMiner } from "../../../miner-bridge/power/index.ts";
import { computeReport } from "../../../miner-bridge/report/index.ts";
import { runTick } from "../../../miner-bridge/runTick.ts";
import { FEES, type FakeVault, GIB, NFT } from "../support/FakeChain.ts";
import { FIL, World } from "../support/bridge.ts";
import { failureOf } from "../support/failure.ts";

const MINER = 1000n;

describe("a keeper", () => {
  let world: World;
  let vault: FakeVault;

  beforeEach(async () => {
    world = await World.start();
    vault = world.chain.vaults.get(MINER) as FakeVault;
  });
  afterEach(() => world.stop());

  const done = (name: string) => world.chain.executed.filter((tx) => tx.name === name);

  /** Rounds with blocks in between. */
  const rounds = async (bridge: Bridge, count = 3): Promise<void> => {
    for (let round = 0; round < count; round += 1) {
      await runTick(bridge);
      world.chain.mine(4n);
    }
  };

  /** A quorum agrees on what members compute. */
  const agree = async (computeMiner?: ComputeMiner): Promise<number> => {
    for (const member of [1, 2]) {
      const attestor = await world.bridge("attestor", member, {}, computeMiner);
      await runTick(attestor);
      attestor.close();
      world.chain.mine();
    }
    return world.chain.lastFrame;
  };

  describe("applies reports", () => {
    it("page by page, each once (R-ORC-2)", async () => {
      world.timeoutMs = 30_000; // hundreds of NFTs are much for a busy machine
      for (let id = 3n; id <= 230n; id += 1n) world.chain.mint(id);
      await agree();
      const keeper = await world.bridge("keeper");
      await rounds(keeper);
      expect(done("applyPage").map(({ args }) => (args[2] as bigint[]).length)).to.deep.equal([100, 100, 30]);
      expect(done("applyPage").every(({ succeeded }) => succeeded)).to.equal(true);
      expect(world.chain.nfts.get(230n)?.said.at(-1)?.last).to.equal(GIB);
    });

    it("but not those that somebody else has applied", async () => {
      await agree();
      await rounds(await world.bridge("keeper", 0));
      await rounds(await world.bridge("keeper", 1));
      expect(done("applyPage")).to.have.length(1);
    });

    it("says so and applies nothing where the quorum found something else", async () => {
      const half: ComputeMiner = (_, minerId, nfts) =>
        Promise.resolve({ minerId, qap: 2n * GIB, weights: nfts.map(({ id }) => ({ id, weight: GIB / 2n })) });
      await agree(half);
      const keeper = await world.bridge("keeper");
      await rounds(keeper);
      expect(done("applyPage")).to.have.length(0);
      expect(world.log.events("keeper.disagrees")).to.have.length(1);
    });

    it("announces miners that were skipped, once (R-ORC-2)", async () => {
      const skips: ComputeMiner = (_, minerId) => Promise.resolve({ minerId, skipped: "the miner is gone" });
      await agree(skips);
      const keeper = await world.bridge("keeper", 0, {}, skips);
      await rounds(keeper);
      await rounds(await world.bridge("keeper", 1, {}, skips));
      expect(done("announceSkip").map(({ args }) => args.slice(1, 3))).to.deep.equal([[MINER, "the miner is gone"]]);
    });

    it("and leaves the announcing to others when that is switched off", async () => {
      const skips: ComputeMiner = (_, minerId) => Promise.resolve({ minerId, skipped: "the miner is gone" });
      await agree(skips);
      await rounds(await world.bridge("keeper", 0, { announceSkips: false }, skips));
      expect(done("announceSkip")).to.have.length(0);
      await rounds(await world.bridge("keeper", 1, {}, skips));
      expect(done("announceSkip")).to.have.length(1);
    });

    it("until the contract has heard every weight twice, then there is only a heartbeat (R-ORC-3, R-ORC-6)", async () => {
      const keeper = await world.bridge("keeper");
      for (const pages of [1, 2, 2]) {
        await agree();
        await rounds(keeper);
        expect(done("applyPage")).to.have.length(pages);
        world.chain.skipTo(world.chain.head + 2_880n);
      }
    });
  });

  describe("activates vaults", () => {
    beforeEach(() => {
      vault.active = false;
    });

    it("that the owner proposed (R-VLT-2)", async () => {
      vault.proposed = true;
      await rounds(await world.bridge("keeper"));
      expect(done("activate")).to.have.length(1);
    });

    it("and leaves alone those that nobody proposed, or that have approved", async () => {
      const keeper = await world.bridge("keeper");
      await rounds(keeper, 1);
      Object.assign(vault, { proposed: true, approved: true });
      await rounds(keeper, 1);
      expect(world.chain.executed).to.have.length(0);
    });

    it("and passes over a miner that does not exist any more", async () => {
      vault.gone = true;
      Object.assign(world.chain.vault(1001n), { active: false, proposed: true });
      await rounds(await world.bridge("keeper"));
      expect(done("activate")).to.have.length(1);
      expect(world.log.events("keeper.passedOver")[0]?.["minerId"]).to.equal(MINER);
    });

    it("only where the registry vouches for the address", async () => {
      vault.proposed = true;
      world.chain.renamed.set(MINER, NFT);
      const failure = await failureOf(runTick(await world.bridge("keeper")));
      expect(failure).to.be.instanceOf(ForbiddenTargetError);
      expect(world.chain.pool.size).to.equal(0);
    });
  });

  describe("measures and harvests", () => {
    const cost = FEES.gas * (FEES.baseFee + FEES.priorityFee);

    it("before the deadline, once", async () => {
      vault.account["syncDeadline"] = world.chain.head + 40_000n;
      await rounds(await world.bridge("keeper"));
      expect(done("sync")).to.have.length(1);
    });

    it("not long before it", async () => {
      vault.account["syncDeadline"] = world.chain.head + 100_000n;
      await rounds(await world.bridge("keeper"));
      expect(world.chain.executed).to.have.length(0);
    });

    it("when what is owed and there is worth its gas so many times", async () => {
      vault.account["owed"] = FIL;
      vault.cash = 20n * cost;
      await rounds(await world.bridge("keeper"));
      expect(done("settle")).to.have.length(1);
    });

    it("when guarantees owe it, and no income is owed (R-GUA-1)", async () => {
      Object.assign(vault, { cash: 20n * cost, due: FIL });
      await rounds(await world.bridge("keeper"));
      expect(done("settle")).to.have.length(1);
      expect(vault.due).to.equal(FIL - 20n * cost);
    });

    it("not when it is not", async () => {
      vault.account["owed"] = FIL;
      vault.cash = 20n * cost - 1n;
      await rounds(await world.bridge("keeper"));
      expect(world.chain.executed).to.have.length(0);
    });

    it("counting the holders' part of what is not measured yet", async () => {
      Object.assign(vault, { cash: FIL, rewards: 80n * cost });
      Object.assign(vault.account, { weight: 16n * GIB, qap: 64n * GIB });
      await rounds(await world.bridge("keeper"));
      expect(done("settle")).to.have.length(1);
    });

    it("but not again and again from a miner that the chain lets pay nothing", async () => {
      Object.assign(vault, { cash: 0n, rewards: FIL });
      Object.assign(vault.account, { weight: 64n * GIB, owed: FIL });
      await rounds(await world.bridge("keeper"), 6);
      expect(done("settle")).to.have.length(0);
    });
  });

  describe("settles expiries", () => {
    beforeEach(() => {
      world.chain.mint(3n, { expiry: world.chain.head - 500n });
    });

    it("by measuring past the date, then freeing the sectors (R-LED-5)", async () => {
      await rounds(await world.bridge("keeper"), 6);
      expect(world.chain.executed.map(({ name }) => name)).to.deep.equal(["sync", "freeSectors"]);
      expect(done("freeSectors")[0]?.args).to.deep.equal([[3n]]);
    });
  });

  for (const [duty, prepare] of Object.entries({
    applyReports: agree,
    activateVaults: () => Promise.resolve(Object.assign(vault, { active: false, proposed: true })),
    syncMiners: () => Promise.resolve((vault.account["syncDeadline"] = world.chain.head)),
    harvestMiners: () => Promise.resolve((vault.cash = vault.account["owed"] = FIL)),
    settleExpiries: () => Promise.resolve(world.chain.mint(3n, { expiry: 1_000n })),
  })) {
    it(`leaves out ${duty} when that is switched off`, async () => {
      await prepare();
      const before = world.chain.executed.length;
      await rounds(await world.bridge("keeper", 0, { [duty]: false }));
      expect(world.chain.executed).to.have.length(before);
      await rounds(await world.bridge("keeper", 1));
      expect(world.chain.executed.length).to.be.greaterThan(before);
    });
  }

  it("says what it would do and sends nothing without a key", async () => {
    await agree();
    await rounds(await world.bridge("keeper", null));
    expect(done("applyPage")).to.have.length(0);
    expect(world.log.events("transaction.dry").length).to.be.greaterThan(0);
  });

  it("computes the report that it applies from the chain, not from what attestors kept", async () => {
    const frame = await agree();
    const keeper = await world.bridge("keeper");
    await runTick(keeper);
    expect((await computeReport(keeper, frame)).root).to.equal(world.chain.roots.get(frame));
  });
});
