import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import {
  COST,
  INCOME_A_DAY,
  type Pool,
  SHARE,
  deposit,
  leave,
  mineADay,
  mining,
  nextDay,
  person,
  sharesOf,
  worthOf,
} from "../../support/pool.ts";

/** What a day brings: to all depositors together, to the first of them, and off the machine's cost. */
async function aDay(p: Pool): Promise<{ all: bigint; each: bigint; paidOff: bigint }> {
  const [first] = p.people;
  if (first === undefined) throw new Error("nobody is there");
  const look = async () => {
    const { cash, receivables } = await p.pool.accounts();
    const { unpaid } = await p.pool.machineOf(p.id);
    return { value: cash + receivables + unpaid, each: await worthOf(p, first), unpaid };
  };
  const before = await look();
  await mineADay(p);
  const after = await look();
  return {
    all: after.value - before.value,
    each: after.each - before.each,
    paidOff: before.unpaid - after.unpaid,
  };
}

/** The ledger's cash comes into the pool. */
async function bringIn(p: Pool): Promise<void> {
  await p.nft.harvest(p.miner);
  await p.pool.collect([p.id]);
}

/** Ten people more bring 1,000 each, at the beginning of a day, when the pool has just settled. */
async function tenMore(p: Pool): Promise<void> {
  for (const who of p.people.slice(10, 20)) await deposit(p, who, SHARE);
  await nextDay(p);
  await p.pool.settle();
}

describe("the founder's example (R-JMP-3)", () => {
  it("of a machine for 10,000 that yields 100 a day gives ten people with 1,000 each 10 a day each", async () => {
    const p = await mining();
    await nextDay(p);
    await p.pool.settle();
    const { all, each, paidOff } = await aDay(p);
    expect(all).to.equal(INCOME_A_DAY);
    expect(each, "rounded down").to.be.closeTo(FIL(10), 1n);
    expect(paidOff).to.equal(0n);
    expect((await p.pool.accounts()).utilisation).to.equal(FIL(1));
  });

  it("lets no principal leave then: there is no cash, and leavers wait", async () => {
    const p = await mining();
    const first = person(p, 0);
    await leave(p, first);
    expect(await p.pool.pendingRedeemRequest(1n, first.address)).to.equal(sharesOf(SHARE));
    expect((await p.pool.machineOf(p.id)).unpaid).to.equal(COST);
  });

  it("with ten more of 1,000 each gives depositors 50 a day, 2.5 each, and pays off 50 a day", async () => {
    const p = await mining();
    await tenMore(p);
    expect((await p.pool.accounts()).utilisation).to.equal(FIL("0.5"));
    const { all, each, paidOff } = await aDay(p);
    expect(all).to.equal(FIL(50));
    expect(paidOff).to.equal(FIL(50));
    // who came a few epochs later paid for the income of these
    expect(each).to.be.closeTo(FIL("2.5"), FIL("0.0001"));
  });

  it("lets principal move freely then, while cash lasts", async () => {
    const p = await mining();
    await tenMore(p);
    const eleventh = person(p, 10);
    await expect(leave(p, eleventh)).to.emit(p.pool, "Withdraw");
    expect(await p.pool.balanceOf(eleventh)).to.equal(0n);
    expect((await p.pool.accounts()).waiting).to.equal(0n);
  });

  it("has paid the machine off after 200 days, when all principal can be withdrawn", async () => {
    const p = await mining();
    await tenMore(p);
    for (let day = 1; day <= 199; ++day) await mineADay(p);
    expect((await p.pool.machineOf(p.id)).unpaid).to.equal(FIL(50));
    await mineADay(p);
    expect((await p.pool.machineOf(p.id)).unpaid).to.equal(0n);
    expect((await p.pool.accounts()).utilisation).to.equal(0n);
    await bringIn(p);
    // principal and half of the income, less 0.1 %
    expect((await p.pool.accounts()).cash).to.be.at.least(FIL(20_000));
    for (const who of p.people) {
      const before = await p.fil.balanceOf(who.address);
      await leave(p, who);
      expect(await p.pool.balanceOf(who), "leaves whole").to.equal(0n);
      expect((await p.fil.balanceOf(who.address)) - before, "with more than it brought").to.be.greaterThan(SHARE);
    }
    expect((await p.pool.accounts()).waiting).to.equal(0n);
  });
});
