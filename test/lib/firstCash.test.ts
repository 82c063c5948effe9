import { expect } from "chai";

import { daysToFirstCash } from "../../lib/index.ts";

const FIL = 10n ** 18n;

describe("daysToFirstCash", () => {
  it("is at once while the miner holds more than is owed", () => {
    expect(daysToFirstCash({ owed: 5n, available: 5n, vesting: [], rewardsPerDay: 0n })).to.equal(0);
  });

  it("waits for the vesting that covers what is owed", () => {
    const vesting = [
      { day: 3, amount: 4n },
      { day: 9, amount: 6n },
    ];
    expect(daysToFirstCash({ owed: 10n, available: 0n, vesting, rewardsPerDay: 0n })).to.equal(10);
  });

  it("is not in sight when the miner earns nothing", () => {
    expect(daysToFirstCash({ owed: 10n, available: 0n, vesting: [], rewardsPerDay: 0n })).to.equal(undefined);
  });

  it("is about 68 days at worst for a fully sold miner that began to earn with its first NFT", () => {
    // After d days of 1 FIL a day: 1/4 of each day came at once, the rest of each day vests over 180 days.
    const waits = [30, 60, 90, 112, 140, 170].map((age) => {
      const vesting = Array.from({ length: 180 }, (_, day) => {
        const rewards = Array.from({ length: age }, (_, since) => since + day < 180).filter(Boolean).length;
        return { day, amount: (FIL * 3n * BigInt(rewards)) / 720n };
      });
      const vested = vesting.reduce((sum, { amount }) => sum - amount, (FIL * 3n * BigInt(age)) / 4n);
      const cash = (FIL * BigInt(age)) / 4n + vested;
      const wait = daysToFirstCash({ owed: FIL * BigInt(age) - cash, available: 0n, vesting, rewardsPerDay: FIL });
      return wait ?? Number.POSITIVE_INFINITY;
    });
    expect(Math.max(...waits)).to.be.within(66, 70);
    expect(waits[0]).to.be.within(43, 46);
  });
});
