/**
 * Reads one synthetic miner in one way, in a process of its own, and prints what that took.
 *
 * Usage: node bench/synthetic/measure.ts WAY BLOCKS URL
 * Ways: state, plain; parse: the same sectors by `fetch` and `JSON.parse`; bytes: their transfer alone.
 */
import { EndpointPool } from "../../miner-bridge/lotus/index.ts";
import { createComputeMiner, type LivingNft, MemoryBlockCache } from "../../miner-bridge/power/index.ts";
import type { Log } from "../../miner-bridge/ops/types.ts";
import { type Miner, readMiner } from "./rule.ts";

export type Measured = "state" | "plain" | "parse" | "bytes";

/** What reading a miner took. */
export interface Cost {
  /** Seconds of CPU, user and system. */
  readonly cpu: number;
  /** The most memory that was resident, MB. */
  readonly memory: number;
}

/** As many as the plain way asks for at once. */
const PAGE = 50_000;
const silent = (): void => undefined;
const LOG: Log = { debug: silent, info: silent, warn: console.error, error: console.error };

const [, , way, file, url] = process.argv;
if (way === undefined || file === undefined || url === undefined) throw new Error("Name a way, blocks and a URL.");
const miner = readMiner(file);
const before = process.cpuUsage();
await read(way as Measured, miner, url);
const { user, system } = process.cpuUsage(before);
const cost: Cost = { cpu: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(cost));

async function read(by: Measured, of: Miner, from: string): Promise<void> {
  if (by === "state" || by === "plain") await weigh(by, of, from);
  else await scan(by, of, from);
}

/** Computes all weights, and compares them with what main.go computed. */
async function weigh(by: "state" | "plain", of: Miner, from: string): Promise<void> {
  const pool = new EndpointPool({ endpoints: [{ url: from }], log: LOG, timeoutMs: 120_000 });
  const compute = createComputeMiner({ pool, way: by, blocks: new MemoryBlockCache(), log: LOG });
  const root = { "/": of.stateRoot };
  const nfts = of.nfts.map(({ start, count }, at): LivingNft => ({
    id: BigInt(at + 1),
    minerId: BigInt(of.miner),
    sectors: [{ start: BigInt(start), count: BigInt(count) }],
    nominalPower: 2n ** 62n,
    expiry: 1n,
    attested: true,
  }));
  const found = await compute({ cids: [root], height: 1n, stateRoot: root }, BigInt(of.miner), nfts);
  if ("skipped" in found) throw new Error(found.skipped);
  const [weights, right] = [found.weights.map(({ weight }) => String(weight)), of.nfts.map(({ weight }) => weight)];
  if (String(found.qap) !== of.power || weights.join() !== right.join()) throw new Error("a wrong weight");
}

/** What a reader without any care does: asks for pages of numbers, and takes each answer as a whole. */
async function scan(by: "parse" | "bytes", { miner: id, sectors }: Miner, from: string): Promise<void> {
  for (let start = 0; start < sectors; start += PAGE) {
    const params = [`f0${id}`, [start, Math.min(PAGE, sectors - start)], []];
    const answer = await fetch(from, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "Filecoin.StateMinerSectors", params }),
    });
    if (by === "parse") JSON.parse(await answer.text());
    else if (answer.body !== null) await drain(answer.body);
  }
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}
