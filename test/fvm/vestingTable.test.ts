import { expect } from "chai";

import { Random } from "./random.ts";
import { setStage, type Outcome, type Stage } from "./stage.ts";
import { amountBytes, encode, Malformed, toBytes, toHex } from "./strictCbor.ts";
import { decodeTable, readTable, type Entry } from "./vestingReference.ts";

const MINER = 1000n;
const GET_VESTING_FUNDS = 1726876304n;
const HALF_DAY = 1440n;
const DAY = 2880n;
const VESTING = 518_400n;
const THOROUGH = process.env.THOROUGH === "1";
const TABLES = THOROUGH ? 5000 : 600;

const FIL = 10n ** 18n;
const REFUSED: Outcome = { error: "BadAnswer", args: [MINER, GET_VESTING_FUNDS] };

/** The arguments of a scan behind the miner: the last pair, the last reading, now. */
type When = [pairEpoch: bigint, since: bigint, now: bigint];

function encodeTable(entries: Entry[]): Uint8Array {
  return encode([entries.map(({ epoch, amount }) => [epoch, amountBytes(amount)])]);
}

/** What a scan should come to, by the reference. */
function expected(table: Uint8Array, when: When): Outcome {
  try {
    return { values: [readTable(decodeTable(table), ...when)] };
  } catch (error) {
    if (error instanceof Malformed) return REFUSED;
    throw error;
  }
}

/** A table as the chain makes them: one reward a day at an hour of the day, for so many days. */
function tableOfRewards(start: bigint, days: bigint, hour: bigint, reward: bigint): Entry[] {
  const buckets = new Map<bigint, bigint>();
  for (let day = 0n; day < days; day++) {
    for (let step = 0n; step <= 180n; step++) {
      const epoch = start + (day + step + 1n) * DAY;
      const share = step === 0n ? DAY - hour : step === 180n ? hour : DAY;
      const late = epoch + (hour >= HALF_DAY ? HALF_DAY : 0n);
      buckets.set(late, (buckets.get(late) ?? 0n) + (reward * share) / VESTING);
    }
  }
  return [...buckets].map(([epoch, amount]) => ({ epoch, amount })).sort((a, b) => (a.epoch < b.epoch ? -1 : 1));
}

describe("the vesting table", () => {
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });

  beforeEach(() => stage.reset());

  async function scan(table: Uint8Array, when: When): Promise<Outcome> {
    return stage.call("scanVestingTable", [toHex(table), MINER, ...when]);
  }

  it("is empty when it has no entries, whatever was asked", async () => {
    const outcome = await scan(toBytes("0x8180"), [7200n, 5000n, 6000n]);
    expect(outcome).to.deep.equal({ values: [[true, 0n, 0n, 0n, 0n, 0n]] });
  });

  it("gives the two buckets of a pair, and their sum with all others", async () => {
    const entries = Array.from({ length: 361 }, (_, i) => ({
      epoch: 5_000_000n + BigInt(i) * HALF_DAY,
      amount: FIL + BigInt(i),
    }));
    const pair = 5_000_000n + 300n * HALF_DAY;
    const outcome = await scan(encodeTable(entries), [pair, 4_999_000n, 5_000_000n]);
    const next = 5_000_000n + 358n * HALF_DAY;
    const total = 361n * FIL + (360n * 361n) / 2n;
    expect(outcome).to.deep.equal({ values: [[false, pair, 2n * FIL + 601n, next, 2n * FIL + 717n, total]] });
  });

  it("chooses the farthest pair of the class that every reward to come covers in full", async () => {
    for (const rest of [0n, 1n, 720n, 1438n, 1439n]) {
      for (const now of [3_000_000n, 3_000_001n, 3_000_959n, 3_000_960n, 3_000_961n]) {
        const table = encodeTable([{ epoch: 3_000_960n + rest, amount: FIL }]);
        const outcome = await scan(table, [0n, now - 100n, now]);
        const [, pair, , next] = "values" in outcome ? (outcome.values[0] as bigint[]) : [];
        for (const [epoch, when] of [
          [pair ?? 0n, now - 100n],
          [next ?? 0n, now],
        ] as const) {
          expect(epoch % HALF_DAY).to.equal((3_000_960n + rest) % HALF_DAY);
          expect(epoch + HALF_DAY < when + VESTING).to.equal(true);
          expect(epoch + 2n * HALF_DAY < when + VESTING).to.equal(false);
        }
      }
    }
  });

  it("counts a missing bucket of a pair as nothing", async () => {
    const table = encodeTable([
      { epoch: 2_000_160n, amount: 5n * FIL },
      { epoch: 2_003_040n, amount: 7n * FIL },
    ]);
    const sums: [bigint, bigint][] = [
      [2_000_160n, 5n * FIL],
      [2_001_600n, 7n * FIL],
      [1_998_720n, 5n * FIL],
      [2_003_040n, 7n * FIL],
      [2_004_480n, 0n],
      [1_000_000n, 0n],
      [2_000_161n, 0n],
    ];
    for (const [pair, sum] of sums) {
      const outcome = await scan(table, [pair, 2_000_000n, 2_000_000n]);
      expect("values" in outcome && (outcome.values[0] as bigint[])[2], `pair ${pair.toString()}`).to.equal(sum);
    }
  });

  it("measures a steady miner's reward of a day as 1/180 a bucket pair", async () => {
    const reward = 180n * FIL;
    const before = tableOfRewards(5_000_000n, 200n, 100n, reward);
    const after = tableOfRewards(5_000_000n, 201n, 100n, reward);
    const now = 5_000_000n + 200n * DAY;
    const [, , , pair, sum] = readTable(before, 0n, now, now);
    const outcome = await scan(encodeTable(after), [pair, now, now + DAY]);
    expect("values" in outcome && (outcome.values[0] as bigint[])[2]).to.equal(sum + reward / 180n);
  });

  describe("is refused", () => {
    const sound = Array.from({ length: 40 }, (_, i) => ({
      epoch: 4_000_320n + BigInt(i) * HALF_DAY,
      amount: FIL * BigInt(i + 1),
    }));
    const when: When = [0n, 3_990_000n, 4_000_000n];

    function changed(at: number, change: (entry: Entry) => Partial<Entry>): Uint8Array {
      return encodeTable(sound.map((entry, i) => (i === at ? { ...entry, ...change(entry) } : entry)));
    }

    async function expectRefused(tables: Uint8Array[]): Promise<void> {
      for (const table of tables) expect(await scan(table, when)).to.deep.equal(REFUSED);
    }

    /** An entry of 1 FIL with the low four bytes of its epoch, whatever the form. */
    function longEntry(form: string, epoch: bigint): Buffer {
      const low = (epoch & 0xffffffffn).toString(16).padStart(8, "0");
      return Buffer.from(`82${form}${low}49000de0b6b3a7640000`, "hex");
    }

    const places = [0, 1, 2, 7, 20, 38, 39];

    it("not as it is", async () => {
      expect(await scan(encodeTable(sound), when)).to.have.property("values");
    });

    it("when an epoch comes twice", async () => {
      await expectRefused(places.slice(1).map((at) => changed(at, (entry) => ({ epoch: entry.epoch - HALF_DAY }))));
    });

    it("when epochs go back", async () => {
      await expectRefused(places.slice(2).map((at) => changed(at, (entry) => ({ epoch: entry.epoch - DAY }))));
    });

    it("when an entry is of another class", async () => {
      for (const by of [1n, 720n, -1n]) {
        await expectRefused(places.slice(1).map((at) => changed(at, (entry) => ({ epoch: entry.epoch + by }))));
      }
    });

    it("when an epoch is negative", async () => {
      await expectRefused(places.map((at) => changed(at, () => ({ epoch: -1n }))));
    });

    it("when an amount is negative", async () => {
      await expectRefused(places.map((at) => changed(at, (entry) => ({ amount: -entry.amount }))));
    });

    it("when an amount has more than 176 bits", async () => {
      await expectRefused(places.map((at) => changed(at, () => ({ amount: 1n << 176n }))));
      const largest = places.map((at) => changed(at, () => ({ amount: (1n << 176n) - 1n })));
      for (const table of largest) expect(await scan(table, when)).to.deep.equal(expected(table, when));
    });

    it("when an amount has a leading zero", async () => {
      const padded = (at: number, bytes: Uint8Array) =>
        encode([sound.map(({ epoch, amount }, i) => [epoch, i === at ? bytes : amountBytes(amount)])]);
      for (const bytes of [
        "0x00",
        "0x0000",
        "0x000001",
        "0x00000de0b6b3a7640000",
        "0x0100",
        "0x01000de0b6b3a7640000",
      ]) {
        await expectRefused(places.map((at) => padded(at, toBytes(bytes))));
      }
    });

    it("when an epoch is not in its shortest form", async () => {
      const start = toBytes("0x9828");
      const entry = (i: number) => {
        const { epoch, amount } = sound[i] ?? { epoch: 0n, amount: 0n };
        return encode([epoch, amountBytes(amount)]);
      };
      for (const at of places) {
        const entries = sound.map((_, i) => Buffer.from(entry(i)));
        const odd = Buffer.from(entries[at] ?? "");
        entries[at] = Buffer.concat([Buffer.from("821b00000000", "hex"), odd.subarray(2)]);
        await expectRefused([Buffer.concat([Buffer.of(0x81), start, ...entries])]);
      }
      // Epochs below 2^16 in four bytes, behind one that is as it should be.
      for (const first of [50_000n, 60_000n, 64_000n]) {
        const entries = Array.from({ length: 12 }, (_, i) => longEntry("1a", first + HALF_DAY * BigInt(i)));
        entries[0] = Buffer.from(encode([first, amountBytes(FIL)]));
        await expectRefused([Buffer.concat([Buffer.of(0x81, 0x8c), ...entries])]);
      }
    });

    it("when an epoch has more than eight bytes", async () => {
      const epoch = "01" + "00".repeat(15);
      await expectRefused([toBytes(`0x8181821c${epoch}420001`), toBytes(`0x8181821d${"00".repeat(16)}${epoch}420001`)]);
    });

    it("when the length of a string does not stand where it should", async () => {
      const entries = Array.from({ length: 11 }, (_, i) => longEntry("1a", 4_000_320n + HALF_DAY * BigInt(i)));
      // 24 bytes, by the first byte alone.
      const odd = entries.map((entry) =>
        Buffer.concat([entry.subarray(0, 6), Buffer.from("5800", "hex"), Buffer.alloc(23, 1)]),
      );
      await expectRefused([Buffer.concat([Buffer.of(0x81, 0x8b), ...odd])]);
      await expectRefused([Buffer.concat([Buffer.of(0x81, 0x8b), entries[0] ?? Buffer.of(), ...odd.slice(1)])]);
    });

    it("when an epoch from 2^32 on has four bytes", async () => {
      const first = (1n << 32n) - 5n * HALF_DAY + 7n;
      const entries = Array.from({ length: 12 }, (_, i) =>
        longEntry(i < 5 ? "1a" : "1b", first + HALF_DAY * BigInt(i)),
      );
      await expectRefused([Buffer.concat([Buffer.of(0x81, 0x8c), ...entries])]);
    });

    it("when it says more or fewer entries than there are", async () => {
      const table = encodeTable(sound);
      for (const count of [0, 1, 24, 38, 39, 41, 42, 80, 255]) {
        const lie = Uint8Array.from(table);
        lie[2] = count;
        await expectRefused([lie]);
      }
      await expectRefused([
        toBytes("0x81"),
        toBytes("0x80"),
        toBytes("0x8181"),
        toBytes("0x8280"),
        toBytes("0x818000"),
      ]);
      await expectRefused([
        toBytes("0x819b7fffffffffffffff"),
        Uint8Array.of(...toBytes("0x819bffffffffffffffff"), ...table),
      ]);
    });
  });

  describe("of any shape", () => {
    /** Amounts as the chain has them: two halves of the day, each of its own and slowly changing size; or anything. */
    function amounts(random: Random, count: number): bigint[] {
      if (random.chance(4)) return Array.from({ length: count }, () => random.bits(random.below(180)));
      const bits = [random.below(100), random.below(100)] as const;
      const values = [random.bits(bits[0]), random.chance(2) ? random.bits(bits[0]) : random.bits(bits[1])] as const;
      return Array.from({ length: count }, (_, i) => {
        const value = values[i % 2 === 0 ? 0 : 1];
        return random.chance(25) ? value / 300n : value + random.bits(4);
      });
    }

    function entriesOf(random: Random): Entry[] {
      const count = random.pick([0, 1, 2, 3, 5, 8, 23, 24, 40, 60, random.chance(6) ? 361 : 30]);
      const first = random.pick([
        0n,
        random.bits(5),
        random.bits(10),
        60_000n,
        65_536n - random.bits(12),
        random.bits(24),
        random.bits(24),
        5_000_000n,
        (1n << 32n) - random.bits(16),
        (1n << 40n) + random.bits(16),
      ]);
      const wide = random.pick([2, 10, 1000]);
      const stride = random.chance(3) ? DAY : HALF_DAY;
      let epoch = first;
      return amounts(random, count).map((amount) => {
        const entry = { epoch, amount };
        epoch += random.chance(wide) ? stride * BigInt(1 + random.below(20)) : stride;
        return entry;
      });
    }

    function spoilt(random: Random, entries: Entry[]): Uint8Array {
      const at = random.below(Math.max(entries.length, 1));
      const changes: ((entry: Entry) => Partial<Entry>)[] = [
        ({ epoch }) => ({ epoch: epoch + 1n }),
        ({ epoch }) => ({ epoch: epoch - HALF_DAY }),
        ({ epoch }) => ({ epoch: epoch + DAY }),
        ({ amount }) => ({ amount: -amount }),
        () => ({ amount: 1n << 176n }),
        () => ({ epoch: -1n }),
      ];
      const change = random.pick(changes);
      const table = encodeTable(entries.map((entry, i) => (i === at ? { ...entry, ...change(entry) } : entry)));
      if (random.chance(2)) return table;
      const whole = encodeTable(entries);
      const byte = random.below(whole.length);
      return whole.map((value, i) => (i === byte ? random.below(256) : value));
    }

    function whenOf(random: Random, entries: Entry[]): When {
      const around = entries.length === 0 ? 1_000_000n : random.pick(entries).epoch;
      const now = around > VESTING ? around - random.bits(19) : around + random.bits(12);
      const since = now > 400_000n ? now - random.bits(18) : now;
      const pair = random.pick([
        0n,
        0n,
        around,
        around + HALF_DAY,
        around + 7n,
        around < HALF_DAY ? 1n : around - HALF_DAY,
      ]);
      return [pair, since, now];
    }

    it("is read as the reference reads it, or refused", async () => {
      const random = new Random(20);
      const cases = Array.from({ length: TABLES }, () => {
        const entries = entriesOf(random);
        return {
          table: random.chance(3) ? spoilt(random, entries) : encodeTable(entries),
          when: whenOf(random, entries),
        };
      });
      const outcomes = await stage.callEach(
        "scanVestingTable",
        cases.map(({ table, when }) => [toHex(table), MINER, ...when]),
      );
      let refused = 0;
      cases.forEach(({ table, when }, i) => {
        const outcome = expected(table, when);
        if ("error" in outcome) refused++;
        expect(outcomes[i], `${toHex(table)} ${when.join(" ")}`).to.deep.equal(outcome);
      });
      expect(refused, "refused").to.be.within(TABLES / 10, TABLES / 2);
    }).timeout(1_200_000);
  });
});
