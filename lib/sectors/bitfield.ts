import type { SectorRange } from "./ranges.ts";

/**
 * Sector numbers as Lotus writes a bitfield in JSON: lengths of runs, of absent and present numbers in turn, starting
 * with absent ones. {5} is [5,1]; the empty set is [0].
 */
export function toBitfield(ranges: readonly SectorRange[]): number[] {
  const runs: number[] = [];
  let next = 0n;
  for (const { start, count } of ranges) {
    runs.push(safe(start - next), safe(count));
    next = start + count;
  }
  return runs.length === 0 ? [0] : runs;
}

/** @throws {RangeError} when the lengths are no bitfield. */
export function fromBitfield(runs: readonly number[]): SectorRange[] {
  const ranges: SectorRange[] = [];
  let at = 0n;
  for (const [index, run] of runs.entries()) {
    if (!Number.isSafeInteger(run) || run < 0) throw new RangeError(`Not a run length: ${run}`);
    if (index % 2 === 1 && run > 0) ranges.push({ start: at, count: BigInt(run) });
    at += BigInt(run);
  }
  return ranges;
}

function safe(length: bigint): number {
  if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`Too far apart for a JSON number: ${length}`);
  return Number(length);
}
