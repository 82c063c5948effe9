import { expect } from "chai";

import {
  countSectors,
  eachSector,
  formatSectors,
  fromBitfield,
  parseSectors,
  sectorQap,
  toBitfield,
  UsageError,
} from "../../lib/index.ts";

describe("parseSectors", () => {
  it("reads runs and single numbers in any order, and joins neighbours", () => {
    expect(parseSectors("700, 1-500,501,900-1000")).to.deep.equal([
      { start: 1n, count: 501n },
      { start: 700n, count: 1n },
      { start: 900n, count: 101n },
    ]);
  });

  it("prints what it reads", () => {
    expect(formatSectors(parseSectors("1-500,700,900-1000"))).to.equal("1-500,700,900-1000");
    expect(countSectors(parseSectors("1-500,700,900-1000"))).to.equal(602n);
    expect([...eachSector(parseSectors("3-5,8"))]).to.deep.equal([3n, 4n, 5n, 8n]);
  });

  for (const text of ["1-5,3", "1-5,5-8", "7,7", "2-3,1-10"]) {
    it(`refuses "${text}", where sectors overlap`, () => {
      expect(() => parseSectors(text)).to.throw(UsageError, /named twice/);
    });
  }

  for (const text of ["", "a", "5-1", "1-", "-3", "1..5", "1,,2", "9223372036854775808"]) {
    it(`refuses "${text}" with a sentence`, () => {
      expect(() => parseSectors(text)).to.throw(UsageError);
    });
  }
});

describe("bitfields in Lotus' JSON", () => {
  it("are run lengths that start with absent numbers", () => {
    expect(toBitfield(parseSectors("5"))).to.deep.equal([5, 1]);
    expect(toBitfield([])).to.deep.equal([0]);
    expect(toBitfield(parseSectors("0-2,5"))).to.deep.equal([0, 3, 2, 1]);
  });

  it("come back as the same sectors", () => {
    for (const text of ["0", "1-500,700,900-1000", "0-2,5,7"]) {
      expect(formatSectors(fromBitfield(toBitfield(parseSectors(text))))).to.equal(text);
    }
    expect(fromBitfield([0])).to.deep.equal([]);
  });

  it("are refused when a length is none", () => {
    expect(() => fromBitfield([1, -1])).to.throw(RangeError);
    expect(() => fromBitfield([0.5])).to.throw(RangeError);
  });
});

describe("sectorQap", () => {
  const SIZE = 32n * 2n ** 30n;
  const life = { powerBaseEpoch: 1000n, expiration: 1000n + 1_555_200n };

  it("is the sector's size without verified deals", () => {
    expect(sectorQap(SIZE, { ...life, verifiedDealWeight: 0n })).to.equal(SIZE);
  });

  it("is ten times the size when verified deals fill it all the time", () => {
    expect(sectorQap(SIZE, { ...life, verifiedDealWeight: SIZE * 1_555_200n })).to.equal(10n * SIZE);
  });

  it("is what the development network's genesis sectors have", () => {
    const sector = { powerBaseEpoch: 0n, expiration: 3_675_537n, verifiedDealWeight: 7_527_499_776n };
    expect(sectorQap(2048n, sector)).to.equal(20_480n);
  });

  it("is nothing for a sector without a lifetime", () => {
    expect(sectorQap(SIZE, { powerBaseEpoch: 5n, expiration: 5n, verifiedDealWeight: 0n })).to.equal(0n);
  });
});
