import { RefusedError, formatPower, formatSectors, frameOf } from "../../lib/index.ts";
import { createLog } from "../ops/index.ts";
import { type Explanation, createReadMiner, explainNft } from "../power/index.ts";
import { composePool } from "../compose.ts";
import { readConfig } from "../config/index.ts";
import { withReport } from "./readReport.ts";
import { type Terminal, toJson } from "./Terminal.ts";

export interface ExplainOptions {
  readonly config?: string | undefined;
  readonly json: boolean;
  /** The newest frame whose state is final, unless named. */
  readonly frame?: number | undefined;
}

/** Says how an NFT's weight came about, place by place. */
export async function explain(terminal: Terminal, id: bigint, options: ExplainOptions): Promise<void> {
  const { config, json } = options;
  const frame = options.frame ?? (await newestFrame(terminal, config));
  await withReport(terminal, config, frame, async ({ pool, state, report, config: settings, facts }) => {
    const nft = (await facts()).find((fact) => fact.id === id);
    if (nft === undefined) {
      throw new RefusedError(`NFT ${id} was not alive in the state of frame ${frame}: check the number, or --frame.`);
    }
    const log = createLog({ level: "silent" });
    const read = createReadMiner({ pool, way: settings.sectorSource, blocks: state.blocks, log });
    const explanation = await explainNft(read, report.pinned, nft);
    if (json) terminal.print(toJson({ frame, said: nft.said, ...explanation }));
    else print(terminal, frame, explanation);
  });
}

async function newestFrame({ environment }: Terminal, path: string | undefined): Promise<number> {
  const config = await readConfig(path, environment);
  const pool = await composePool(config, environment, createLog({ level: "silent" }));
  return frameOf((await pool.lotus.chainGetFinalizedTipSet()).Height);
}

function print(terminal: Terminal, frame: number, found: Explanation): void {
  const { id, minerId, height, weight, nominalPower, claim, power, skipped, withheld, parts } = found;
  terminal.print(`NFT ${id} of f0${minerId}, frame ${frame} (the state before epoch ${height})`);
  terminal.print(`  weight   ${formatPower(weight)} of nominal ${formatPower(nominalPower)}`);
  terminal.print(`  miner    claims ${formatPower(claim)}, its partitions hold ${formatPower(power)}`);
  if (skipped !== undefined) terminal.print(`  skipped  ${skipped}`);
  if (withheld !== undefined) terminal.print(`  withheld ${withheld}`);
  for (const { place, status, sectors, qap, basis } of parts) {
    const where = place === undefined ? "nowhere" : `deadline ${place.deadline}, partition ${place.partition}`;
    const how = basis === undefined ? "" : ` (${basis})`;
    terminal.print(
      `  ${status.padEnd(10)} ${formatPower(qap).padStart(12)}  ${where}: sectors ${formatSectors(sectors)}${how}`,
    );
  }
}
