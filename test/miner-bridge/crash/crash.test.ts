import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { frameOf } from "../../../lib/index.ts";
import { environmentName } from "../../../miner-bridge/config/index.ts";
import { type SendingRole, runTick } from "../../../miner-bridge/runTick.ts";
import { Random } from "../../lotus/random.ts";
import { FINALITY } from "../support/FakeChain.ts";
import { FakeMarket } from "../support/FakeMarket.ts";
import { FakePool, POOL } from "../support/FakePool.ts";
import { ADDRESSES, FIL, KEYS, World, configOn } from "../support/bridge.ts";
import { daily } from "./daily.ts";
import { watchPoints } from "./watchPoints.ts";

const CHILD = resolve(import.meta.dirname, "child.ts");
/** Rounds until everything that was begun is settled. */
const ROUNDS = 5;
const RANDOM_KILLS = 200;
/** The longest time after its start at which a process is killed, milliseconds; on a busy machine that of all its work. */
const LONGEST_LIFE = 250;
/** How long the node may take on a busy machine, milliseconds: here nothing waits for a node that does not answer. */
const PATIENCE = 60_000;
const SEED = 20_261_125;
/** Which member's key a role has. */
const MEMBERS = { attestor: 0, keeper: 1 } as const;

/** Where the process ends, in a test that does not end. */
class Killed extends Error {}

/** A process that works for a role. */
class Worker {
  readonly #child: ChildProcess;
  #output = "";

  constructor(world: World, role: SendingRole, rounds = ROUNDS) {
    const config = configOn(world.node, join(world.folder, "crash"));
    const named = Object.entries(config).map(([name, value]) => [environmentName(name), String(value)]);
    this.#child = spawn(process.execPath, [CHILD], {
      env: {
        PATH: process.env["PATH"],
        ...(Object.fromEntries(named) as Record<string, string>),
        MINER_BRIDGE_KEY: KEYS[MEMBERS[role]],
        ROLE: role,
        ROUNDS: String(rounds),
      },
      stdio: ["ignore", "pipe", "inherit"],
      cwd: world.folder,
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
  }

  /** @returns the signal that ended it; null where it ended by itself, well. */
  async ended(): Promise<string | null> {
    const [code, signal] = (await once(this.#child, "close")) as [number | null, string | null];
    if (code !== 0 && signal === null) throw new Error(`the process failed with ${code}`);
    return signal;
  }

  async ready(): Promise<void> {
    while (!this.#output.includes("ready")) await once(this.#child.stdout as NodeJS.ReadableStream, "data");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

describe("a bridge that is killed", function () {
  this.timeout(600_000);
  const worlds: World[] = [];

  afterEach(() => Promise.all(worlds.splice(0).map((world) => world.stop())));

  /** One member is the quorum; two miners, so that there are two pages. */
  const start = async (): Promise<World> => {
    const world = await World.start();
    worlds.push(world);
    world.chain.members = [ADDRESSES[0] as string];
    world.chain.quorum = 1;
    world.chain.skipTo(2n * 2_880n + FINALITY + 100n);
    world.chain.vault(1001n);
    world.chain.mint(3n, { minerId: 1001n });
    return world;
  };

  /**
   * Works through rounds in this process, and ends at a point as a kill would: nothing runs after it, the memory is as it
   * was written, and the chain goes on.
   *
   * @returns how many points were passed.
   */
  const work = async (world: World, role: SendingRole, killAt = 0, settings = {}): Promise<number> => {
    world.timeoutMs = PATIENCE;
    const bridge = await world.bridge(role, MEMBERS[role], settings, daily);
    let points = 0;
    const restore = watchPoints(() => {
      points += 1;
      if (killAt !== 0 && points >= killAt) throw new Killed(); // nor does anything that would catch it write again
    });
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        await runTick(bridge);
        world.chain.mine(4n);
      }
    } catch (error) {
      if (killAt === 0) throw error;
    } finally {
      restore();
      bridge.close();
    }
    return points;
  };

  const expectEachOnce = ({ chain }: World): void => {
    const counts = new Map<string, number>();
    for (const { name, args } of chain.executed) {
      const deed = [name, ...args.slice(0, 3)].map(String).join(" ");
      counts.set(deed, (counts.get(deed) ?? 0) + 1);
    }
    expect([...counts].filter(([, times]) => times !== 1)).to.deep.equal([]);
    expect(chain.executed.filter(({ succeeded }) => !succeeded)).to.deep.equal([]);
    expect(chain.pool.size).to.equal(0);
  };

  it("while it attests, at any point where it writes or sends, has submitted once when it is started again", async () => {
    const points = await work(await start(), "attestor");
    expect(points).to.be.greaterThan(20);
    for (let killAt = 1; killAt <= points; killAt += 1) {
      const world = await start();
      const frame = frameOf(world.chain.head - FINALITY);
      await work(world, "attestor", killAt);
      await work(world, "attestor");
      expectEachOnce(world);
      expect(world.chain.lastFrame, `killed at ${killAt}`).to.equal(frame);
      await worlds.pop()?.stop();
    }
  });

  it("while it keeps, at any point where it writes or sends, has applied each page once when it is started again", async () => {
    const begin = async (): Promise<World> => {
      const world = await start();
      await work(world, "attestor");
      return world;
    };
    const points = await work(await begin(), "keeper");
    expect(points).to.be.greaterThan(20);
    for (let killAt = 1; killAt <= points; killAt += 1) {
      const world = await begin();
      await work(world, "keeper", killAt);
      await work(world, "keeper");
      expectEachOnce(world);
      const applied = world.chain.executed.filter(({ name }) => name === "applyPage").map(({ args }) => args[1]);
      expect(applied, `killed at ${killAt}`).to.have.members([1000n, 1001n]);
      await worlds.pop()?.stop();
    }
  });

  it("while it buys for a pool, at any point where it writes or sends, has bought once when it is started again", async () => {
    const begin = async (): Promise<World> => {
      const world = await start();
      const market = new FakeMarket(world.chain);
      const pool = new FakePool(world.chain, market);
      pool.cash = 2n * FIL;
      pool.bids.set(1n, FIL);
      market.list(1n, FIL);
      return world;
    };
    const settings = { jointMiningPools: [POOL], applyReports: false, announceSkips: false };
    const points = await work(await begin(), "keeper", 0, settings);
    expect(points).to.be.greaterThan(15);
    for (let killAt = 1; killAt <= points; killAt += 1) {
      const world = await begin();
      await work(world, "keeper", killAt, settings);
      await work(world, "keeper", 0, settings);
      expectEachOnce(world);
      const bought = world.chain.executed.filter(({ name }) => name === "buyMachine");
      expect(bought, `killed at ${killAt}`).to.have.length(1);
      await worlds.pop()?.stop();
    }
  });

  it(`at ${RANDOM_KILLS} random moments, over several frames, never sends twice and never loses a report`, async () => {
    const world = await start();
    const { chain } = world;
    const random = new Random(SEED);
    const pagesOf = (frame: number) =>
      chain.executed.filter(({ name, args }) => name === "applyPage" && args[0] === BigInt(frame));
    const frames: number[] = [];
    let kills = 0;
    let longestLife = LONGEST_LIFE;
    for (const role of ["attestor", "keeper"] as const) {
      const worker = new Worker(world, role);
      await worker.ready();
      const ready = performance.now();
      expect(await worker.ended()).to.equal(null);
      longestLife = Math.max(longestLife, performance.now() - ready);
    }
    chain.skipTo(chain.head + 2_880n);
    const live = async (role: SendingRole): Promise<void> => {
      while (kills < RANDOM_KILLS) {
        kills += 1;
        const worker = new Worker(world, role, 1_000);
        const ended = worker.ended();
        await Promise.race([worker.ready(), ended]);
        await new Promise((done) => setTimeout(done, random.next() * longestLife));
        worker.kill();
        expect(await ended).to.equal("SIGKILL");
        if (pagesOf(chain.lastFrame).length < 2) continue;
        frames.push(chain.lastFrame);
        chain.skipTo(chain.head + 2_880n);
      }
    };
    await Promise.all([live("attestor"), live("keeper")]);
    for (const role of ["attestor", "keeper", "attestor"] as const) {
      expect(await new Worker(world, role, 2 * ROUNDS).ended()).to.equal(null);
    }
    expectEachOnce(world);
    expect(frames.length).to.be.greaterThan(3);
    for (const frame of frames) expect(pagesOf(frame), `frame ${frame}`).to.have.length(2);
  });
});
