import type { SectorRange } from "./ranges.ts";

/** The sectors that both hold. Sets are ascending, disjoint runs. */
export function intersectSectors(a: readonly SectorRange[], b: readonly SectorRange[]): SectorRange[] {
  const both: SectorRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, other] = [a[i] as SectorRange, b[j] as SectorRange];
    const start = one.start > other.start ? one.start : other.start;
    const end = endOf(one) < endOf(other) ? endOf(one) : endOf(other);
    if (start < end) both.push({ start, count: end - start });
    if (endOf(one) <= endOf(other)) i += 1;
    else j += 1;
  }
  return both;
}

/** The sectors of `a` that `b` does not hold. Sets are ascending, disjoint runs. */
export function subtractSectors(a: readonly SectorRange[], b: readonly SectorRange[]): SectorRange[] {
  if (b.length === 0) return [...a];
  const left: SectorRange[] = [];
  let j = 0;
  for (const range of a) {
    let start = range.start;
    const end = endOf(range);
    while (j < b.length && endOf(b[j] as SectorRange) <= start) j += 1;
    for (let k = j; start < end; k += 1) {
      const hole = b[k];
      const stop = hole === undefined || hole.start > end ? end : hole.start;
      if (start < stop) left.push({ start, count: stop - start });
      if (hole === undefined) break;
      start = endOf(hole);
    }
  }
  return left;
}

/** Sets as one, runs that touch joined. Sets are ascending, disjoint runs; a sector that two hold counts once. */
export function uniteSectors(...sets: readonly (readonly SectorRange[])[]): SectorRange[] {
  const united: { start: bigint; count: bigint }[] = [];
  for (const { start, count } of sets.flat().sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = united.at(-1);
    if (last === undefined || start > endOf(last)) united.push({ start, count });
    else if (start + count > endOf(last)) last.count = start + count - last.start;
  }
  return united;
}

function endOf({ start, count }: SectorRange): bigint {
  return start + count;
}
