import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { change } from "../../support/governance.ts";
import { fields } from "../../support/market.ts";
import { type Pool, SHARE, WIDE, deposit, founded, joined, setCap, setPolicy } from "../../support/pool.ts";
import { DAY } from "../../support/units.ts";

const WEEK = 7n * DAY;
const MONTH = 30n * DAY;

const pause = (p: Pool, until: bigint) => p.pool.connect(p.guardian).pauseEntries(until);

describe("JointMiningPool.pauseEntries (R-GOV-1)", () => {
  it("stops entries for 7 days at most, once in 30", async () => {
    const p = await joined();
    const now_ = (await p.fil.epoch()) + 1n;
    await expect(pause(p, now_ + WEEK + 1n))
      .to.be.revertedWithCustomError(p.pool, "PauseNotAllowed")
      .withArgs(now_ + WEEK + 1n, now_ + WEEK, 0n);
    const since = (await p.fil.epoch()) + 1n;
    await expect(pause(p, since + WEEK))
      .to.emit(p.pool, "EntriesPaused")
      .withArgs(since + WEEK);
    await p.fil.mineTo(since + WEEK);
    await deposit(p, p.stranger, SHARE);
    await p.fil.mineTo(since + MONTH - 2n);
    await expect(pause(p, since + MONTH))
      .to.be.revertedWithCustomError(p.pool, "PauseNotAllowed")
      .withArgs(since + MONTH, since + MONTH - 1n + WEEK, since + MONTH);
    await p.fil.mineTo(since + MONTH - 1n);
    await pause(p, since + MONTH + WEEK);
    expect(await p.pool.entriesPausedUntil()).to.equal(since + MONTH + WEEK);
  });

  it("may be ended early, which does not bring the next pause nearer", async () => {
    const p = await joined();
    const since = (await p.fil.epoch()) + 1n;
    await pause(p, since + WEEK);
    await pause(p, 0n);
    await deposit(p, p.stranger, SHARE);
    await expect(pause(p, (await p.fil.epoch()) + DAY)).to.be.revertedWithCustomError(p.pool, "PauseNotAllowed");
  });

  it("is the guardian's alone", async () => {
    const p = await joined();
    await expect(p.pool.connect(p.stranger).pauseEntries(0n)).to.be.revertedWithCustomError(
      p.pool,
      "AccessManagedUnauthorized",
    );
  });
});

describe("JointMiningPool.setDepositCap", () => {
  it("is governance's, says what it was, and 0 takes it away", async () => {
    const p = await founded();
    await setCap(p, FIL(5));
    expect(await p.pool.maxDeposit(p.stranger.address)).to.equal(FIL(5));
    const data = p.pool.interface.encodeFunctionData("setDepositCap", [0n]);
    await expect(change(p, await p.pool.getAddress(), data, 3n))
      .to.emit(p.pool, "DepositCapSet")
      .withArgs(FIL(5), 0n);
    await deposit(p, p.stranger, FIL(6));
  });

  it("refuses what its slot has no room for", async () => {
    const p = await founded();
    const most = (1n << 128n) - 1n;
    await expect(setCap(p, most + 1n))
      .to.be.revertedWithCustomError(p.pool, "OutOfRange")
      .withArgs(most + 1n, 0n, most);
  });
});

describe("JointMiningPool.setPolicy", () => {
  it("is read back, field by field", async () => {
    const p = await founded();
    const { least, most } = await p.pool.policyRange();
    for (const policy of [least, most]) {
      await setPolicy(p, fields(policy));
      expect(await p.pool.policy()).to.deep.equal(policy);
    }
  });

  it("refuses each figure outside its hard range, and says which", async () => {
    const p = await founded();
    const { least, most } = await p.pool.policyRange();
    const names = Object.keys(WIDE);
    for (const [field, name] of names.entries()) {
      for (const value of [(least[field] as bigint) - 1n, (most[field] as bigint) + 1n]) {
        if (value < 0n) continue;
        await expect(setPolicy(p, { [name]: value }))
          .to.be.revertedWithCustomError(p.pool, "PolicyOutOfRange")
          .withArgs(field, value, least[field], most[field]);
      }
    }
  });
});
