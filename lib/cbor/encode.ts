import { concatBytes } from "../hex.ts";
import type { CborValue } from "./CborValue.ts";

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;

/** Encodes a value with the shortest heads, as the chain demands. */
export function encodeCbor(value: CborValue): Uint8Array {
  if (value === null) return Uint8Array.of(0xf6);
  if (value === false) return Uint8Array.of(0xf4);
  if (value === true) return Uint8Array.of(0xf5);
  if (typeof value === "bigint") return value >= 0n ? head(UNSIGNED, value) : head(NEGATIVE, -1n - value);
  if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    return concatBytes(head(TEXT, BigInt(text.length)), text);
  }
  if (value instanceof Uint8Array) return concatBytes(head(BYTES, BigInt(value.length)), value);
  return concatBytes(head(ARRAY, BigInt(value.length)), ...value.map(encodeCbor));
}

function head(major: number, argument: bigint): Uint8Array {
  const top = major << 5;
  if (argument < 24n) return Uint8Array.of(top | Number(argument));
  const size = argument < 2n ** 8n ? 1 : argument < 2n ** 16n ? 2 : argument < 2n ** 32n ? 4 : 8;
  if (argument >= 2n ** 64n) throw new RangeError(`Too large for a CBOR integer: ${argument}`);
  const bytes = new Uint8Array(1 + size);
  bytes[0] = top | (24 + Math.log2(size));
  for (let i = 0; i < size; i += 1) bytes[size - i] = Number((argument >> BigInt(8 * i)) & 0xffn);
  return bytes;
}
