import { expect } from "chai";

import { sectorQap } from "../../../lib/index.ts";
import { QapOfRows } from "../../../miner-bridge/power/plain/QapOfRows.ts";
import { fromWeight, toWeight } from "../../../miner-bridge/power/plain/SectorRow.ts";

const SIZE = 32n * 2n ** 30n;

describe("the power of rows", () => {
  const qap = new QapOfRows(SIZE);
  const check = (duration: number, weight: bigint): void => {
    const powerBaseEpoch = 1_000;
    const expiration = powerBaseEpoch + duration;
    const sector = { expiration: BigInt(expiration), powerBaseEpoch: 1_000n, verifiedDealWeight: weight };
    const row = { number: 1, expiration, powerBaseEpoch, verified: toWeight(String(weight)) };
    expect(BigInt(qap.of(row)), `${duration} ${weight}`).to.equal(sectorQap(SIZE, sector));
  };

  it("is what the chain computes, whatever was computed before (R-ORC-1)", () => {
    const durations = [518_400, 518_401, 1_555_200, 1, 0, -5];
    for (let round = 0; round < 2; round += 1) {
      for (const duration of durations) {
        const full = SIZE * BigInt(Math.max(0, duration));
        // more kinds than there are places for
        for (let part = 0n; part <= 1_000n; part += 1n) check(duration, (full * part) / 1_000n);
      }
    }
  });

  it("is of one kind only for the same duration and the same weight, to the last digit", () => {
    const full = SIZE * 518_400n;
    for (const weight of [full, full - 1n, full + 10n ** 15n, full, 0n, 1n]) check(518_400, weight);
    check(518_401, full);
    check(518_400, full);
  });

  it("takes a weight of any length that it is told", () => {
    for (const digits of ["0", "5", "999999999999999", "1000000000000000", "70000000000000005", "9".repeat(30)]) {
      expect(String(fromWeight(toWeight(digits)))).to.equal(digits);
    }
  });
});
