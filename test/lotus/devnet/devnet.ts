import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";

import { devnetBinary } from "./binary.ts";

export interface DevnetOptions {
  /** Time between blocks, as Go writes durations. */
  blockTime?: string;
  /** 2 KiB sectors that f01000 starts with. */
  sectors?: number;
  /** 0x addresses that get 100,000 FIL each. */
  fund?: string[];
  /** Further environment of the node. */
  env?: Record<string, string>;
}

const READY = /DEVNET READY (\S+) miner=(\S+) owner=(\S+) faucet=(\S+)/;
const START_TIMEOUT = 120_000;
const STOP_TIMEOUT = 10_000;
/** Milliseconds after which a network that has not answered is stuck. */
const ANSWER_TIMEOUT = 120_000;
/** How often to look whether blocks still come, milliseconds: they do several times a second. */
const WATCH_INTERVAL = 3_000;
/** Method of a miner: SubmitWindowedPoSt. */
const SUBMIT_WINDOWED_POST = 5;
/** Epochs of a deadline, deadlines of a proving period, and the longest jump that may be repeated once or twice. */
const DEADLINE = 60;
const DEADLINES = 48;
const MAX_STEP = 280;
const MIN_STEP = 20;
/** Milliseconds that a step should take. */
const STEP_TIME = 600;
const running = new Set<Devnet>();

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** A running network of one node. It never outlives this process. */
export class Devnet {
  readonly url: string;
  /** Actor address of the miner that produces the blocks. */
  readonly miner: string;
  /** The miner's owner and worker: an f3 address whose key the node holds. */
  readonly owner: string;
  /** An account full of FIL whose key the node holds. */
  readonly faucet: string;
  #child: ChildProcess;
  #folder: string;
  #sectors: number;
  /** What the node printed last. */
  #tail: readonly string[];
  /** Epochs to ask for at a time. */
  #step = 60;
  #watch: NodeJS.Timeout;
  /** The height when it was looked at last. */
  #seen = -1;

  private constructor(
    child: ChildProcess,
    folder: string,
    sectors: number,
    ready: RegExpExecArray,
    tail: readonly string[],
  ) {
    const [, url, miner, owner, faucet] = ready;
    if (!url || !miner || !owner || !faucet) throw new Error(`odd READY line: ${ready[0]}`);
    this.url = url;
    this.miner = miner;
    this.owner = owner;
    this.faucet = faucet;
    this.#child = child;
    this.#folder = folder;
    this.#sectors = sectors;
    this.#tail = tail;
    this.#watch = setInterval(() => void this.#unstick(), WATCH_INTERVAL);
    this.#watch.unref();
  }

  /** Starts a network and waits until it serves. A port that was taken meanwhile is tried again with another one. */
  static async start(options: DevnetOptions = {}): Promise<Devnet> {
    const binary = await devnetBinary();
    let failure: unknown;
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        return await Devnet.#launch(binary, options);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  static async #launch(binary: string, options: DevnetOptions): Promise<Devnet> {
    const folder = await mkdtemp(join(tmpdir(), "lotus-devnet-"));
    const sectors = options.sectors ?? 8;
    const child = spawn(binary, ["-test.run", "TestDevnet", "-test.timeout", "0", "-test.v"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        TMPDIR: folder,
        GOLOG_LOG_LEVEL: "error",
        DEVNET_LISTEN: `127.0.0.1:${await freePort()}`,
        DEVNET_BLOCKTIME: options.blockTime ?? "100ms",
        DEVNET_SECTORS: String(sectors),
        DEVNET_DEBUG: "1",
        DEVNET_FUND: (options.fund ?? []).join(","),
        ...options.env,
      },
    });
    const tail: string[] = [];
    const keep = (chunk: Buffer): void => {
      tail.push(chunk.toString());
      if (tail.length > 40) tail.shift();
    };
    try {
      const ready = await new Promise<RegExpExecArray>((done, fail) => {
        const timer = globalThis.setTimeout(() => fail(new Error("the network did not get ready")), START_TIMEOUT);
        let seen = "";
        child.stderr.on("data", keep);
        child.stdout.on("data", (chunk: Buffer) => {
          keep(chunk);
          if (seen === "done") return;
          seen += chunk.toString();
          const match = READY.exec(seen);
          if (match === null) return;
          seen = "done";
          clearTimeout(timer);
          done(match);
        });
        child.once("error", fail);
        child.once("exit", (code) => {
          clearTimeout(timer);
          fail(new Error(`the network ended with code ${code} before it was ready`));
        });
      });
      const devnet = new Devnet(child, folder, sectors, ready, tail);
      running.add(devnet);
      return devnet;
    } catch (error) {
      if (child.exitCode === null && child.pid !== undefined) {
        child.kill("SIGKILL");
        await new Promise((done) => child.once("exit", done));
      }
      await rm(folder, { recursive: true, force: true });
      throw new Error(`${String(error)}\n${tail.join("")}`, { cause: error });
    }
  }

  /**
   * On a slow machine a proof may come within the last epochs of its deadline. The node then waits to see it in the state
   * before it makes another block, and without another block the state does not show it. It goes on while a proof is
   * pending, so one is sent that the miner refuses, for the faucet is not its worker.
   */
  async #unstick(): Promise<void> {
    const height = await this.#height().catch(() => -1); // busy, or ended: whoever asked for something is told
    const stands = height !== -1 && height === this.#seen;
    this.#seen = height;
    if (!stands) return;
    const message = {
      From: this.faucet,
      To: this.miner,
      Value: "0",
      Method: SUBMIT_WINDOWED_POST,
      GasLimit: 100_000_000,
      GasFeeCap: "10000000000",
      GasPremium: "1000000",
    };
    await this.#rpc("Filecoin.MpoolPushMessage", message, null).catch(() => undefined);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Moves the chain on by at least `epochs`, skipping empty ones. Answers the new height.
   *
   * About one round in 150 has no winner; the node then jumps once more as far as it was asked to. So it is never asked
   * for more than a third of the way to the next proof that is due: a skipped proof would make sectors faulty, and a
   * jump of 900 epochs would stop the node for good. Nor does it wait longer than two seconds for a block to become the
   * head, so that on a busy machine the steps get shorter.
   */
  async advance(epochs: number): Promise<number> {
    let height = await this.#height();
    const target = height + epochs;
    while (height < target) {
      if (!this.alive) throw new Error("the network has ended");
      const safe = Math.floor(((await this.#nextProof(height)) - height) / 3);
      const step = Math.max(1, Math.min(target - height, safe, this.#step));
      const started = Date.now();
      const answer = await this.#ask(new URL(`/devnet/advance?epochs=${step}`, this.url));
      const problem = answer.ok ? undefined : await answer.text();
      const reached = problem === undefined ? await this.#height() : await this.#heightAbove(height);
      if (reached === height) throw new Error(`advance: ${problem ?? "nothing happened"}`);
      const perEpoch = (Date.now() - started) / (reached - height);
      this.#step = Math.round(Math.min(MAX_STEP, Math.max(MIN_STEP, STEP_TIME / perEpoch)));
      height = reached;
    }
    return height;
  }

  async #height(): Promise<number> {
    return (await this.#rpc<{ Height: number }>("Filecoin.ChainHead")).Height;
  }

  /** Waits for a block that the node gave up waiting for: asking for another one before would add up the jumps. */
  async #heightAbove(height: number): Promise<number> {
    let now = height;
    for (let waited = 0; now <= height && waited < 60; waited++) {
      await setTimeout(1_000);
      now = await this.#height();
    }
    return now;
  }

  /** The next epoch at which a deadline with sectors opens. Sectors lie two to a deadline, from deadline 0 on. */
  async #nextProof(height: number): Promise<number> {
    type Deadline = { PeriodStart: number; Index: number };
    const { PeriodStart, Index } = await this.#rpc<Deadline>("Filecoin.StateMinerProvingDeadline", this.miner, []);
    const index = Math.max(Index, Math.floor((height - PeriodStart) / DEADLINE)) + 1;
    const next = index < Math.ceil(this.#sectors / 2) ? index : DEADLINES;
    return PeriodStart + next * DEADLINE;
  }

  async #rpc<T>(method: string, ...params: unknown[]): Promise<T> {
    const answer = await this.#ask(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = (await answer.json()) as { result: T; error?: { message: string } };
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** A request whose failure says what became of the node, and what it printed last. */
  async #ask(url: URL | string, init: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT) });
    } catch (error) {
      const { exitCode, signalCode } = this.#child;
      const state = this.alive ? "lives" : `ended with ${signalCode ?? exitCode}`;
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new Error(`${String(url)}: ${inspect(cause)}; the node ${state}\n${this.#tail.join("")}`, { cause });
    }
  }

  /** Ends the node and removes everything that it wrote. */
  async stop(): Promise<void> {
    running.delete(this);
    clearInterval(this.#watch);
    if (this.alive) {
      const ended = new Promise((done) => this.#child.once("exit", done));
      this.#child.kill("SIGTERM");
      const timer = globalThis.setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The last resort when this process ends without stopping its networks. */
  static abandon(): void {
    for (const devnet of running) devnet.#child.kill("SIGKILL");
    // killed processes may still be writing: nothing but waiting in place is possible here
    if (running.size > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    for (const devnet of running) {
      rmSync(devnet.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
    running.clear();
  }
}

process.once("exit", () => Devnet.abandon());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    Devnet.abandon();
    process.exit(1);
  });
}
