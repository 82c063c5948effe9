import { expect } from "chai";

import { CALIBRATION_GENESIS, Clock, formatSpan, gridAround, MAINNET_GENESIS, UsageError } from "../../lib/index.ts";

describe("Clock", () => {
  const mainnet = new Clock(MAINNET_GENESIS);

  it("knows when the public networks began", () => {
    expect(mainnet.dateOf(0n).toISOString()).to.equal("2020-08-24T22:00:00.000Z");
    expect(new Clock(CALIBRATION_GENESIS).dateOf(0n).toISOString()).to.equal("2022-11-01T18:13:00.000Z");
  });

  it("turns epochs into dates and back", () => {
    for (const epoch of [0n, 1n, 2880n, 5_000_000n]) expect(mainnet.epochAt(mainnet.dateOf(epoch))).to.equal(epoch);
  });

  it("reads a day as its first epoch in UTC", () => {
    const epoch = mainnet.parse("2028-03-01");
    expect(mainnet.dateOf(epoch).toISOString()).to.equal("2028-03-01T00:00:00.000Z");
    expect(mainnet.parse("2028-03-01T12:00:00Z")).to.equal(epoch + 1440n);
    expect(mainnet.parse("604800")).to.equal(604_800n);
  });

  it("takes the first epoch that begins in the day where epochs do not start at midnight", () => {
    const other = Clock.fromBlock(100n, 1_785_394_365n);
    const epoch = other.parse("2027-03-01");
    expect(other.dateOf(epoch).getTime()).to.be.at.least(Date.UTC(2027, 2, 1));
    expect(other.dateOf(epoch - 1n).getTime()).to.be.below(Date.UTC(2027, 2, 1));
  });

  for (const text of ["2028-02-30", "1.3.2028", "tomorrow", "", "2028-13-01", "-5"]) {
    it(`refuses "${text}"`, () => {
      expect(() => mainnet.parse(text)).to.throw(UsageError, /not a date/);
    });
  }

  it("prints dates and spans for people", () => {
    expect(mainnet.format(2880n)).to.equal("2020-08-25 22:00 UTC");
    expect(formatSpan(2880n * 12n + 5n)).to.equal("12 days");
    expect(formatSpan(600n)).to.equal("5 h");
    expect(formatSpan(9n)).to.equal("4 min");
  });
});

describe("gridAround", () => {
  it("gives the dates before and after, or the epoch itself twice", () => {
    expect(gridAround(86_400n * 7n)).to.deep.equal({ before: 604_800n, next: 604_800n });
    expect(gridAround(604_801n)).to.deep.equal({ before: 604_800n, next: 691_200n });
    expect(gridAround(604_799n)).to.deep.equal({ before: 518_400n, next: 604_800n });
  });
});
