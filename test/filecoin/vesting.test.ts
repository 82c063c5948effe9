import { expect } from "chai";

import { BURNT_FUNDS, FIL } from "./index.ts";
import { MINER, PERIOD_START, setting, type Setting, total, vesting } from "./setup.ts";

const DAY = 2880n;
const HALF_DAY = 1440n;

describe("the simulated vesting table", () => {
  let s: Setting;

  beforeEach(async () => {
    s = await setting();
  });

  it("locks three quarters of a reward in 180 steps", async () => {
    await s.fil.award(MINER, FIL(4));
    const table = await vesting(s.fil);
    expect([table.size, total(table.values())]).to.deep.equal([180, FIL(3)]);
    const { balance, locked } = await s.fil.ledgerOf(MINER);
    expect([balance, locked]).to.deep.equal([FIL(1004), FIL(3)]);
  });

  it("makes all steps but the first and the last a 180th", async () => {
    const reward = FIL(240);
    await s.fil.award(MINER, reward);
    const steps = [...(await vesting(s.fil)).values()];
    expect(new Set(steps.slice(1, -1))).to.deep.equal(new Set([FIL(1)]));
  });

  it("puts every step into the miner's class of half days, a day apart", async () => {
    await s.fil.award(MINER, FIL(4));
    const epochs = [...(await vesting(s.fil)).keys()];
    expect(new Set(epochs.map((e) => e % HALF_DAY))).to.deep.equal(new Set([PERIOD_START % HALF_DAY]));
    for (const [i, epoch] of epochs.slice(1).entries()) expect(epoch - (epochs[i] ?? 0n)).to.equal(DAY);
  });

  it("starts a day after the reward, at the next half day", async () => {
    for (const epoch of [3000n, 3537n, 3538n, 3539n, 4000n]) {
      const other = await setting();
      await other.fil.mineTo(5000n);
      await other.fil.setCronActive(MINER, false);
      await other.fil.award(MINER, FIL(518_400n.toString()), { epoch: epoch });
      const [first, amount] = [...(await vesting(other.fil))][0] ?? [0n, 0n];
      const expected = epoch + DAY + ((PERIOD_START + 10n * HALF_DAY - epoch - DAY) % HALF_DAY);
      expect(first).to.equal(expected);
      expect(amount).to.equal(((first - epoch) * FIL(518_400) * 3n) / 4n / 518_400n);
    }
  });

  it("is the same whether rewards come one by one or in a batch", async () => {
    const other = await setting();
    for (const fil of [s.fil, other.fil]) await fil.mineTo(2000n);
    await s.fil.pull("awardMany", [MINER, 1000n, 100n, 5n, FIL(7) + 3n]);
    for (let i = 0n; i < 5n; i++) await other.fil.award(MINER, FIL(7) + 3n, { epoch: 1000n + 100n * i });
    expect(await vesting(s.fil)).to.deep.equal(await vesting(other.fil));
    expect(await s.fil.balanceOf(MINER)).to.equal(await other.fil.balanceOf(MINER));
  });

  it("keeps what has vested until the end of a deadline unlocks it", async () => {
    await s.fil.award(MINER, FIL(240));
    const [first] = [...(await vesting(s.fil)).keys()];
    const bucket = first ?? 0n;
    const { locked } = await s.fil.ledgerOf(MINER);
    // The deadline that begins with the bucket ends 59 epochs later; the next message sees it.
    await s.fil.mineTo(bucket + 59n);
    expect((await vesting(s.fil)).has(bucket)).to.equal(true);
    await s.fil.mineTo(bucket + 60n);
    expect((await vesting(s.fil)).has(bucket)).to.equal(false);
    expect((await s.fil.ledgerOf(MINER)).locked).to.be.below(locked);
  });

  it("is eaten from the front by penalties, though plenty is available", async () => {
    await s.fil.award(MINER, FIL(240));
    const before = [...(await vesting(s.fil))];
    const burnt = await s.fil.balanceOf(BURNT_FUNDS);
    const available = (await s.fil.ledgerOf(MINER)).available;
    const fee = (before[0]?.[1] ?? 0n) + FIL("0.25");
    await s.fil.penalise(MINER, fee);
    const after = [...(await vesting(s.fil))];
    expect(after[0]).to.deep.equal([before[1]?.[0], FIL("0.75")]);
    expect(after.slice(1)).to.deep.equal(before.slice(2));
    expect((await s.fil.balanceOf(BURNT_FUNDS)) - burnt).to.equal(fee);
    expect((await s.fil.ledgerOf(MINER)).available).to.equal(available);
  });

  it("hides an entry that a penalty used up exactly", async () => {
    await s.fil.award(MINER, FIL(240));
    const before = [...(await vesting(s.fil))];
    await s.fil.penalise(MINER, before[0]?.[1] ?? 0n);
    expect([...(await vesting(s.fil))]).to.deep.equal(before.slice(1));
  });

  it("turns a penalty beyond all locked and free money into fee debt", async () => {
    await s.fil.award(MINER, FIL(240));
    await s.fil.penalise(MINER, FIL(2000));
    const { balance, locked, feeDebt } = await s.fil.ledgerOf(MINER);
    expect([balance, locked, feeDebt]).to.deep.equal([FIL(8), 0n, FIL(2000 - 1240 + 8)]);
  });

  it("plays thirty days of rewards in seconds", async function () {
    this.timeout(20_000);
    const before = await s.fil.epoch();
    await s.fil.awardEvery(MINER, { epochs: 86_400n, every: 120n, amount: FIL(10) });
    expect((await s.fil.epoch()) - before).to.equal(86_400n);
    expect(await s.fil.balanceOf(MINER)).to.equal(FIL(8200));
  });
});
