import { expect } from "chai";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { GET_VESTING_FUNDS, interceptActors } from "../../support/answers.ts";
import { ethers } from "../../support/network.ts";
import { OWNER } from "../../support/protocol.ts";
import { SHARE, deposit, joined, mineADay, mining, nextDay, sell, sharesOf, person } from "../../support/pool.ts";

/** 1,000 less the 0.1 % that stays. */
const NET = FIL(999);

describe("JointMiningPool.exitToFil (R-JMP-5)", () => {
  it("pays at once while there is cash and nobody waits, less 0.1 % that stays in the pool", async () => {
    const p = await joined();
    const who = person(p, 0);
    const call = p.pool.connect(who).exitToFil(sharesOf(SHARE), who.address, NET);
    await expect(call).to.changeEtherBalances(ethers, [who, p.pool], [NET, -NET]);
    await expect(call)
      .to.emit(p.pool, "Withdraw")
      .withArgs(who.address, who.address, who.address, NET, sharesOf(SHARE));
    const { cash, deposits, heldBack } = await p.pool.accounts();
    expect([cash, deposits]).to.deep.equal([FIL(9_001), FIL(9_000)]);
    expect(heldBack, "the fee lifts nobody's price today").to.equal(FIL(1));
  });

  it("gives a neighbour of the same day no less", async () => {
    const p = await joined();
    const worth: bigint[] = [];
    for (const who of p.people.slice(0, 9)) {
      worth.push((await p.pool.previewExit(sharesOf(SHARE))).worth);
      await p.pool.connect(who).exitToFil(sharesOf(SHARE), who.address, 0n);
    }
    for (const one of worth) expect(one).to.be.closeTo(NET, FIL("0.01"));
  });

  it("pays an actor by its masked id, and runs no code", async () => {
    const p = await joined();
    const before = await p.fil.balanceOf(OWNER);
    await p.pool.connect(person(p, 0)).exitToFil(sharesOf(SHARE), maskedAddress(OWNER), 0n);
    expect((await p.fil.balanceOf(OWNER)) - before).to.equal(NET);
  });

  it("pays what cash allows, and the rest becomes a ticket", async () => {
    const p = await mining();
    await deposit(p, p.stranger, FIL(500));
    const who = person(p, 0);
    const { assets, waits } = await p.pool.previewExit(sharesOf(SHARE));
    await p.pool.connect(who).exitToFil(sharesOf(SHARE), who.address, 0n);
    const ticket = await p.pool.ticketOf(1n);
    expect(assets).to.be.closeTo(FIL(500), 10n);
    expect(ticket.pending).to.be.closeTo(waits, waits / 1_000_000n); // an epoch later
    expect(ticket.controller).to.equal(who.address);
    expect(await p.pool.balanceOf(p.pool)).to.equal(ticket.pending);
  });

  it("makes a ticket of shares that are worth nothing now, as its preview says", async () => {
    const p = await mining();
    await (await interceptActors()).give(p.miner, GET_VESTING_FUNDS, 0n, "0xff");
    await nextDay(p);
    await p.pool.settle(); // a miner that cannot be measured counts nothing
    expect(await p.pool.previewExit(sharesOf(SHARE))).to.deep.equal([0n, sharesOf(SHARE), 0n]);
    await p.pool.connect(person(p, 0)).exitToFil(sharesOf(SHARE), p.stranger.address, 0n);
    expect((await p.pool.ticketOf(1n)).pending).to.equal(sharesOf(SHARE));
  });

  it("goes behind who waits already", async () => {
    const p = await mining();
    const [first, second] = [person(p, 0), person(p, 1)];
    await p.pool.connect(first).exitToFil(sharesOf(SHARE), first.address, 0n);
    await deposit(p, p.stranger, FIL(300)); // a part of the first ticket
    await p.pool.connect(second).exitToFil(sharesOf(SHARE), second.address, 0n);
    expect((await p.pool.ticketOf(1n)).claimable).to.be.greaterThan(0n);
    expect((await p.pool.ticketOf(2n)).claimable).to.equal(0n);
    expect((await p.pool.ticketOf(2n)).ahead).to.equal((await p.pool.ticketOf(1n)).pending);
  });

  it("is refused when the shares are worth less than the caller accepts", async () => {
    const p = await joined();
    const who = person(p, 0);
    await expect(p.pool.connect(who).exitToFil(sharesOf(SHARE), who.address, NET + 1n))
      .to.be.revertedWithCustomError(p.pool, "TooFewAssets")
      .withArgs(NET, NET + 1n);
  });

  it("is refused below one unit, unless it is all that somebody has (dust tickets)", async () => {
    const p = await joined();
    const who = person(p, 0);
    await expect(p.pool.connect(who).exitToFil(sharesOf(FIL(1)), who.address, 0n))
      .to.be.revertedWithCustomError(p.pool, "BelowMinimum")
      .withArgs(FIL("0.999"), FIL(1));
    await p.pool.connect(who).transfer(p.stranger.address, sharesOf(FIL("0.5")));
    await p.pool.connect(p.stranger).exitToFil(sharesOf(FIL("0.5")), p.stranger.address, 0n);
    await expect(p.pool.connect(p.stranger).exitToFil(0n, p.stranger.address, 0n)).to.be.revertedWithCustomError(
      p.pool,
      "BelowMinimum",
    );
  });

  it("refuses the pool and nobody as receivers", async () => {
    const p = await joined();
    const pool = await p.pool.getAddress();
    for (const to of [pool, ethers.ZeroAddress]) {
      await expect(p.pool.connect(person(p, 0)).exitToFil(sharesOf(SHARE), to, 0n))
        .to.be.revertedWithCustomError(p.pool, "BadReceiver")
        .withArgs(to);
    }
  });

  it("settles first when nobody has in this frame", async () => {
    const p = await mining();
    await nextDay(p);
    const who = person(p, 0);
    await expect(p.pool.connect(who).exitToFil(sharesOf(SHARE), who.address, 0n)).to.emit(p.pool, "Settled");
  });
});

describe("JointMiningPool.exit", () => {
  it("pays in WFIL", async () => {
    const p = await joined();
    const who = person(p, 0);
    await expect(p.pool.connect(who).exit(sharesOf(SHARE), p.stranger.address, 0n)).to.changeTokenBalance(
      ethers,
      p.wfil,
      p.stranger,
      NET,
    );
  });
});

describe("the price of leaving (R-JMP-4)", () => {
  it("counts the least of unpaid cost and a part of half of expected income while a machine is young", async () => {
    const p = await mining();
    await p.pool.settle();
    const { machinesLower, settledAt } = await p.pool.accounts();
    const { expiry } = await p.pool.machineOf(p.id);
    const expected = (((FIL(50) * (expiry - settledAt)) / 2_880n) * 8_000n) / 10_000n;
    expect(machinesLower).to.be.closeTo(expected < FIL(10_000) ? expected : FIL(10_000), 10n ** 6n);
  });

  it("counts 80 % of receivables, and all of them once they were collected", async () => {
    const p = await mining();
    await mineADay(p);
    const before = await p.pool.accounts();
    expect(before.soundReceivables).to.equal(FIL(100));
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    await p.pool.collect([p.id]);
    const after = await p.pool.accounts();
    expect(after.upper - before.upper).to.be.closeTo(0n, FIL("0.2")); // the income expected of three epochs
    expect(after.lower - before.lower).to.be.closeTo((payable * 2_000n) / 10_000n, FIL("0.001"));
  });

  it("does not see at once what lifts the pool beyond what entrants paid for", async () => {
    const p = await mining();
    await nextDay(p);
    await p.pool.settle();
    const before = await p.pool.accounts();
    await mineADay(p, FIL(2_400)); // luck: ten times what was expected
    const after = await p.pool.accounts();
    expect(after.heldBack).to.be.closeTo(FIL(900), FIL(1));
    expect(after.lower).to.be.lessThan(before.lower);
    // in a day, no more than 0.1 % of 10,000 is released: 90 days
    await p.fil.mine(45n * 2_880n);
    expect((await p.pool.accounts()).heldBack).to.be.closeTo(after.heldBack / 2n, FIL(5));
    await p.fil.mine(46n * 2_880n);
    expect((await p.pool.accounts()).heldBack).to.equal(0n);
  });

  it("holds less back when what had risen falls again", async () => {
    const p = await mining();
    await nextDay(p);
    await p.pool.settle();
    await mineADay(p, FIL(2_400)); // luck
    const { heldBack } = await p.pool.accounts();
    await nextDay(p);
    await p.pool.settle(); // a day without income, of which 100 were expected
    const released = FIL(10); // 0.1 % of 10,000
    expect((await p.pool.accounts()).heldBack).to.be.closeTo(heldBack - released - FIL(100), FIL(1));
  });

  it("falls at once with a machine's weight", async () => {
    const p = await mining();
    const before = await p.pool.accounts();
    await p.nft.connect(p.oracle).lowerWeight(p.id, 1n, p.weight / 4n);
    await expect(p.pool.impair(p.id))
      .to.emit(p.pool, "MachineImpaired")
      .withArgs(p.id, p.weight / 4n, FIL(7_500));
    const after = await p.pool.accounts();
    expect(after.machinesLower).to.be.at.most(before.machinesLower / 3n);
    expect(after.openCost, "written down, it leaves U").to.equal(FIL(2_500));
  });
});

describe("a purchase and leavers", () => {
  it("lowers the price of leaving by the haircut only, and nobody gains by going first", async () => {
    const p = await joined();
    const before = await p.pool.accounts();
    await sell(p, p.id, FIL(1_000));
    await p.pool.buyMachine(p.id);
    const after = await p.pool.accounts();
    expect(after.upper).to.equal(before.upper);
    expect(after.lower).to.be.at.most(before.lower);
  });
});
