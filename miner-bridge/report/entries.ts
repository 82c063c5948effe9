import { type AttestedWeights, MAX_PAGE, type ReportEntry, type ReportPage } from "../../lib/index.ts";
import type { MinerWeights } from "../power/types.ts";

/** What a report says that has nothing to say: it shows that members are there (R-ORC-6). */
const HEARTBEAT: ReportPage = { minerId: 0n, ids: [], weights: [] };

/**
 * The entries of a report: per miner the weights that changed or were not said twice yet (R-ORC-3), in pages of
 * ascending ids; a miner that could not be computed as skipped. The same weights make the same entries.
 *
 * @param said What members said of each NFT last.
 */
export function entriesOf(
  miners: readonly MinerWeights[],
  said: ReadonlyMap<bigint, AttestedWeights>,
): readonly ReportEntry[] {
  const entries = [...miners]
    .sort((a, b) => compare(a.minerId, b.minerId))
    .flatMap((miner) => entriesOfMiner(miner, said));
  return entries.length === 0 ? [HEARTBEAT] : entries;
}

function entriesOfMiner(miner: MinerWeights, said: ReadonlyMap<bigint, AttestedWeights>): readonly ReportEntry[] {
  const { minerId } = miner;
  if ("skipped" in miner) return [{ minerId, reason: miner.skipped }];
  const told = miner.weights
    .filter(({ id, weight }) => isNews(weight, said.get(id)))
    .sort((a, b) => compare(a.id, b.id));
  return Array.from({ length: Math.ceil(told.length / MAX_PAGE) }, (_, index) => {
    const page = told.slice(index * MAX_PAGE, (index + 1) * MAX_PAGE);
    return { minerId, ids: page.map(({ id }) => id), weights: page.map(({ weight }) => weight) };
  });
}

/** A weight is said until the contract holds it as the last one and the one before. */
function isNews(weight: bigint, said: AttestedWeights | undefined): boolean {
  return said === undefined || weight !== said.last || said.last !== said.previous;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
