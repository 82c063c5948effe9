import { blake2b } from "@noble/hashes/blake2.js";

/** A content id as Lotus writes it in JSON. */
export interface CidJson {
  readonly "/": string;
}

const CODECS = { dagCbor: 0x71, raw: 0x55 } as const;
/** CID version 1, codec, multihash blake2b-256 (0xb220 as a varint), 32 bytes. */
const BLAKE2B_256 = [0xa0, 0xe4, 0x02, 0x20] as const;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The content id of bytes: CIDv1, blake2b-256, base32, as everything on Filecoin. */
export function cidOf(content: Uint8Array, codec: keyof typeof CODECS = "dagCbor"): CidJson {
  const digest = blake2b(content, { dkLen: 32 });
  return { "/": `b${base32(Uint8Array.of(1, CODECS[codec], ...BLAKE2B_256, ...digest))}` };
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
