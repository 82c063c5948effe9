import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { GET_VESTING_FUNDS, interceptActors } from "../../support/answers.ts";
import { attestTwice } from "../../support/guarantee.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn } from "../../support/nft.ts";
import {
  COST,
  GUARANTEE,
  NO_BOUND,
  type Pool,
  SHARE,
  WON_A_DAY,
  deposit,
  joined,
  mineADay,
  mining,
  mintGuaranteed,
  nextDay,
  sell,
  person,
} from "../../support/pool.ts";
import { DAY } from "../../support/units.ts";

/** Somebody who can pay what the pool asks. */
const rich = (p: Pool) => person(p, 19);

describe("JointMiningPool.settle (R-JMP-2, R-JMP-4)", () => {
  it("books income when it is earned, not when it is paid", async () => {
    const p = await mining();
    await nextDay(p);
    await p.pool.settle();
    await mineADay(p);
    const booked = await p.pool.accounts();
    expect(booked.receivables).to.equal(FIL(100));
    await p.nft.harvest(p.miner);
    await p.pool.collect([p.id]);
    await p.pool.settle();
    const { cash, receivables, machinesUpper } = await p.pool.accounts();
    const gap = receivables + cash - FIL(100); // expected since the miner was measured
    expect(gap).to.be.closeTo(0n, FIL("0.2"));
    expect(machinesUpper).to.equal(COST);
  });

  it("measures miners that nobody has measured in this frame, and survives one that cannot be", async () => {
    const p = await mining();
    await nextDay(p);
    await p.pool.settle();
    expect((await p.nft.minerAccount(p.miner)).lastSync).to.equal(await p.fil.epoch());
    const actors = await interceptActors();
    await actors.give(p.miner, GET_VESTING_FUNDS, 0n, "0xff");
    await nextDay(p);
    const before = await p.pool.accounts();
    await p.pool.settle();
    const { lower, machinesLower, upper } = await p.pool.accounts();
    expect(await p.pool.isSettled()).to.equal(true);
    expect([machinesLower, lower], "what cannot be measured counts nothing for who leaves").to.deep.equal([0n, 0n]);
    expect(upper - before.upper).to.be.closeTo(0n, FIL("0.1"));
  });

  it("goes by the mean of U since the last settling: a deposit of a moment changes nothing", async () => {
    const p = await mining();
    await nextDay(p);
    await p.pool.settle();
    await p.fil.award(p.miner, WON_A_DAY);
    await p.fil.mineTo(((await p.fil.epoch()) / DAY + 1n) * DAY - 2n);
    await deposit(p, p.stranger, FIL(9_000)); // U falls to 0.53 just before the settling
    await nextDay(p);
    await p.pool.settle();
    expect(COST - (await p.pool.machineOf(p.id)).unpaid).to.be.at.most(FIL("0.1"));
  });

  it("may be done again within a frame, and books nothing twice", async () => {
    const p = await mining();
    await mineADay(p);
    const first = await p.pool.machineOf(p.id);
    await p.pool.settle();
    const second = await p.pool.machineOf(p.id);
    expect([second.earned, second.unpaid]).to.deep.equal([first.earned, first.unpaid]);
  });

  it("pays the machine off by what the guarantee pays, before anybody shares it (R-GUA)", async () => {
    const p = await mining();
    await attestTwice(p, p.id, p.weight / 2n);
    await p.fil.mine(10n * DAY);
    await p.nft.sync(p.miner);
    await p.pool.settle();
    const { due } = await p.nft.guaranteeOf(p.id);
    const { unpaid, guaranteeDue } = await p.pool.machineOf(p.id);
    expect(due).to.be.greaterThan(FIL(200));
    expect([guaranteeDue, unpaid]).to.deep.equal([due, COST - due]);
  });
});

describe("an exit scam by termination after the sale (R-GUA-3)", () => {
  it("makes the pool whole from the provider's pledge", async () => {
    const p = await mining();
    const everything = Array.from({ length: 100 }, (_, n) => BigInt(n));
    await p.fil.terminateSectors(p.miner, everything);
    await attestTwice(p, p.id, 0n);
    await p.pool.settle();
    const { unpaid, receivable } = await p.pool.machineOf(p.id);
    expect(unpaid, "paid off by what became due").to.equal(0n);
    expect(receivable).to.be.at.least(COST);
    await p.fil.setEarlyTerminations(p.miner, false);
    await p.nft.harvest(p.miner);
    await p.pool.collect([p.id]);
    const { cash, upper } = await p.pool.accounts();
    expect(cash).to.be.at.least(COST);
    expect(upper).to.be.at.least(10n * SHARE);
    expect(cash).to.be.at.most(GUARANTEE);
  });
});

describe("a miner in arrears (R-JMP-4)", () => {
  it("counts less for who leaves, and all for who enters", async () => {
    const p = await mining();
    await earn(p, p.miner, WON_A_DAY);
    const { available, pledge } = await p.fil.ledgerOf(p.miner);
    await p.fil.setInitialPledge(p.miner, pledge + available); // new sectors take all that is free
    await nextDay(p);
    await p.pool.settle();
    expect((await p.nft.minerAccount(p.miner)).arrears).to.be.greaterThan(0n);
    const { receivables, soundReceivables } = await p.pool.accounts();
    expect(receivables).to.be.closeTo(FIL(100), FIL("0.5"));
    expect(soundReceivables).to.be.lessThan(receivables / 2n);
  });
});

describe("JointMiningPool.collect", () => {
  it("takes what the ledger can pay, by anybody", async () => {
    const p = await mining();
    await mineADay(p);
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    const call = p.pool.connect(p.stranger).collect([p.id]);
    await expect(call).to.changeEtherBalance(ethers, p.pool, payable);
    await expect(call).to.emit(p.pool, "Collected").withArgs(payable);
    expect((await p.pool.accounts()).cash).to.equal(payable);
  });

  it("is for machines only, and does nothing when nothing is payable", async () => {
    const p = await mining();
    const other = await mintGuaranteed(p, { start: 100n, count: 10n }, 0n);
    await p.nft.connect(p.holder).transferFrom(p.holder, p.pool, other);
    await expect(p.pool.collect([other]))
      .to.be.revertedWithCustomError(p.pool, "NotMachine")
      .withArgs(other);
    await expect(p.pool.collect([p.id])).not.to.emit(p.pool, "Collected");
  });

  it("books income first that was not booked, so that nobody leaves with a part of it", async () => {
    const p = await mining();
    await earn(p, p.miner, WON_A_DAY);
    await p.nft.harvest(p.miner);
    const before = await p.pool.accounts();
    await p.pool.collect([p.id]);
    const after = await p.pool.accounts();
    expect(after.heldBack).to.be.closeTo(FIL(100), FIL("0.2"));
    expect(after.lower).to.be.at.most(before.lower + FIL("0.1"));
    expect(after.receivables).to.be.at.least(0n);
  });
});

describe("JointMiningPool.sellMachine", () => {
  it("sells at all that the machine may still earn, and income that goes along", async () => {
    const p = await mining();
    await mineADay(p);
    const ask = await p.pool.askOf(p.id);
    const { expiry } = await p.pool.machineOf(p.id);
    const future = (FIL(100) * (expiry - (await p.fil.epoch()))) / DAY;
    expect(ask).to.be.closeTo(future + FIL(100), FIL(1));
    const call = p.pool.connect(rich(p)).sellMachine(p.id, NO_BOUND, rich(p).address, { value: ask + FIL(5) });
    await expect(call).to.emit(p.pool, "MachineSold");
    expect(await p.nft.ownerOf(p.id)).to.equal(rich(p).address);
    const { machines, openCost, machinesUpper, cash, upper, receivables, heldBack } = await p.pool.accounts();
    expect([machines, openCost, machinesUpper, receivables]).to.deep.equal([0n, 0n, 0n, 0n]);
    expect(upper).to.equal(cash);
    expect(cash).to.be.closeTo(ask, FIL(1));
    expect(heldBack, "a gain that nobody can come for").to.be.closeTo(upper - FIL(10_100), FIL(100));
    expect(await p.fil.balanceOf(await p.pool.getAddress()), "the change went back").to.equal(cash);
  });

  it("refuses a price above the buyer's bound, too little FIL, and what is no machine", async () => {
    const p = await mining();
    const ask = await p.pool.askOf(p.id);
    await expect(
      p.pool.connect(rich(p)).sellMachine(p.id, ask / 2n, rich(p).address, { value: ask }),
    ).to.be.revertedWithCustomError(p.pool, "AskTooHigh");
    await expect(
      p.pool.connect(rich(p)).sellMachine(p.id, NO_BOUND, rich(p).address, { value: ask / 2n }),
    ).to.be.revertedWithCustomError(p.pool, "AskTooHigh");
    await expect(p.pool.connect(rich(p)).sellMachine(99n, NO_BOUND, rich(p).address, { value: ask }))
      .to.be.revertedWithCustomError(p.pool, "NotMachine")
      .withArgs(99n);
    await expect(p.pool.askOf(99n)).to.be.revertedWithCustomError(p.pool, "NotMachine").withArgs(99n);
  });
});

describe("the end of a machine (R-JMP-2, R-JMP-4)", () => {
  it("comes with its expiry: what was not paid off is lost at once, and it leaves when it has paid", async () => {
    const p = await mining();
    const { expiry } = await p.pool.machineOf(p.id);
    await earn(p, p.miner, WON_A_DAY);
    await p.fil.mineTo(expiry + 1n);
    await expect(p.pool.settle()).to.emit(p.pool, "MachineClosed").withArgs(p.id, COST);
    const { machinesUpper, openCost, machines } = await p.pool.accounts();
    expect([machinesUpper, openCost, machines]).to.deep.equal([0n, 0n, 1n]);
    await p.nft.harvest(p.miner);
    await p.pool.collect([p.id]);
    await p.pool.settle();
    expect((await p.pool.accounts()).machines).to.equal(0n);
    expect((await p.pool.machineOf(p.id)).id, "no machine any more").to.equal(0n);
  });

  it("is recognised as a loss after 42 days without power, not before", async () => {
    const p = await mining();
    await expect(p.pool.recogniseLoss(p.id))
      .to.be.revertedWithCustomError(p.pool, "TooEarlyForLoss")
      .withArgs(p.id, 0n);
    await attest(p, p.id, 0n);
    await attest(p, p.id, 0n);
    await p.pool.settle();
    const { idleSince } = await p.pool.machineOf(p.id);
    expect(idleSince).to.be.greaterThan(0n);
    await expect(p.pool.recogniseLoss(p.id))
      .to.be.revertedWithCustomError(p.pool, "TooEarlyForLoss")
      .withArgs(p.id, idleSince + 42n * DAY);
    await p.fil.mineTo(idleSince + 42n * DAY);
    await p.fil.setEarlyTerminations(p.miner, true); // nothing can be withdrawn for now
    await p.pool.recogniseLoss(p.id);
    expect(await p.pool.machineIds()).to.deep.equal([]);
    await p.fil.setEarlyTerminations(p.miner, false);
    await p.nft.harvest(p.miner);
    await expect(p.pool.collect([p.id]), "what comes later still counts").to.emit(p.pool, "Collected");
    await expect(p.pool.recogniseLoss(p.id)).to.be.revertedWithCustomError(p.pool, "NotMachine").withArgs(p.id);
    await expect(p.pool.impair(p.id)).to.be.revertedWithCustomError(p.pool, "NotMachine").withArgs(p.id);
  });

  it("is recognised as a loss 42 days after its expiry, if it does not pay what it earned", async () => {
    const p = await mining();
    const { expiry } = await p.pool.machineOf(p.id);
    await earn(p, p.miner, WON_A_DAY);
    await p.fil.mineTo(expiry + 1n);
    await p.pool.settle();
    await expect(p.pool.recogniseLoss(p.id))
      .to.be.revertedWithCustomError(p.pool, "TooEarlyForLoss")
      .withArgs(p.id, expiry + 42n * DAY);
    await p.fil.mineTo(expiry + 42n * DAY);
    await p.fil.setEarlyTerminations(p.miner, true); // nothing can be withdrawn for now
    await p.pool.recogniseLoss(p.id);
    await p.fil.setEarlyTerminations(p.miner, false);
    const { machines, receivables, upper } = await p.pool.accounts();
    expect([machines, receivables, upper]).to.deep.equal([0n, 0n, 0n]);
    await p.nft.harvest(p.miner);
    await p.pool.collect([p.id]);
    const { cash, receivables: none } = await p.pool.accounts();
    expect(cash, "what comes later still counts").to.be.greaterThan(0n);
    expect(none).to.equal(0n);
  });

  it("brings what comes later once, however often it is named", async () => {
    const p = await mining();
    const { expiry } = await p.pool.machineOf(p.id);
    await earn(p, p.miner, WON_A_DAY);
    await p.fil.mineTo(expiry + 42n * DAY);
    await p.pool.settle();
    await p.fil.setEarlyTerminations(p.miner, true); // nothing can be withdrawn for now
    await p.pool.recogniseLoss(p.id);
    await p.fil.setEarlyTerminations(p.miner, false);
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    expect(payable).to.be.greaterThan(0n);
    const before = (await p.pool.accounts()).cash;
    await expect(p.pool.collect([p.id, p.id]))
      .to.emit(p.pool, "Collected")
      .withArgs(payable);
    const { cash, receivables, soundReceivables } = await p.pool.accounts();
    expect([cash - before, receivables, soundReceivables]).to.deep.equal([payable, 0n, 0n]);
  });

  it("is sold for what it still brings once it has expired", async () => {
    const p = await mining();
    const { expiry } = await p.pool.machineOf(p.id);
    await earn(p, p.miner, WON_A_DAY);
    await p.fil.mineTo(expiry + 1n);
    await p.pool.settle();
    const { receivable } = await p.pool.machineOf(p.id);
    expect(receivable).to.be.greaterThan(0n);
    expect(await p.pool.askOf(p.id)).to.equal(receivable);
  });

  it("takes what can be had before a loss is recognised, so that nobody enters for it", async () => {
    const p = await mining();
    await attestTwice(p, p.id, 0n);
    await p.pool.settle();
    const { idleSince } = await p.pool.machineOf(p.id);
    await p.fil.mineTo(idleSince + 42n * DAY);
    await expect(p.pool.recogniseLoss(p.id)).to.emit(p.pool, "Collected");
    expect((await p.pool.accounts()).cash).to.be.greaterThan(FIL(4_000)); // 42 days of its guarantee
    await p.nft.harvest(p.miner);
    await expect(p.pool.collect([p.id]), "nothing is left to come for").not.to.emit(p.pool, "Collected");
  });

  it("leaves the places of others right", async () => {
    const p = await joined();
    const ids = [
      p.id,
      await mintGuaranteed(p, { start: 100n, count: 20n }),
      await mintGuaranteed(p, { start: 120n, count: 20n }),
    ];
    for (const id of ids) {
      await sell(p, id, FIL(1_000));
      await p.pool.buyMachine(id);
    }
    const ask = await p.pool.askOf(p.id);
    await p.pool.connect(rich(p)).sellMachine(p.id, NO_BOUND, rich(p).address, { value: ask + FIL(10) });
    expect(await p.pool.machineIds()).to.deep.equal([ids[2], ids[1]]);
    await p.pool.settle();
    await p.pool.impair(ids[1] ?? 0n);
    expect((await p.pool.accounts()).openCost).to.equal(FIL(2_000));
  });
});
