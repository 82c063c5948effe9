import { Interface } from "ethers";

import { type Hex, OracleReader, RefusedError, type Tipset, frameOf, powerOracleAbi } from "../../lib/index.ts";
import type { Outbox, Sent } from "../chain/index.ts";
import type { Config } from "../config/index.ts";
import type { Metrics } from "../ops/index.ts";
import { type Report, type ReportDeps, computeReport } from "../report/index.ts";
import { memberOf } from "./membership.ts";

/** The key is not one that the oracle listens to. */
export class NotMemberError extends RefusedError {
  override readonly name = "NotMemberError";
}

export interface AttestDeps extends ReportDeps {
  readonly outbox: Outbox;
  readonly config: Pick<Config, "powerNft" | "powerOracle">;
  readonly metrics: Metrics["attestor"];
}

/**
 * What an attestor did about the newest frame. `none`: no frame can be reported on. `over`: a quorum has agreed, on the
 * same root if this member has one. `outvoted`: on another. Else what became of sending the root, or `said` when the
 * contract holds it as this member's word already.
 */
export interface Attested {
  readonly frame: number;
  readonly outcome: "none" | "over" | "outvoted" | "said" | Sent["outcome"];
  readonly root?: Hex;
}

const ORACLE = new Interface(powerOracleAbi);

/**
 * Says the root of the newest frame whose pinned state is final, once.
 *
 * @throws {NotMemberError} when the key may not.
 */
export async function attest(deps: AttestDeps, finalized: Tipset): Promise<Attested> {
  const { pool, config, outbox, log, metrics } = deps;
  const oracle = new OracleReader(pool.request, config.powerOracle);
  const frame = frameOf(finalized.Height);
  const lastFrame = await oracle.lastFrame();
  metrics.lastAgreed.set(lastFrame);
  metrics.framesBehind.set(Math.max(0, frame - lastFrame));
  if (frame === 0) return { frame, outcome: "none" };
  if (frame <= lastFrame) return compare(deps, oracle, lastFrame);
  const report = await timedReport(deps, frame);
  const { root } = report;
  if (outbox.address === undefined) {
    log.info({ event: "report.dry", frame, root }, `would submit ${root} for frame ${frame}: no key is set`);
    return { frame, root, outcome: "dry" };
  }
  const member = await memberOf(oracle, outbox.address);
  if (member === undefined) {
    throw new NotMemberError(
      `${outbox.address} is neither a member of the oracle nor a member's delegate: use a member's key, or let the member call setDelegate.`,
    );
  }
  const vote = await oracle.voteOf(member);
  if (vote.frame === frame && vote.root === root) {
    metrics.lastSubmitted.set(frame);
    return { frame, root, outcome: "said" };
  }
  const data = ORACLE.encodeFunctionData("submit", [frame, root]) as Hex;
  const { outcome, reason } = await outbox.send(`submit:${frame}:${root}`, { to: config.powerOracle, data });
  if (reason !== undefined) log.warn({ event: "report.notSent", frame, root, outcome, reason }, reason);
  return { frame, root, outcome };
}

/** Whether the quorum agreed on what this member found, as far as it found anything. */
async function compare(deps: AttestDeps, oracle: OracleReader, frame: number): Promise<Attested> {
  const own = deps.state.reports.get(frame)?.root;
  const agreed = await oracle.rootOf(frame);
  if (own === undefined || agreed === undefined || own === agreed) return { frame, outcome: "over" };
  if (deps.state.reports.noteOutvoted(frame)) {
    deps.metrics.outvoted.inc();
    deps.log.error(
      { event: "report.outvoted", frame, root: own, agreed },
      `your hash ${own} is not the quorum's ${agreed}: run \`miner-bridge verify ${frame}\``,
    );
  }
  return { frame, outcome: "outvoted", root: own };
}

/** The report, measured unless it was computed before. */
async function timedReport(deps: AttestDeps, frame: number): Promise<Report> {
  if (deps.state.reports.get(frame) !== undefined) return computeReport(deps, frame);
  const stop = deps.metrics.reportSeconds.startTimer();
  const report = await computeReport(deps, frame);
  stop();
  for (const miner of report.miners) {
    if ("skipped" in miner) deps.metrics.minersSkipped.inc({ reason: miner.skipped });
    else deps.metrics.minersComputed.inc();
  }
  return report;
}
