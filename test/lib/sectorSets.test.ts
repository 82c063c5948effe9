import { expect } from "chai";

import {
  decodeCbor,
  decodeRlePlus,
  eachSector,
  fromHex,
  intersectSectors,
  parseSectors,
  type SectorRange,
  subtractSectors,
  uniteSectors,
} from "../../lib/index.ts";
import { synthetic } from "../miner-bridge/support/recording.ts";

/** Least significant bit first, as RLE+ is written. */
function bytesOf(bits: string): Uint8Array {
  const digits = bits.replaceAll(" ", "");
  return Uint8Array.from({ length: Math.ceil(digits.length / 8) }, (_, at) =>
    Array.from(digits.slice(8 * at, 8 * at + 8)).reduce((byte: number, bit, i) => byte | (Number(bit) << i), 0),
  );
}

describe("RLE+", () => {
  it("is read as Lotus' own code writes it", () => {
    const vectors = Object.entries(synthetic("mixed").bitfields);
    for (const [text, runs] of vectors) {
      expect(decodeRlePlus(decodeCbor(fromHex(text)) as Uint8Array)).to.deep.equal(
        runs.map(([start, count]) => ({ start: BigInt(start), count: BigInt(count) })),
      );
    }
    expect(vectors).to.have.length.above(20);
  });

  it("has no sectors in no bytes", () => {
    expect(decodeRlePlus(new Uint8Array(0))).to.deep.equal([]);
  });

  it("reaches the largest number that a sector can have", () => {
    // 2^63 - 1 absent ones, then one that is there
    const bits = `00 0 00 ${"11111111".repeat(8)} 11111110 1`;
    expect(decodeRlePlus(bytesOf(bits))).to.deep.equal([{ start: 2n ** 63n - 1n, count: 1n }]);
  });

  for (const [what, bits] of [
    ["another version", "10 1 1"],
    ["a zero byte at the end", "00 1 1 0000 00000000"],
    ["bits behind the end", "00 1 1 00 00000000 1"],
    ["a varint that is longer than needed", "00 1 00 00001001 00000000 1"],
    ["a varint without end", `00 1 00 ${"11111111".repeat(10)}`],
    ["a number that no sector can have", `00 0 00 ${"11111111".repeat(8)} 11111110 1 1 1`],
  ] as const) {
    it(`is refused with ${what}`, () => {
      expect(() => decodeRlePlus(bytesOf(bits))).to.throw(RangeError);
    });
  }
});

describe("sets of sectors", () => {
  const of = (numbers: readonly number[]): SectorRange[] =>
    numbers.length === 0 ? [] : parseSectors(numbers.join(","));
  const numbers = (set: readonly SectorRange[]): number[] => [...eachSector(set)].map(Number);
  /** Every set of the numbers 0 to 5. */
  const all = Array.from({ length: 64 }, (_, mask) => [0, 1, 2, 3, 4, 5].filter((n) => (mask >> n) & 1));

  it("intersect, subtract and unite like lists of numbers", () => {
    for (const a of all) {
      for (const b of all) {
        expect(numbers(intersectSectors(of(a), of(b)))).to.deep.equal(a.filter((n) => b.includes(n)));
        expect(numbers(subtractSectors(of(a), of(b)))).to.deep.equal(a.filter((n) => !b.includes(n)));
        expect(uniteSectors(of(a), of(b))).to.deep.equal(of([...new Set([...a, ...b])].sort()));
      }
    }
  });

  it("never hold empty runs", () => {
    for (const a of all) {
      for (const b of all) {
        const runs = [...intersectSectors(of(a), of(b)), ...subtractSectors(of(a), of(b))];
        expect(runs.every(({ count }) => count > 0n)).to.equal(true);
      }
    }
  });
});
