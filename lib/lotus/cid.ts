import { blake2b } from "@noble/hashes/blake2.js";

import { concatBytes, sameBytes } from "../hex.ts";
import type { Cid } from "./answers.ts";

const CODECS = { dagCbor: 0x71, raw: 0x55 } as const;
/** Multihash blake2b-256 (0xb220 as a varint) and its length, 32 bytes. */
const BLAKE2B_256 = [0xa0, 0xe4, 0x02, 0x20] as const;
const DIGEST_BYTES = 32;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The content id of bytes: CIDv1, blake2b-256, base32, as all of Filecoin's state. */
export function cidOf(content: Uint8Array, codec: keyof typeof CODECS = "dagCbor"): Cid {
  return { "/": `b${base32(concatBytes(prefixOf(codec), blake2b(content, { dkLen: DIGEST_BYTES })))}` };
}

/**
 * A link of a block to another block of state, as Lotus is asked for it.
 *
 * @throws {RangeError} when the bytes are no CIDv1 of DAG-CBOR under blake2b-256: state has no other links to follow.
 */
export function blockCid(bytes: Uint8Array): Cid {
  const prefix = prefixOf("dagCbor");
  if (bytes.length !== prefix.length + DIGEST_BYTES || !sameBytes(bytes.subarray(0, prefix.length), prefix)) {
    throw new RangeError("Not the content id of a block of state");
  }
  return { "/": `b${base32(bytes)}` };
}

function prefixOf(codec: keyof typeof CODECS): Uint8Array {
  return Uint8Array.of(1, CODECS[codec], ...BLAKE2B_256);
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31] ?? "";
  }
  return bits === 0 ? text : text + (BASE32[(held << (5 - bits)) & 31] ?? "");
}
