/**
 * Sectors as a node's JSON has them, in plain numbers without an object for each run: run i holds starts[i] to
 * ends[i] - 1. Ascending, disjoint. For millions of runs, of which few matter one by one.
 */
export interface Runs {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** Runs of a bitfield in Lotus' JSON: lengths of absent and present numbers in turn. */
export function runsOf(bitfield: readonly number[]): Runs {
  const most = bitfield.length >> 1;
  const starts = new Float64Array(most);
  const ends = new Float64Array(most);
  let count = 0;
  let at = 0;
  for (let index = 0; index < bitfield.length; index += 1) {
    const length = bitfield[index] as number;
    if (index % 2 === 1 && length > 0) {
      starts[count] = at;
      ends[count] = at + length;
      count += 1;
    }
    at += length;
  }
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count) };
}

/** The bitfield of runs, as Lotus is asked with it. */
export function toRunLengths({ starts, ends }: Runs): number[] {
  const lengths = new Array<number>(2 * starts.length);
  let next = 0;
  for (let run = 0; run < starts.length; run += 1) {
    const start = starts[run] as number;
    const end = ends[run] as number;
    lengths[2 * run] = start - next;
    lengths[2 * run + 1] = end - start;
    next = end;
  }
  return lengths;
}

/** Sets that share no sector, as one: then starts and ends pair up again once each are in order. */
export function uniteDisjoint(sets: readonly Runs[]): Runs {
  return { starts: sorted(sets.map(({ starts }) => starts)), ends: sorted(sets.map(({ ends }) => ends)) };
}

/** How many sectors there are. */
export function countOf({ starts, ends }: Runs): number {
  return ends.reduce((sum, end, index) => sum + end - (starts[index] ?? end), 0);
}

function sorted(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((length, list) => length + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all.sort();
}
