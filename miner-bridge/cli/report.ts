import { ExitCode, formatPower } from "../../lib/index.ts";
import { type Comparison, type Difference, type Report, compareWithChain } from "../report/index.ts";
import { withReport } from "./readReport.ts";
import { type Terminal, toJson } from "./Terminal.ts";

export interface ReportOptions {
  readonly config?: string | undefined;
  readonly json: boolean;
}

/** Prints the report of a frame as anybody computes it, and how it stands to the one on chain. */
export function report(terminal: Terminal, frame: number, { config, json }: ReportOptions): Promise<ExitCode> {
  return withReport(terminal, config, frame, async (found) => {
    const comparison = await compareWithChain(found, found.report);
    if (json) terminal.print(toJson(asObject(found.report, comparison)));
    else printReport(terminal, found.report, comparison);
    return verdict(comparison);
  });
}

/** Says whether the quorum found what this bridge finds, and where not. */
export function verify(terminal: Terminal, frame: number, { config, json }: ReportOptions): Promise<ExitCode> {
  return withReport(terminal, config, frame, async (found) => {
    const comparison = await compareWithChain(found, found.report);
    if (json) terminal.print(toJson(comparison));
    else printComparison(terminal, comparison);
    return verdict(comparison);
  });
}

function verdict({ agreed, root }: Comparison): ExitCode {
  return agreed === undefined || agreed === root ? ExitCode.ok : ExitCode.refused;
}

function asObject(found: Report, comparison: Comparison): object {
  const { frame, root, pinned, miners, entries } = found;
  return { frame, root, pinned, miners, entries, chain: comparison };
}

function printReport(terminal: Terminal, found: Report, comparison: Comparison): void {
  const { frame, root, pinned, entries } = found;
  terminal.print(`frame ${frame}: the state before the tipset of epoch ${pinned.height}`);
  terminal.print(`root  ${root}`);
  for (const miner of found.miners) {
    if ("skipped" in miner) {
      terminal.print(`f0${miner.minerId}  skipped: ${miner.skipped}`);
      continue;
    }
    terminal.print(`f0${miner.minerId}  ${formatPower(miner.qap)} of power, ${miner.weights.length} NFTs`);
    for (const { id, weight, withheld } of miner.weights) {
      const said = entries.some((entry) => "ids" in entry && entry.ids.includes(id)) ? "said" : "known";
      terminal.print(`  NFT ${id}  ${formatPower(weight)}  ${said}${withheld === undefined ? "" : `: ${withheld}`}`);
    }
  }
  printComparison(terminal, comparison);
}

function printComparison(terminal: Terminal, { frame, root, agreed, votes, differences }: Comparison): void {
  for (const vote of votes) {
    terminal.print(`${vote.member} said ${vote.root}${vote.root === root ? "" : ", which is another"}`);
  }
  if (agreed === undefined) {
    terminal.print(`No quorum has agreed on frame ${frame} yet. Your hash is ${root}.`);
  } else if (agreed === root) {
    terminal.print(`Your hash ${root} is the quorum's.`);
  } else {
    const where =
      differences.length === 0
        ? "no page of the quorum's report that differs was applied, so the chain does not show where"
        : `differs: ${differences.map(inWords).join("; ")}`;
    terminal.print(`Your hash ${root} is not the quorum's ${agreed}; ${where}`);
  }
}

function inWords({ minerId, id, own, agreed }: Difference): string {
  return `f0${minerId}${id === undefined ? "" : ` NFT ${id}`}, ${valueInWords(own)} against ${valueInWords(agreed)}`;
}

function valueInWords(value: bigint | string | undefined): string {
  if (value === undefined) return "nothing";
  return typeof value === "bigint" ? `${formatPower(value)} (${value} B)` : `skipped (${value})`;
}
