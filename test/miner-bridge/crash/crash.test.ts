import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { frameOf } from "../../../lib/index.ts";
import { environmentName } from "../../../miner-bridge/config/index.ts";
import type { Role } from "../../../miner-bridge/runTick.ts";
import { FINALITY } from "../support/FakeChain.ts";
import { ADDRESSES, KEYS, World, configOn } from "../support/bridge.ts";

const CHILD = resolve(import.meta.dirname, "child.ts");
/** Rounds until everything that was begun is settled. */
const ROUNDS = 12;
const RANDOM_KILLS = 200;
/** The longest time after its start at which a process is killed, milliseconds. */
const LONGEST_LIFE = 250;
const SEED = 20_261_125;

/** A process that works for a role, with the key of a member. */
class Worker {
  readonly #child: ChildProcess;
  #output = "";

  constructor(world: World, role: Role, { killAt = 0, rounds = ROUNDS } = {}) {
    const member = role === "attestor" ? 0 : 1;
    const config = configOn(world.node, join(world.folder, "crash"));
    const named = Object.entries(config).map(([name, value]) => [environmentName(name), String(value)]);
    this.#child = spawn(process.execPath, [CHILD], {
      env: {
        PATH: process.env["PATH"],
        ...(Object.fromEntries(named) as Record<string, string>),
        MINER_BRIDGE_KEY: KEYS[member],
        ROLE: role,
        KILL_AT: String(killAt),
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
    while (!this.#output.includes("ready") && this.#child.exitCode === null)
      await once(this.#child.stdout as never, "data");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** How many points it passed. */
  get points(): number {
    return Number(/points (\d+)/.exec(this.#output)?.[1]);
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
    world.chain.vault(1001n);
    world.chain.mint(3n, { minerId: 1001n });
    return world;
  };

  const work = async (world: World, role: Role, killAt = 0): Promise<Worker> => {
    const worker = new Worker(world, role, { killAt });
    expect(await worker.ended()).to.equal(killAt === 0 ? null : "SIGKILL");
    return worker;
  };

  /** What was sent, and how often. */
  const deeds = ({ chain }: World): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { name, args } of chain.executed) {
      const deed = JSON.stringify([name, ...args.slice(0, 3)], (_, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
      counts.set(deed, (counts.get(deed) ?? 0) + 1);
    }
    return counts;
  };

  const expectEachOnce = (world: World): void => {
    expect([...deeds(world)].filter(([, times]) => times !== 1)).to.deep.equal([]);
    expect(world.chain.executed.filter(({ succeeded }) => !succeeded)).to.deep.equal([]);
    expect(world.chain.pool.size).to.equal(0);
  };

  it("while it attests, at any point where it writes or sends, has submitted once when it is started again", async () => {
    const { points } = await work(await start(), "attestor");
    expect(points).to.be.greaterThan(8);
    for (let killAt = 1; killAt <= points; killAt += 1) {
      const world = await start();
      const frame = frameOf(world.chain.head - FINALITY);
      await work(world, "attestor", killAt);
      await work(world, "attestor");
      expectEachOnce(world);
      expect(world.chain.lastFrame, `killed at ${killAt}`).to.equal(frame);
    }
  });

  it("while it keeps, at any point where it writes or sends, has applied each page once when it is started again", async () => {
    const begin = async (): Promise<World> => {
      const world = await start();
      await work(world, "attestor");
      return world;
    };
    const { points } = await work(await begin(), "keeper");
    expect(points).to.be.greaterThan(8);
    for (let killAt = 1; killAt <= points; killAt += 1) {
      const world = await begin();
      await work(world, "keeper", killAt);
      await work(world, "keeper");
      expectEachOnce(world);
      const applied = world.chain.executed.filter(({ name }) => name === "applyPage").map(({ args }) => args[1]);
      expect(applied, `killed at ${killAt}`).to.have.members([1000n, 1001n]);
    }
  });

  it(`at ${RANDOM_KILLS} random moments, over several frames, never sends twice and never loses a report`, async () => {
    const world = await start();
    const { chain } = world;
    const random = randomFrom(SEED);
    const pages = () =>
      chain.executed.filter(({ name, args }) => name === "applyPage" && args[0] === BigInt(chain.lastFrame));
    const frames: number[] = [];
    let kills = 0;
    const live = async (role: Role): Promise<void> => {
      while (kills < RANDOM_KILLS) {
        const worker = new Worker(world, role, { rounds: 1_000 });
        const ended = worker.ended();
        await worker.ready();
        await new Promise((done) => setTimeout(done, random() * LONGEST_LIFE));
        worker.kill();
        await ended;
        kills += 1;
        if (pages().length < 2) continue;
        frames.push(chain.lastFrame);
        chain.skipTo(chain.head + 2_880n);
      }
    };
    await Promise.all([live("attestor"), live("keeper")]);
    await work(world, "attestor");
    await work(world, "keeper");
    await work(world, "attestor");
    expectEachOnce(world);
    expect(frames.length).to.be.greaterThan(3);
    for (const frame of frames) {
      const applied = chain.executed.filter(({ name, args }) => name === "applyPage" && args[0] === BigInt(frame));
      expect(applied, `frame ${frame}`).to.have.length(2);
    }
  });
});

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
