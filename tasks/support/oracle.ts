import { EPOCHS_PER_DAY, OracleReader, referenceEpoch } from "../../lib/index.ts";
import type { TaskContext } from "./TaskContext.ts";

/** How the oracle stands. */
export interface OracleStanding {
  /** The last frame that was agreed on; 0 before the first. */
  readonly lastFrame: number;
  /** No report for three frames: no new NFT becomes active. */
  readonly stale: boolean;
}

/** Says when the oracle spoke last, and warns when that is long ago. */
export async function reportOracle(context: TaskContext, head: bigint): Promise<OracleStanding> {
  const { report } = context;
  const oracle = new OracleReader(context.eth, (await context.deployment()).powerOracle);
  const [lastFrame, stale] = await Promise.all([oracle.lastFrame(), oracle.isStale()]);
  report.fact("oracle", "last report", lastFrame === 0 ? "none yet" : frameText(context, lastFrame, head), {
    lastFrame,
    stale,
  });
  if (stale) {
    report.check(
      "oracle",
      "warn",
      `The oracle has not reported ${lastFrame === 0 ? "yet" : "for three days"}: no new NFT begins to earn until it does; the others go on.`,
    );
  }
  return { lastFrame, stale };
}

function frameText({ network: { clock } }: TaskContext, frame: number, now: bigint): string {
  const begin = referenceEpoch(frame);
  const days = (now - begin) / EPOCHS_PER_DAY;
  const ago = days === 0n ? "today" : days === 1n ? "yesterday" : `${days} days ago`;
  return `frame ${frame}, of ${clock.format(begin)}, ${ago}`;
}
