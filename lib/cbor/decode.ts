import { CborLink, type CborValue, type DagCborValue } from "./CborValue.ts";

const MAX_DEPTH = 32;
/** The tag of a link. */
const LINK_TAG = 42n;

/**
 * Decodes exactly one value, strictly: shortest heads, nothing behind it, none of CBOR's rarer kinds.
 *
 * @throws {RangeError} for anything else.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  // without links, nothing else is left
  return decode(bytes, false) as CborValue;
}

/**
 * Decodes a block of state: as strict as `decodeCbor`, links allowed.
 *
 * @throws {RangeError} for anything else.
 */
export function decodeDagCbor(bytes: Uint8Array): DagCborValue {
  return decode(bytes, true);
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly links: boolean;
  at: number;
}

function decode(bytes: Uint8Array, links: boolean): DagCborValue {
  const reader = { bytes, links, at: 0 };
  const value = read(reader, 0);
  if (reader.at !== bytes.length) throw new RangeError("CBOR: bytes behind the value");
  return value;
}

function read(reader: Reader, depth: number): DagCborValue {
  if (depth > MAX_DEPTH) throw new RangeError("CBOR: nested too deeply");
  const first = take(reader, 1)[0] ?? 0;
  const major = first >> 5;
  if (major === 7) return readSimple(first);
  const argument = readArgument(reader, first & 0x1f);
  switch (major) {
    case 0:
      return argument;
    case 1:
      return -1n - argument;
    case 2:
      return take(reader, length(reader, argument)).slice();
    case 3:
      return new TextDecoder("utf-8", { fatal: true }).decode(take(reader, length(reader, argument)));
    case 4:
      return Array.from({ length: length(reader, argument) }, () => read(reader, depth + 1));
    case 6:
      if (reader.links && argument === LINK_TAG) return readLink(reader, depth);
  }
  throw new RangeError(`CBOR: unsupported major type ${major}`);
}

function readLink(reader: Reader, depth: number): CborLink {
  const bytes = read(reader, depth + 1);
  if (!(bytes instanceof Uint8Array) || bytes[0] !== 0) throw new RangeError("CBOR: not a link");
  return new CborLink(bytes.subarray(1));
}

function readSimple(first: number): null | boolean {
  if (first === 0xf6) return null;
  if (first === 0xf4) return false;
  if (first === 0xf5) return true;
  throw new RangeError(`CBOR: unsupported simple value 0x${first.toString(16)}`);
}

function readArgument(reader: Reader, low: number): bigint {
  if (low < 24) return BigInt(low);
  if (low > 27) throw new RangeError("CBOR: indefinite lengths are not allowed");
  const size = 2 ** (low - 24);
  const value = bigEndian(take(reader, size));
  const smallest = size === 1 ? 24n : 2n ** BigInt(4 * size);
  if (value < smallest) throw new RangeError("CBOR: a head is longer than needed");
  return value;
}

function bigEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length === 8) return view.getBigUint64(0);
  return BigInt(bytes.length === 4 ? view.getUint32(0) : bytes.length === 2 ? view.getUint16(0) : view.getUint8(0));
}

/** Nothing can have more parts than bytes are left, so a wrong length never allocates much. */
function length(reader: Reader, argument: bigint): number {
  if (argument > BigInt(reader.bytes.length - reader.at)) throw new RangeError("CBOR: cut off");
  return Number(argument);
}

function take(reader: Reader, count: number): Uint8Array {
  const end = reader.at + count;
  if (end > reader.bytes.length) throw new RangeError("CBOR: cut off");
  const part = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return part;
}
