import { expect } from "chai";

import type { Cid, DagCborValue } from "../../../lib/index.ts";
import { BlockReader } from "../../../miner-bridge/power/blocks/BlockReader.ts";
import { BadStateError, MemoryBlockCache } from "../../../miner-bridge/power/index.ts";
import { Amt } from "../../../miner-bridge/power/state/Amt.ts";
import { linkTo, MadeUpBlocks } from "../support/blocks.ts";
import { failureOf } from "../support/failure.ts";

const bits = (...slots: readonly number[]): Uint8Array =>
  Uint8Array.of(slots.reduce((byte, slot) => byte | (1 << slot), 0));
const leaf = (slots: readonly number[], values: readonly DagCborValue[]): DagCborValue => [bits(...slots), [], values];

describe("AMTs", () => {
  let blocks: MadeUpBlocks;

  beforeEach(() => {
    blocks = new MadeUpBlocks();
  });

  const node = (slots: readonly number[], children: readonly DagCborValue[]): DagCborValue => [
    bits(...slots),
    children.map((child) => linkTo(blocks.put(child))),
    [],
  ];
  const root = (height: bigint, count: bigint, top: DagCborValue, bitwidth = 3n): Cid =>
    blocks.put([bitwidth, height, count, top]);
  const load = (cid: Cid, bitwidth = 3, maxCount = 100): Promise<Amt> =>
    Amt.load(new BlockReader(blocks.fetch, new MemoryBlockCache()), cid, bitwidth, maxCount);
  const failureOfEntries = async (cid: Cid): Promise<Error> => failureOf(load(cid).then((amt) => amt.entries()));

  it("give entries of several levels in order, and single ones", async () => {
    const amt = await load(root(1n, 3n, node([0, 7], [leaf([1, 3], [10n, 30n]), leaf([7], [70n])])));
    expect(await amt.entries()).to.deep.equal([
      [1n, 10n],
      [3n, 30n],
      [63n, 70n],
    ]);
    expect(await amt.get([63n, 2n, 3n, 64n, 2n ** 63n])).to.deep.equal([70n, undefined, 30n, undefined, undefined]);
  });

  it("can be empty", async () => {
    const amt = await load(root(0n, 0n, leaf([], [])));
    expect(await amt.entries()).to.deep.equal([]);
    expect(await amt.get([0n])).to.deep.equal([undefined]);
  });

  it("fetch only the nodes on the way to what is asked for", async () => {
    const cid = root(1n, 2n, node([0, 1], [leaf([0], [1n]), leaf([0], [2n])]));
    let fetched = 0;
    const reader = new BlockReader((of) => {
      fetched += 1;
      return blocks.fetch(of);
    }, new MemoryBlockCache());
    expect(await (await Amt.load(reader, cid, 3, 100)).get([8n])).to.deep.equal([2n]);
    expect(fetched).to.equal(2);
  });

  for (const [what, make] of [
    ["another width than the array is kept with", () => root(0n, 1n, leaf([0], [1n]), 5n)],
    ["more entries than it may have", () => root(0n, 101n, leaf([0], [1n]))],
    ["more levels than an index has bits", () => root(22n, 1n, leaf([0], [1n]))],
    ["entries that are not counted", () => root(0n, 0n, leaf([0], [1n]))],
    ["a list that is too short", () => blocks.put([3n, 0n, 1n])],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      expect(await failureOf(load(make()))).to.be.instanceOf(BadStateError);
    });
  }

  for (const [what, make] of [
    ["fewer entries than are counted", () => root(1n, 3n, node([0], [leaf([0], [1n])]))],
    ["more entries than are counted", () => root(1n, 1n, node([0], [leaf([0, 1], [1n, 2n])]))],
    [
      "a bitmap that does not fit the links",
      () => root(1n, 1n, [bits(0, 1), [linkTo(blocks.put(leaf([0], [1n])))], []]),
    ],
    ["a bitmap of the wrong size", () => root(1n, 1n, node([0], [[Uint8Array.of(1, 0), [], [1n]]]))],
    ["values where links belong", () => root(1n, 1n, leaf([0], [1n]))],
    ["links where values belong", () => root(1n, 1n, node([0], [node([0], [leaf([0], [1n])])]))],
    ["a node without entries", () => root(1n, 1n, node([0], [leaf([], [])]))],
    ["a link to something that is no block of state", () => root(1n, 1n, [bits(0), [1n], []])],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      expect(await failureOfEntries(make())).to.be.instanceOf(BadStateError);
    });
  }

  it("stop at the count where a few blocks would unfold without end", async () => {
    // each level links eight times to the same node below: 8^15 entries in 16 blocks
    let child = blocks.put(leaf([0, 1, 2, 3, 4, 5, 6, 7], Array<bigint>(8).fill(1n)));
    let top: DagCborValue = null;
    for (let level = 1; level <= 14; level += 1) {
      top = [Uint8Array.of(0xff), Array.from({ length: 8 }, () => linkTo(child)), []];
      child = blocks.put(top);
    }
    expect(await failureOfEntries(root(14n, 20n, top))).to.be.instanceOf(BadStateError);
  });
});
