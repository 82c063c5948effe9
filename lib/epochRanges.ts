/** Epochs, both inclusive. */
export interface EpochRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** The epochs of `from` to `to`, at most `size` at once: nodes answer for so many. */
export function* epochRanges({ from, to }: EpochRange, size: bigint): Generator<EpochRange> {
  for (let first = from; first <= to; first += size) {
    const last = first + size - 1n;
    yield { from: first, to: last < to ? last : to };
  }
}
