import { Interface, toBeHex } from "ethers";
import { z } from "zod";

import { type Hex, OracleReader, type ReportEntry, leafOf, powerOracleAbi, referenceEpoch } from "../../lib/index.ts";
import type { EthNode } from "../chain/index.ts";
import type { Config } from "../config/index.ts";
import type { EndpointPool } from "../lotus/index.ts";
import type { Report } from "./Report.ts";

/** Where the quorum's report says something else of an NFT, or of a miner. Weights are bytes of QAP. */
export interface Difference {
  readonly minerId: bigint;
  /** undefined where a miner was skipped by one of the two. */
  readonly id?: bigint;
  readonly own: bigint | string | undefined;
  readonly agreed: bigint | string | undefined;
}

/** How a report stands to what the oracle holds. */
export interface Comparison {
  readonly frame: number;
  readonly root: Hex;
  /** undefined while no quorum agrees. */
  readonly agreed: Hex | undefined;
  /** Each member's word of this frame. */
  readonly votes: readonly { readonly member: Hex; readonly root: Hex }[];
  /** What differs, as far as pages of the agreed report were applied: of the rest the chain knows only the root. */
  readonly differences: readonly Difference[];
}

export interface CompareDeps {
  readonly eth: EthNode;
  readonly pool: EndpointPool;
  readonly config: Pick<Config, "powerOracle" | "logRangeEpochs">;
}

const ORACLE = new Interface(powerOracleAbi);
const EVENTS = ["Applied", "Skipped"].map((name) => ORACLE.getEvent(name)?.topicHash as Hex);

const big = z.bigint();
const page = z.tuple([big, big, z.array(big), z.array(big), z.array(z.string())]);
const skip = z.tuple([big, big, z.string(), z.array(z.string())]);

/** Compares a report with the words of the members, and with the pages of the agreed one that were applied. */
export async function compareWithChain(deps: CompareDeps, report: Report): Promise<Comparison> {
  const { frame, root } = report;
  const oracle = new OracleReader(deps.pool.request, deps.config.powerOracle);
  const agreed = await oracle.rootOf(frame);
  const votes: { member: Hex; root: Hex }[] = [];
  for (const member of await oracle.members()) {
    const vote = await oracle.voteOf(member);
    if (vote.frame === frame && BigInt(vote.root) !== 0n) votes.push({ member, root: vote.root });
  }
  const differences = agreed === undefined || agreed === root ? [] : await differencesOf(deps, report);
  return { frame, root, agreed, votes, differences };
}

async function differencesOf(deps: CompareDeps, report: Report): Promise<Difference[]> {
  const ownLeaves = new Set(report.entries.map((entry) => leafOf(report.frame, entry)));
  const own = valuesOf(report.entries);
  const theirs = await appliedEntries(deps, report.frame);
  const foreign = valuesOf(theirs.filter((entry) => !ownLeaves.has(leafOf(report.frame, entry))));
  return [...foreign].flatMap(([key, { minerId, id, value }]) => {
    const mine = own.get(key)?.value ?? foundFor(report, minerId, id);
    return mine === value ? [] : [{ minerId, ...(id === undefined ? {} : { id }), own: mine, agreed: value }];
  });
}

interface Said {
  readonly minerId: bigint;
  readonly id: bigint | undefined;
  readonly value: bigint | string;
}

/** What entries say, one by one. */
function valuesOf(entries: readonly ReportEntry[]): Map<string, Said> {
  const said = entries.flatMap((entry): Said[] =>
    "reason" in entry
      ? [{ minerId: entry.minerId, id: undefined, value: entry.reason }]
      : entry.ids.map((id, at) => ({ minerId: entry.minerId, id, value: entry.weights[at] ?? 0n })),
  );
  return new Map(said.map((one) => [`${one.minerId}:${one.id ?? ""}`, one]));
}

/** What was found for an NFT that the own report does not have to mention, or for a miner that it skips. */
function foundFor(report: Report, minerId: bigint, id: bigint | undefined): bigint | string | undefined {
  const miner = report.miners.find((one) => one.minerId === minerId);
  if (miner === undefined) return undefined;
  return "skipped" in miner ? miner.skipped : miner.weights.find((one) => one.id === id)?.weight;
}

/** The entries that were applied, from the transactions that did it. */
async function appliedEntries({ eth, config }: CompareDeps, frame: number): Promise<ReportEntry[]> {
  const newest = await eth.blockNumber();
  const hashes = new Set<Hex>();
  for (let from = referenceEpoch(frame); from <= newest; from += config.logRangeEpochs) {
    const last = from + config.logRangeEpochs - 1n;
    const filter = { address: [config.powerOracle], events: EVENTS, topics: [toBeHex(frame, 32) as Hex] };
    const logs = await eth.logs({ ...filter, from, to: last < newest ? last : newest });
    for (const { transactionHash } of logs) hashes.add(transactionHash);
  }
  const entries: ReportEntry[] = [];
  for (const hash of hashes) {
    const input = (await eth.transaction(hash))?.input;
    const entry = input === undefined ? undefined : entryOf(input);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** undefined where the oracle was called by another contract: its calldata cannot be seen. */
function entryOf(input: Hex): ReportEntry | undefined {
  const call = ORACLE.parseTransaction({ data: input });
  const args: unknown = call?.args.toArray(true);
  if (call?.name === "applyPage") {
    const [, minerId, ids, weights] = page.parse(args);
    return { minerId, ids, weights };
  }
  if (call?.name !== "announceSkip") return undefined;
  const [, minerId, reason] = skip.parse(args);
  return { minerId, reason };
}
