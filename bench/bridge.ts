/**
 * What reading a miner's power costs, by the state way and the plain way, beside `fetch` and `JSON.parse` of the same
 * sectors and their bare transfer. The miners are built by Lotus' own code (Go), see synthetic/.
 *
 * Usage: node bench/bridge.ts [SECTORS ...]   (where none are named: 100,000, 1,000,000 and 5,000,000 of every kind, and
 * 3,000,000 uniform ones, for which the state way has a goal; rows of other sizes stay as they are). Needs Go.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Cost, Measured } from "./synthetic/measure.ts";
import type { Kind } from "./synthetic/rule.ts";

interface Row extends Cost {
  readonly sectors: number;
  readonly kind: Kind;
  readonly way: Measured;
  readonly calls: number;
  /** Bytes of the answers' bodies. */
  readonly bytes: number;
  /** CPU as a part of that of `fetch` and `JSON.parse`, and of bare transfer. */
  readonly ofParse: number;
  readonly ofTransfer: number;
}

const run = promisify(execFile);
const SYNTHETIC = join(import.meta.dirname, "synthetic");
const RESULTS = join(import.meta.dirname, "results");
const RESULT = join(RESULTS, "bridge.json");
const KINDS: readonly Kind[] = ["uniform", "mixed", "ragged"];
const WAYS: readonly Measured[] = ["bytes", "parse", "plain", "state"];
const SIZES = [100_000, 1_000_000, 5_000_000];
const MINERS: readonly (readonly [sectors: number, kind: Kind])[] = [
  ...SIZES.flatMap((sectors) => KINDS.map((kind) => [sectors, kind] as const)),
  [3_000_000, "uniform"],
];

/** As the bridge itself is started (ops/deploy): rows live for an instant, and memory that was once taken is not given back. */
const YOUNG = "--max-semi-space-size=4";

const named = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "bridge-bench-"));
try {
  await bench(named.length > 0 ? named.flatMap((sectors) => KINDS.map((kind) => [sectors, kind] as const)) : MINERS);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench(miners: typeof MINERS): Promise<void> {
  const build = join(folder, "synthetic");
  await run("go", ["build", "-o", build, "."], { cwd: SYNTHETIC });
  await mkdir(RESULTS, { recursive: true });
  let rows = await recorded();
  for (const [sectors, kind] of miners) {
    const blocks = join(folder, `${kind}-${sectors}`);
    await run(build, ["-kind", kind, "-sectors", String(sectors), "-out", blocks]);
    const measured = await measureAll(sectors, kind, blocks);
    rows = [...rows.filter((row) => row.sectors !== sectors || row.kind !== kind), ...measured];
    rows.sort((a, b) => a.sectors - b.sectors || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
    await rm(blocks);
    await writeFile(RESULT, `${JSON.stringify(rows, null, 2)}\n`);
  }
}

async function recorded(): Promise<Row[]> {
  return existsSync(RESULT) ? (JSON.parse(await readFile(RESULT, "utf8")) as Row[]) : [];
}

async function measureAll(sectors: number, kind: Kind, blocks: string): Promise<Row[]> {
  const node = spawn(process.execPath, [join(SYNTHETIC, "serve.ts"), blocks], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await firstLine(node);
    const costs = new Map<Measured, Cost & { readonly calls: number; readonly bytes: number }>();
    for (const way of WAYS) {
      const { stdout } = await run(process.execPath, [YOUNG, join(SYNTHETIC, "measure.ts"), way, blocks, url]);
      const counted = (await (await fetch(new URL("/count", url))).json()) as { calls: number; bytes: number };
      costs.set(way, { ...(JSON.parse(stdout) as Cost), ...counted });
    }
    const cpuOf = (way: Measured): number => costs.get(way)?.cpu ?? Number.NaN;
    return [...costs].map(([way, cost]) => {
      const row = {
        sectors,
        kind,
        way,
        ...cost,
        ofParse: cost.cpu / cpuOf("parse"),
        ofTransfer: cost.cpu / cpuOf("bytes"),
      };
      console.log(line(row));
      return row;
    });
  } finally {
    const ended = once(node, "exit");
    node.kill("SIGTERM");
    await ended;
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error("the node ended before it served");
}

function line({ sectors, kind, way, calls, bytes, cpu, memory, ofParse, ofTransfer }: Row): string {
  return (
    `${String(sectors).padStart(8)} ${kind.padEnd(8)}${way.padEnd(6)}` +
    `${String(calls).padStart(6)} calls${(bytes / 1e6).toFixed(1).padStart(8)} MB` +
    `${cpu.toFixed(2).padStart(8)} s CPU${memory.toFixed(0).padStart(6)} MB resident` +
    `${ofParse.toFixed(3).padStart(8)} of parse${ofTransfer.toFixed(2).padStart(7)} of transfer`
  );
}
