import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";

import { type Cid, type DagCborValue } from "../../../lib/index.ts";
import { BlockReader } from "../../../miner-bridge/power/blocks/BlockReader.ts";
import { BadStateError, MemoryBlockCache } from "../../../miner-bridge/power/index.ts";
import { hamtGet } from "../../../miner-bridge/power/state/Hamt.ts";
import { linkTo, MadeUpBlocks } from "../support/blocks.ts";
import { failureOf } from "../support/failure.ts";

const KEY = Uint8Array.of(1, 2, 3);

/** The slot of the key at a level: five bits of its hash, from the most significant one on. */
function slotAt(level: number): number {
  const bits = [...sha256(KEY)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Number.parseInt(bits.slice(5 * level, 5 * level + 5), 2);
}

/** A bitmap as a big integer: most significant byte first, no leading zeros. */
function bitmapOf(...slots: readonly number[]): Uint8Array {
  const word = slots.reduce((sum, slot) => sum | (1n << BigInt(slot)), 0n).toString(16);
  return word === "0"
    ? new Uint8Array(0)
    : Uint8Array.from(Buffer.from(word.padStart(word.length + (word.length % 2), "0"), "hex"));
}

describe("HAMTs", () => {
  let blocks: MadeUpBlocks;

  beforeEach(() => {
    blocks = new MadeUpBlocks();
  });

  const get = (root: Cid): Promise<DagCborValue | undefined> =>
    hamtGet(new BlockReader(blocks.fetch, new MemoryBlockCache()), root, KEY);
  const entry: DagCborValue = [KEY, 42n];

  it("give the value of a key, several levels down and beside others", async () => {
    const neighbour = (slotAt(1) + 1) % 32;
    const slots: [number, DagCborValue][] = [
      [slotAt(1), [[Uint8Array.of(9), 1n], entry]],
      [neighbour, [[Uint8Array.of(8), 2n]]],
    ];
    slots.sort(([a], [b]) => a - b);
    const below = blocks.put([bitmapOf(slotAt(1), neighbour), slots.map(([, slot]) => slot)]);
    expect(await get(blocks.put([bitmapOf(slotAt(0)), [linkTo(below)]]))).to.equal(42n);
  });

  it("have nothing for a key that is not there", async () => {
    expect(await get(blocks.put([new Uint8Array(0), []]))).to.equal(undefined);
    expect(await get(blocks.put([bitmapOf(slotAt(0)), [[[Uint8Array.of(9), 1n]]]]))).to.equal(undefined);
  });

  for (const [what, make] of [
    ["a bitmap that does not fit the slots", () => [bitmapOf(slotAt(0)), []]],
    ["a bitmap that is too wide", () => [new Uint8Array(5).fill(1), []]],
    ["a bitmap with leading zeros", () => [Uint8Array.of(0, 1), [[entry]]]],
    ["an empty slot", () => [bitmapOf(slotAt(0)), [[]]]],
    ["a slot that is too full", () => [bitmapOf(slotAt(0)), [[entry, entry, entry, entry]]]],
    ["an entry without a value", () => [bitmapOf(slotAt(0)), [[[KEY]]]]],
    ["a key that is not bytes", () => [bitmapOf(slotAt(0)), [[[1n, 2n]]]]],
    ["a slot that is neither a link nor a list", () => [bitmapOf(slotAt(0)), [1n]]],
    ["something else for a node", () => [1n]],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      expect(await failureOf(get(blocks.put(make())))).to.be.instanceOf(BadStateError);
    });
  }

  it("end where the hash ends, however deep the nodes go", async () => {
    let node: Cid = blocks.put([bitmapOf(slotAt(51)), [[entry]]]);
    for (let level = 50; level >= 0; level -= 1) node = blocks.put([bitmapOf(slotAt(level)), [linkTo(node)]]);
    expect(await failureOf(get(node))).to.be.instanceOf(BadStateError);
  });
});
