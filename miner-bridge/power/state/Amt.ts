import type { Cid, DagCborValue } from "../../../lib/index.ts";
import type { BlockReader } from "../blocks/BlockReader.ts";
import { BadStateError } from "../errors.ts";
import { bytes, count, link, list, tuple } from "./fields.ts";

/** Widths that actors use lie between these; both are bits of an index. */
const MIN_BITWIDTH = 1;
const MAX_BITWIDTH = 8;
const INDEX_BITS = 64;

interface Shape {
  readonly bitwidth: number;
  /** How many entries the root says that there are. */
  readonly count: number;
}

interface Node {
  /** Slots that are filled, ascending. */
  readonly slots: readonly number[];
  /** One for each slot: links above the lowest level, values there. */
  readonly items: readonly DagCborValue[];
}

/** An entry: its index and its value. */
export type AmtEntry = readonly [index: bigint, value: DagCborValue];

/**
 * A sparse array as the chain's actors keep it: a root [bitwidth, height, count, node], nodes [bitmap, links, values]
 * with links above the lowest level and values on it.
 */
export class Amt {
  readonly #reader: BlockReader;
  readonly #shape: Shape;
  readonly #height: number;
  readonly #root: Node | undefined;

  private constructor(reader: BlockReader, shape: Shape, height: number, root: Node | undefined) {
    this.#reader = reader;
    this.#shape = shape;
    this.#height = height;
    this.#root = root;
  }

  /**
   * @param bitwidth What this array is kept with.
   * @param maxCount The most entries that it can have: nothing is read of a larger one.
   * @throws {BadStateError} when the root is malformed, of another width, or says that there are more.
   */
  static async load(reader: BlockReader, cid: Cid, bitwidth: number, maxCount: number): Promise<Amt> {
    const [width, height, entries, node] = tuple(await reader.read(cid), "AMT root", 4);
    if (bitwidth < MIN_BITWIDTH || bitwidth > MAX_BITWIDTH) throw new RangeError(`Not a width of an AMT: ${bitwidth}`);
    if (count(width, "AMT bitwidth") !== bitwidth) throw new BadStateError(`AMT: its width is not ${bitwidth}`);
    const levels = count(height, "AMT height");
    if (levels * bitwidth >= INDEX_BITS) throw new BadStateError("AMT: deeper than an index is long");
    const shape = { bitwidth, count: count(entries, "AMT count") };
    if (shape.count > maxCount) throw new BadStateError(`AMT: ${shape.count} entries, more than ${maxCount}`);
    if (shape.count > 0) return new Amt(reader, shape, levels, readNode(node, bitwidth, levels));
    if (levels !== 0 || !isEmpty(node, bitwidth)) throw new BadStateError("AMT: entries that are not counted");
    return new Amt(reader, shape, 0, undefined);
  }

  /**
   * Every entry, ascending.
   *
   * @throws {BadStateError} when a node is malformed, or there are more or fewer entries than the root says.
   */
  async entries(): Promise<AmtEntry[]> {
    if (this.#root === undefined) return [];
    const found: AmtEntry[] = [];
    await this.#walk(this.#root, this.#height, 0n, found);
    if (found.length !== this.#shape.count) throw new BadStateError("AMT: fewer entries than are counted");
    return found;
  }

  /**
   * The values at some indices, in their order; only the nodes on the way to them are read.
   *
   * @throws {BadStateError} when a node is malformed.
   */
  async get(indices: readonly bigint[]): Promise<(DagCborValue | undefined)[]> {
    const found = new Map<bigint, DagCborValue>();
    if (this.#root !== undefined) await this.#find(this.#root, this.#height, indices, found);
    return indices.map((index) => found.get(index));
  }

  async #walk(node: Node, height: number, base: bigint, found: AmtEntry[]): Promise<void> {
    if (height === 0) {
      for (const [at, value] of node.items.entries()) found.push([base + BigInt(node.slots[at] ?? 0), value]);
      if (found.length > this.#shape.count) throw new BadStateError("AMT: more entries than are counted");
      return;
    }
    const children = await this.#children(node.items, height);
    for (const [at, child] of children.entries()) {
      await this.#walk(child, height - 1, base + BigInt(node.slots[at] ?? 0) * this.#span(height), found);
    }
  }

  async #find(node: Node, height: number, indices: readonly bigint[], found: Map<bigint, DagCborValue>): Promise<void> {
    const bySlot = new Map<number, bigint[]>();
    for (const index of indices) {
      const slot = this.#slot(index, height);
      if (slot === undefined) continue;
      const others = bySlot.get(slot);
      if (others === undefined) bySlot.set(slot, [index]);
      else others.push(index);
    }
    const wanted = [...bySlot].flatMap(([slot, of]) => {
      const item = node.items[node.slots.indexOf(slot)];
      return item === undefined ? [] : [{ item, of }];
    });
    if (height === 0) {
      for (const { item, of } of wanted) for (const index of of) found.set(index, item);
      return;
    }
    const children = await this.#children(
      wanted.map(({ item }) => item),
      height,
    );
    await Promise.all(children.map((child, at) => this.#find(child, height - 1, wanted[at]?.of ?? [], found)));
  }

  #children(links: readonly DagCborValue[], height: number): Promise<Node[]> {
    return Promise.all(
      links.map(async (item) => readNode(await this.#reader.read(link(item, "AMT")), this.#shape.bitwidth, height - 1)),
    );
  }

  /** How many indices a slot stands for. */
  #span(height: number): bigint {
    return 1n << BigInt(this.#shape.bitwidth * height);
  }

  /** The slot of an index in a node; undefined for what is beyond the root. */
  #slot(index: bigint, height: number): number | undefined {
    const above = index >> BigInt(this.#shape.bitwidth * height);
    if (height === this.#height && above >= 1n << BigInt(this.#shape.bitwidth)) return undefined;
    return Number(above & ((1n << BigInt(this.#shape.bitwidth)) - 1n));
  }
}

function readNode(block: DagCborValue | undefined, bitwidth: number, height: number): Node {
  const [first, second, third] = tuple(block, "AMT node", 3);
  const bitmap = bitmapOf(bytes(first, "AMT bitmap"), bitwidth);
  const [links, values] = [list(second, "AMT links"), list(third, "AMT values")];
  const [items, none] = height > 0 ? [links, values] : [values, links];
  if (none.length > 0) throw new BadStateError("AMT: links and values on the wrong level");
  if (bitmap.length === 0 || bitmap.length !== items.length) {
    throw new BadStateError("AMT: the bitmap does not fit what there is");
  }
  return { slots: bitmap, items };
}

function isEmpty(block: DagCborValue | undefined, bitwidth: number): boolean {
  const [first, second, third] = tuple(block, "AMT node", 3);
  const slots = bitmapOf(bytes(first, "AMT bitmap"), bitwidth).length;
  return slots + list(second, "AMT links").length + list(third, "AMT values").length === 0;
}

/** Numbers of the bits that are set, ascending; in each byte the least significant one comes first. */
function bitmapOf(bitmap: Uint8Array, bitwidth: number): number[] {
  const width = 2 ** bitwidth;
  if (bitmap.length !== Math.ceil(width / 8)) throw new BadStateError("AMT: a bitmap of the wrong size");
  const set: number[] = [];
  for (const [at, byte] of bitmap.entries()) {
    for (let bit = 0; bit < 8; bit += 1) if ((byte >> bit) & 1) set.push(at * 8 + bit);
  }
  if ((set.at(-1) ?? 0) >= width) throw new BadStateError("AMT: a bitmap with bits beyond its width");
  return set;
}
