import { MAX_SECTOR_NUMBER, type SectorRange } from "./ranges.ts";

/** Bits of a varint's byte that carry its value, and the longest varint of 63 bits. */
const VARINT_BITS = 7;
const MAX_VARINT_BYTES = 9;

/**
 * Reads RLE+, the form of sector sets in the chain's state: least significant bit first, a version of two bits, the
 * value of the first run, then the lengths of runs of alternate value: `1` is one, `01` and four bits less than 16,
 * `00` and a varint anything else. A length of zero is the end.
 *
 * @returns Ascending, disjoint runs that do not touch.
 * @throws {RangeError} for another version, a zero byte at the end, bits behind the end, a varint that is longer than
 * needed, a number that no sector can have.
 */
export function decodeRlePlus(bytes: Uint8Array): SectorRange[] {
  if (bytes.length === 0) return [];
  if (bytes.at(-1) === 0) throw new RangeError("RLE+: a zero byte at the end");
  const bits = new BitReader(bytes);
  if (bits.take(2) !== 0) throw new RangeError("RLE+: unknown version");
  const ranges: SectorRange[] = [];
  let present = bits.take(1) === 1;
  let start = 0n;
  for (; !bits.atEnd; present = !present) {
    const count = readLength(bits);
    if (count === 0n) break;
    if (present) ranges.push({ start, count });
    start += count;
    if (start > MAX_SECTOR_NUMBER + 1n) throw new RangeError("RLE+: a number that no sector can have");
  }
  if (!bits.onlyZerosLeft()) throw new RangeError("RLE+: bits behind the end");
  return ranges;
}

function readLength(bits: BitReader): bigint {
  if (bits.take(1) === 1) return 1n;
  if (bits.take(1) === 1) return BigInt(bits.take(4));
  let length = 0n;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = bits.take(8);
    length |= BigInt(byte & 0x7f) << BigInt(VARINT_BITS * index);
    if (byte < 0x80) {
      if (byte === 0 && index > 0) throw new RangeError("RLE+: a varint is longer than needed");
      return length;
    }
  }
  throw new RangeError("RLE+: a number that no sector can have");
}

/** Bits from the least significant one on; behind the end they are zeros. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** At most 8 bits. */
  take(count: number): number {
    const byte = this.#at >> 3;
    const window = (this.#bytes[byte] ?? 0) | ((this.#bytes[byte + 1] ?? 0) << 8);
    const value = (window >> (this.#at & 7)) & ((1 << count) - 1);
    this.#at += count;
    return value;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length * 8;
  }

  onlyZerosLeft(): boolean {
    while (!this.atEnd) if (this.take(8) !== 0) return false;
    return true;
  }
}
