import { sha256 } from "@noble/hashes/sha2.js";

import { CborLink, type Cid, type DagCborValue, sameBytes } from "../../../lib/index.ts";
import type { BlockReader } from "../blocks/BlockReader.ts";
import { BadStateError } from "../errors.ts";
import { bytes, link, list, tuple } from "./fields.ts";

/** The chain's actors and claims: each level takes 5 bits of a key's hash. */
const BITWIDTH = 5;
const WIDTH = 2 ** BITWIDTH;
const HASH_BITS = 256;
/** The most entries that share a slot before they get a node of their own. */
const MAX_BUCKET = 3;

/**
 * Looks a key up in a HAMT as the chain's actors keep it: a node is [bitmap, slots], a slot a link to another node or a
 * list of [key, value].
 *
 * @returns undefined when the key is not there.
 * @throws {BadStateError} when a node on the way is malformed.
 */
export async function hamtGet(reader: BlockReader, root: Cid, key: Uint8Array): Promise<DagCborValue | undefined> {
  const hash = sha256(key);
  let node = root;
  for (let at = 0; at + BITWIDTH <= HASH_BITS; at += BITWIDTH) {
    const slot = slotOf(await reader.read(node), bitsOf(hash, at));
    if (slot === undefined) return undefined;
    if (!(slot instanceof CborLink)) return valueIn(slot, key);
    node = link(slot, "HAMT");
  }
  throw new BadStateError("HAMT: deeper than a hash is long");
}

function slotOf(block: DagCborValue, index: number): DagCborValue | undefined {
  const [first, second] = tuple(block, "HAMT node", 2);
  const bitmap = wordOf(bytes(first, "HAMT bitmap"));
  const slots = list(second, "HAMT slots");
  if (popcount(bitmap) !== slots.length) throw new BadStateError("HAMT: the bitmap does not fit the slots");
  const bit = 2 ** index;
  return (bitmap & bit) === 0 ? undefined : slots[popcount(bitmap & (bit - 1))];
}

function valueIn(slot: DagCborValue, key: Uint8Array): DagCborValue | undefined {
  const entries = list(slot, "HAMT slot");
  if (entries.length === 0 || entries.length > MAX_BUCKET) throw new BadStateError("HAMT: a slot of the wrong size");
  for (const entry of entries) {
    const [name, value] = tuple(entry, "HAMT entry", 2);
    if (sameBytes(bytes(name, "HAMT key"), key)) return value;
  }
  return undefined;
}

/** Most significant byte first, without leading zeros. */
function wordOf(bitmap: Uint8Array): number {
  if (bitmap.length > WIDTH / 8 || bitmap[0] === 0) throw new BadStateError("HAMT: a bitmap of the wrong size");
  return bitmap.reduce((word, byte) => word * 256 + byte, 0);
}

/** Five bits of a hash, the most significant one first. */
function bitsOf(hash: Uint8Array, at: number): number {
  const byte = at >> 3;
  const window = ((hash[byte] ?? 0) << 8) | (hash[byte + 1] ?? 0);
  return (window >> (16 - BITWIDTH - (at & 7))) & (WIDTH - 1);
}

function popcount(word: number): number {
  let left = word >>> 0;
  let ones = 0;
  for (; left !== 0; left &= left - 1) ones += 1;
  return ones;
}
