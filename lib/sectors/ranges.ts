import { UsageError } from "../errors/ExplainedError.ts";

/** A run of sector numbers: start, start + 1, ... start + count - 1. */
export interface SectorRange {
  readonly start: bigint;
  readonly count: bigint;
}

/** The largest number that a sector can have. */
export const MAX_SECTOR_NUMBER = 2n ** 63n - 1n;

/**
 * Reads sector numbers: `1-500,700,900-1000`, in any order.
 *
 * @returns Ascending, disjoint runs; neighbours are joined.
 * @throws {UsageError} for anything else, and where two runs overlap.
 */
export function parseSectors(text: string): SectorRange[] {
  const runs = text
    .split(",")
    .map((part) => parseRun(part, text))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const joined: { first: bigint; last: bigint }[] = [];
  for (const run of runs) {
    const before = joined.at(-1);
    if (before !== undefined && run.first <= before.last) {
      throw new UsageError(`Sector ${run.first} is named twice in "${text}": sectors must not overlap.`);
    }
    if (before !== undefined && run.first === before.last + 1n) before.last = run.last;
    else joined.push(run);
  }
  return joined.map(({ first, last }) => ({ start: first, count: last - first + 1n }));
}

function parseRun(part: string, text: string): { first: bigint; last: bigint } {
  const match = /^(\d+)(?:-(\d+))?$/.exec(part.replace(/\s/g, ""));
  if (match?.[1] === undefined) {
    throw new UsageError(`"${part}" in "${text}" is not a sector number: type them like 1-500,700,900-1000.`);
  }
  const first = BigInt(match[1]);
  const last = match[2] === undefined ? first : BigInt(match[2]);
  if (last < first) throw new UsageError(`"${part}" runs backwards: type ${last}-${first}.`);
  if (last > MAX_SECTOR_NUMBER) throw new UsageError(`${last} is larger than any sector number.`);
  return { first, last };
}

/** The text that `parseSectors` reads. */
export function formatSectors(ranges: readonly SectorRange[]): string {
  return ranges.map(({ start, count }) => (count === 1n ? `${start}` : `${start}-${start + count - 1n}`)).join(",");
}

/** How many sectors the runs hold. */
export function countSectors(ranges: readonly SectorRange[]): bigint {
  return ranges.reduce((sum, { count }) => sum + count, 0n);
}

/** Every sector number of the runs, ascending. */
export function* eachSector(ranges: readonly SectorRange[]): Generator<bigint> {
  for (const { start, count } of ranges) {
    for (let sector = start; sector < start + count; sector += 1n) yield sector;
  }
}
