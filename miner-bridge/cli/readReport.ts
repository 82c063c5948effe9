import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { EthNode, checkNode } from "../chain/index.ts";
import { composePool } from "../compose.ts";
import { type Config, readConfig } from "../config/index.ts";
import { type NftFacts, discover, readFacts } from "../discovery/index.ts";
import type { EndpointPool } from "../lotus/index.ts";
import { type Log, createLog } from "../ops/index.ts";
import { createComputeMiner } from "../power/index.ts";
import { type Report, computeReport } from "../report/index.ts";
import { State, statePath } from "../state/index.ts";
import type { Terminal } from "./Terminal.ts";

/** A report that was computed for the eyes, and what it was computed with. */
export interface ReadReport {
  readonly config: Config;
  readonly pool: EndpointPool;
  readonly eth: EthNode;
  readonly state: State;
  readonly report: Report;
  /** What the contract knew of the living NFTs, in the state of the report. */
  readonly facts: () => Promise<NftFacts[]>;
}

/**
 * Computes the report of a frame from the chain alone, in a memory of its own that is thrown away: anybody finds the
 * same, whatever this bridge has done before.
 */
export async function withReport<T>(
  { environment }: Terminal,
  path: string | undefined,
  frame: number,
  body: (found: ReadReport) => Promise<T>,
): Promise<T> {
  const config = await readConfig(path, environment);
  const log: Log & { hide(secret: string): void } = createLog({ level: "silent" });
  const pool = await composePool(config, environment, log);
  const folder = await mkdtemp(join(tmpdir(), "miner-bridge-"));
  const state = State.open(statePath(folder, "report"));
  try {
    const eth = new EthNode(pool.request);
    const { lotus } = pool;
    const { finalized } = await checkNode({ eth, lotus, config, now: Date.now });
    await discover({ eth, lotus, state, config, log }, finalized);
    const computeMiner = createComputeMiner({ pool, way: config.sectorSource, blocks: state.blocks, log });
    const report = await computeReport({ pool, state, computeMiner, config, log }, frame);
    const { discovered } = state;
    const facts = () => readFacts({ request: pool.request, discovered, config }, report.pinned);
    return await body({ config, pool, eth, state, report, facts });
  } finally {
    state.close();
    await rm(folder, { recursive: true, force: true });
  }
}
