import { expect } from "chai";

import {
  formatFil,
  formatPercent,
  formatPower,
  parseFil,
  parsePercent,
  parsePower,
  UsageError,
} from "../../lib/index.ts";

describe("parseFil", () => {
  const AMOUNTS: readonly (readonly [string, bigint])[] = [
    ["25", 25n * 10n ** 18n],
    ["25FIL", 25n * 10n ** 18n],
    ["25 fil", 25n * 10n ** 18n],
    ["1.5", 15n * 10n ** 17n],
    [".5FiL", 5n * 10n ** 17n],
    ["1.", 10n ** 18n],
    ["0", 0n],
    ["-0", 0n],
    ["1afil", 1n],
    ["1 attoFIL", 1n],
    ["12.0 ATTOFIL", 12n],
    ["0.000000000000000001", 1n],
    ["0.0000000000000000010", 1n],
    ["1000000000000", 10n ** 30n],
  ];
  for (const [text, atto] of AMOUNTS) {
    it(`reads "${text}" as Lotus does`, () => expect(parseFil(text)).to.equal(atto));
  }

  for (const text of ["0.0000000000000000001", "1.5afil", "0.1 attofil"]) {
    it(`refuses "${text}", which is finer than an attoFIL`, () => {
      expect(() => parseFil(text)).to.throw(UsageError, /attoFIL/);
    });
  }

  for (const text of ["", "FIL", ".", "1e3", "1,5", "0x10", "1 2", "1 nanofil", "-1", "--1", "9".repeat(51)]) {
    it(`refuses "${text.slice(0, 12)}" with a sentence`, () => {
      expect(() => parseFil(text)).to.throw(UsageError, /^".*" .+\.$/);
    });
  }
});

describe("formatFil", () => {
  it("prints exactly what parseFil reads", () => {
    for (let power = 0n; power < 31n; power += 1n) {
      for (const atto of [10n ** power, 10n ** power - 1n, 10n ** power + 7n]) {
        expect(parseFil(formatFil(atto))).to.equal(atto);
      }
    }
  });

  it("prints no zeros that say nothing, and a sign where one is due", () => {
    expect(formatFil(15n * 10n ** 17n)).to.equal("1.5 FIL");
    expect(formatFil(0n)).to.equal("0 FIL");
    expect(formatFil(-15n * 10n ** 17n)).to.equal("-1.5 FIL");
  });

  it("rounds towards zero when fewer decimals are asked for", () => {
    expect(formatFil(1_999_999_999_999_999_999n, 4)).to.equal("1.9999 FIL");
    expect(formatFil(1n, 6)).to.equal("0 FIL");
  });
});

describe("parsePower", () => {
  it("reads binary units in any case", () => {
    expect(parsePower("16TiB")).to.equal(16n * 2n ** 40n);
    expect(parsePower("32 gib")).to.equal(32n * 2n ** 30n);
    expect(parsePower("1.5PiB")).to.equal(3n * 2n ** 49n);
    expect(parsePower("2048B")).to.equal(2048n);
  });

  for (const text of ["16", "16TB", "TiB", "-1TiB", "0.3B", "1 2TiB"]) {
    it(`refuses "${text}"`, () => {
      expect(() => parsePower(text)).to.throw(UsageError);
    });
  }

  it("reads back what formatPower prints of whole units", () => {
    for (let shift = 0n; shift < 60n; shift += 1n) expect(parsePower(formatPower(2n ** shift))).to.equal(2n ** shift);
  });

  it("never prints more power than there is", () => {
    expect(formatPower(32n * 2n ** 40n - 1n)).to.equal("31.999 TiB");
  });
});

describe("parsePercent", () => {
  it("reads percent and basis points", () => {
    expect(parsePercent("5%")).to.equal(500);
    expect(parsePercent("2.5 %")).to.equal(250);
    expect(parsePercent("0.01%")).to.equal(1);
    expect(parsePercent("250bps")).to.equal(250);
    expect(formatPercent(250)).to.equal("2.5%");
  });

  for (const text of ["5", "0.001%", "100.01%", "-1%", "1.5bps", ""]) {
    it(`refuses "${text}"`, () => {
      expect(() => parsePercent(text)).to.throw(UsageError);
    });
  }
});
