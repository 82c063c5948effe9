import { Interface, toBeHex } from "ethers";

import {
  type Hex,
  OracleReader,
  type ReportPage,
  type ReportSkip,
  epochRanges,
  frameOf,
  powerOracleAbi,
  referenceEpoch,
} from "../../lib/index.ts";
import type { NodePosition } from "../chain/index.ts";
import { type Report, NotFinalError, computeReport } from "../report/index.ts";
import type { Duty, KeeperDeps } from "./KeeperDeps.ts";

const ORACLE = new Interface(powerOracleAbi);

/** Applies the pages of the last agreed report that nobody has applied. */
export const applyReports: Duty = async (deps, position, act) => {
  const report = await agreedReport(deps, position);
  const pages = report?.entries.filter((entry): entry is ReportPage => "ids" in entry && entry.ids.length > 0) ?? [];
  if (report === undefined || pages.length === 0) return;
  const { frame } = report;
  const applied = await saidOnChain(deps, frame, "Applied");
  for (const page of pages) {
    const [first] = page.ids;
    if (applied.has(`${page.minerId}:${first}`)) continue;
    const { minerId, ids, weights } = page;
    const data = ORACLE.encodeFunctionData("applyPage", [frame, minerId, ids, weights, report.proofOf(page)]) as Hex;
    await act({ purpose: `apply:${frame}:${minerId}:${first}`, to: deps.config.powerOracle, data });
  }
};

/** Announces the miners that the last agreed report skips. */
export const announceSkips: Duty = async (deps, position, act) => {
  const report = await agreedReport(deps, position);
  const skips = report?.entries.filter((entry): entry is ReportSkip => "reason" in entry) ?? [];
  if (report === undefined || skips.length === 0) return;
  const { frame } = report;
  const announced = await saidOnChain(deps, frame, "Skipped");
  for (const skip of skips) {
    const { minerId, reason } = skip;
    if (announced.has(`${minerId}:`)) continue;
    const data = ORACLE.encodeFunctionData("announceSkip", [frame, minerId, reason, report.proofOf(skip)]) as Hex;
    await act({ purpose: `skip:${frame}:${minerId}`, to: deps.config.powerOracle, data });
  }
};

/**
 * The last agreed report, computed here too. Where the roots differ nothing is applied: of the quorum's report only the
 * root is known, and its content is not what this node finds.
 */
async function agreedReport(deps: KeeperDeps, { head }: NodePosition): Promise<Report | undefined> {
  const { pool, config, log } = deps;
  const oracle = new OracleReader(pool.request, config.powerOracle);
  const frame = await oracle.lastFrame();
  const agreed = await oracle.rootOf(frame);
  if (agreed === undefined || frameOf(head.Height) - frame > (await oracle.maxAge())) return undefined;
  let report: Report;
  try {
    report = await computeReport(deps, frame);
  } catch (error) {
    if (!(error instanceof NotFinalError)) throw error;
    log.info({ event: "keeper.behind", frame }, `frame ${frame} is agreed on, but not final for this node yet`);
    return undefined;
  }
  if (report.root === agreed) return report;
  if (deps.state.reports.noteOutvoted(frame)) {
    log.error(
      { event: "keeper.disagrees", frame, root: report.root, agreed },
      `the hash found here, ${report.root}, is not the quorum's ${agreed}: nothing is applied; see \`miner-bridge verify ${frame}\``,
    );
  }
  return undefined;
}

/** What the oracle's events of a frame name already: `miner:first id` of pages, `miner:` of skips. */
async function saidOnChain(deps: KeeperDeps, frame: number, event: "Applied" | "Skipped"): Promise<Set<string>> {
  const { eth, config } = deps;
  const topic = ORACLE.getEvent(event)?.topicHash as Hex;
  const newest = await eth.blockNumber();
  const said = new Set<string>();
  for (const range of epochRanges({ from: referenceEpoch(frame), to: newest }, config.logRangeEpochs)) {
    const topics = [toBeHex(frame, 32) as Hex];
    for (const found of await eth.logs({ address: [config.powerOracle], events: [topic], topics, ...range })) {
      const args = ORACLE.parseLog(found)?.args;
      const first = event === "Applied" ? String(args?.getValue("firstId")) : "";
      said.add(`${String(args?.getValue("minerId"))}:${first}`);
    }
  }
  return said;
}
