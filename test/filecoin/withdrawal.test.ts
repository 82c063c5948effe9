import { expect } from "chai";

import { bigIntBytes, encodeCbor } from "./cbor.ts";
import { BURNT_FUNDS, FIL } from "./index.ts";
import { amount, beneficiary, code, enrol, METHOD, MINER, OWNER, setting, type Setting, STRANGER } from "./setup.ts";

/** Balance 1000 FIL, of which 8 are pledge. */
const FREE = FIL(992);

describe("a simulated withdrawal", () => {
  let s: Setting;
  const byOwner = (value: bigint) =>
    s.fil.native({ from: OWNER, to: MINER, method: METHOD.withdrawNative, params: amount(value) });
  const byContract = (value: bigint) => s.probe.call(MINER, METHOD.withdraw, amount(value));

  beforeEach(async () => {
    s = await setting();
  });

  it("pays the owner who is the beneficiary", async () => {
    const before = await s.fil.balanceOf(OWNER);
    expect((await byOwner(FIL(5))).ret).to.equal(encodeCbor(bigIntBytes(FIL(5))));
    expect((await s.fil.balanceOf(OWNER)) - before).to.equal(FIL(5));
  });

  it("pays less than asked when less is there, and leaves the pledge", async () => {
    expect((await byOwner(FIL(5000))).ret).to.equal(encodeCbor(bigIntBytes(FREE)));
    expect(await s.fil.balanceOf(MINER)).to.equal(FIL(8));
  });

  it("goes to the beneficiary whoever asks, without running its code", async () => {
    await enrol(s);
    expect((await byOwner(FIL(5))).exitCode).to.equal(0n);
    expect(await s.fil.balanceOf(s.probe.address)).to.equal(FIL(5));
    expect((await beneficiary(s.fil)).used).to.equal(FIL(5));
  });

  it("stops at the quota", async () => {
    await enrol(s, FIL(5));
    expect((await byContract(FIL(7)))?.ret).to.equal(encodeCbor(bigIntBytes(FIL(5))));
    expect(code(await byContract(1n))).to.equal(18n);
  });

  it("stops for everybody when the term has expired", async () => {
    await enrol(s, FIL(5), (await s.fil.epoch()) + 5n);
    await s.fil.mine(10n);
    expect(code(await byContract(1n))).to.equal(18n);
    expect((await byOwner(1n)).exitCode).to.equal(18n);
  });

  it("is not for strangers", async () => {
    const params = amount(1n);
    const done = await s.fil.native({ from: STRANGER, to: MINER, method: METHOD.withdrawNative, params });
    expect(done.exitCode).to.equal(18n);
  });

  it("refuses a negative amount before it looks who asks", async () => {
    const params = amount(-1n);
    const done = await s.fil.native({ from: STRANGER, to: MINER, method: METHOD.withdrawNative, params });
    expect(done.exitCode).to.equal(16n);
  });

  it("of nothing succeeds under an active term", async () => {
    await enrol(s);
    expect((await byContract(0n))?.ret).to.equal("0x40");
  });

  it("waits for terminations that are pending", async () => {
    await s.fil.setEarlyTerminations(MINER, true);
    expect((await byOwner(1n)).exitCode).to.equal(18n);
    await s.fil.setEarlyTerminations(MINER, false);
    expect((await byOwner(1n)).exitCode).to.equal(0n);
  });

  it("burns all fee debt first", async () => {
    await s.fil.addFeeDebt(MINER, FIL(10));
    const burnt = await s.fil.balanceOf(BURNT_FUNDS);
    expect((await byOwner(FIL(5000))).ret).to.equal(encodeCbor(bigIntBytes(FREE - FIL(10))));
    expect((await s.fil.balanceOf(BURNT_FUNDS)) - burnt).to.equal(FIL(10));
    expect((await s.fil.ledgerOf(MINER)).feeDebt).to.equal(0n);
  });

  it("fails when the fee debt cannot be paid", async () => {
    await s.fil.addFeeDebt(MINER, FREE + 1n);
    expect((await byOwner(0n)).exitCode).to.equal(19n);
  });

  it("unlocks what has vested", async () => {
    await s.fil.award(MINER, FIL(720));
    const { available } = await s.fil.ledgerOf(MINER);
    expect(available).to.equal(FREE + FIL(180));
    // A tenth of the 180 days: at least 17 daily steps of 3 FIL have passed.
    await s.fil.mine(18n * 2880n);
    const before = await s.fil.balanceOf(OWNER);
    await byOwner(FIL(5000));
    expect((await s.fil.balanceOf(OWNER)) - before).to.be.at.least(FREE + FIL(180 + 17 * 3));
  });

  it("changes nothing when it fails", async () => {
    await s.fil.setEarlyTerminations(MINER, true);
    const before = await s.fil.ledgerOf(MINER);
    await byOwner(FIL(5));
    expect(await s.fil.ledgerOf(MINER)).to.deep.equal(before);
  });

  it("is refused where nothing may be written", async () => {
    await enrol(s);
    expect(code(await s.probe.peek(MINER, METHOD.withdraw, amount(1n)))).to.equal(25n);
    expect(code(await s.probe.peekStatic(MINER, METHOD.withdraw, amount(1n)))).to.equal(25n);
  });

  it("leaves a beneficiary no way to repay the debt", async () => {
    await enrol(s);
    expect(code(await s.probe.call(MINER, METHOD.repayDebt))).to.equal(18n);
    expect((await s.fil.native({ from: OWNER, to: MINER, method: METHOD.repayDebt })).exitCode).to.equal(0n);
    expect((await s.fil.native({ from: OWNER, to: MINER, method: 22n })).exitCode).to.equal(0n);
  });
});
