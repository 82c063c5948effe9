import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { attestTwice } from "../../support/guarantee.ts";
import { ethers } from "../../support/network.ts";
import {
  NO_BOUND,
  type Pool,
  SHARE,
  deposit,
  joined,
  mineADay,
  mining,
  nextDay,
  person,
  sharesOf,
} from "../../support/pool.ts";

/** Somebody of the ten asks for all of its shares; the ticket. */
async function request(p: Pool, n: number, shares = sharesOf(SHARE)): Promise<bigint> {
  const who = person(p, n);
  const id = await p.pool.connect(who).requestRedeem.staticCall(shares, who.address, who.address);
  await p.pool.connect(who).requestRedeem(shares, who.address, who.address);
  return id;
}

describe("JointMiningPool.requestRedeem (R-JMP-5, ERC-7540)", () => {
  it("takes the shares, numbers the request and says so", async () => {
    const p = await mining();
    const who = person(p, 0).address;
    await expect(p.pool.connect(person(p, 0)).requestRedeem(sharesOf(SHARE), who, who))
      .to.emit(p.pool, "RedeemRequest")
      .withArgs(who, who, 1n, who, sharesOf(SHARE));
    expect(await p.pool.balanceOf(who)).to.equal(0n);
    expect(await p.pool.pendingRedeemRequest(1n, who)).to.equal(sharesOf(SHARE));
    expect(await p.pool.claimableRedeemRequest(1n, who)).to.equal(0n);
    expect(await p.pool.pendingRedeemRequest(1n, p.stranger.address), "of others").to.equal(0n);
  });

  it("makes shares claimable at once while there is cash, and sends nothing", async () => {
    const p = await joined();
    await request(p, 0);
    const who = person(p, 0).address;
    expect(await p.pool.claimableRedeemRequest(1n, who)).to.equal(sharesOf(SHARE));
    expect(await p.pool.maxRedeem(who)).to.equal(sharesOf(SHARE));
    expect(await p.pool.maxWithdraw(who)).to.equal(FIL(999));
    expect((await p.pool.accounts()).claimable).to.equal(FIL(999));
  });

  it("lets an operator and an allowance act for the owner, and nobody else", async () => {
    const p = await joined();
    const [owner, other] = [person(p, 0), person(p, 1)];
    const ask = (shares: bigint, controller: string) =>
      p.pool.connect(other).requestRedeem(shares, controller, owner.address);
    await expect(ask(FIL(1), owner.address)).to.be.revertedWithCustomError(p.pool, "ERC20InsufficientAllowance");
    await p.pool.connect(owner).approve(other.address, sharesOf(FIL(10)));
    await ask(sharesOf(FIL(10)), other.address);
    expect(await p.pool.allowance(owner.address, other.address)).to.equal(0n);
    await expect(p.pool.connect(owner).setOperator(other.address, true))
      .to.emit(p.pool, "OperatorSet")
      .withArgs(owner.address, other.address, true);
    await ask(sharesOf(FIL(10)), owner.address);
    await expect(ask(sharesOf(FIL(10)), p.stranger.address))
      .to.be.revertedWithCustomError(p.pool, "NotAuthorised")
      .withArgs(other.address, p.stranger.address);
    await p.pool.connect(owner).setOperator(other.address, false);
    await expect(p.pool.connect(other).redeem(1n, other.address, owner.address))
      .to.be.revertedWithCustomError(p.pool, "NotAuthorised")
      .withArgs(other.address, owner.address);
  });

  it("refuses the 17th open ticket of a controller, until one is claimed", async () => {
    const p = await mining();
    for (let n = 0; n < 16; ++n) await request(p, 0, sharesOf(FIL(2)));
    await expect(request(p, 0, sharesOf(FIL(2))))
      .to.be.revertedWithCustomError(p.pool, "TooManyTickets")
      .withArgs(person(p, 0).address, 16n);
    await deposit(p, p.stranger, FIL(3));
    await p.pool.payTickets();
    await p.pool.connect(person(p, 0)).redeemToFil(sharesOf(FIL(2)), p.stranger.address, person(p, 0).address);
    await request(p, 0, sharesOf(FIL(2)));
    expect(await p.pool.ticketsOf(person(p, 0).address)).to.deep.equal(
      Array.from({ length: 16 }, (_, n) => BigInt(n + 2)),
    );
  });

  it("refuses dust", async () => {
    const p = await mining();
    await expect(request(p, 0, sharesOf(FIL(1)) / 2n)).to.be.revertedWithCustomError(p.pool, "BelowMinimum");
  });
});

describe("the queue (R-JMP-5)", () => {
  it("has one ticket of each number: what is beyond 63 bits is no other name of a smaller one", async () => {
    const p = await mining();
    await request(p, 0);
    for (const bit of [63n, 64n, 255n]) {
      expect((await p.pool.ticketOf(1n | (1n << bit))).shares).to.equal(0n);
      expect((await p.pool.machineOf(p.id | (1n << bit))).cost).to.equal(0n);
    }
  });

  it("pays first who came first, from new deposits", async () => {
    const p = await mining();
    await request(p, 0);
    await request(p, 1);
    await deposit(p, p.stranger, FIL(1_200));
    const { worth } = await p.pool.previewExit(sharesOf(SHARE));
    await expect(p.pool.payTickets()).to.emit(p.pool, "TicketsPaid");
    const first = await p.pool.ticketOf(1n);
    const second = await p.pool.ticketOf(2n);
    expect(first.pending).to.equal(0n);
    expect(first.assets).to.be.closeTo(worth, FIL("0.01"));
    expect(second.claimable).to.be.greaterThan(0n);
    expect(second.pending).to.be.greaterThan(0n);
    expect(first.assets + second.assets).to.be.closeTo(FIL(1_200), 10n);
  });

  it("gives tickets of one payment one price", async () => {
    const p = await mining();
    for (const n of [0, 1, 2]) await request(p, n);
    await deposit(p, p.stranger, FIL(5_000));
    await p.pool.payTickets();
    const [first, second, third] = await Promise.all([1n, 2n, 3n].map((id) => p.pool.ticketOf(id)));
    expect(first?.assets).to.be.closeTo(second?.assets, 1n);
    expect(second?.assets).to.be.closeTo(third?.assets, 1n);
  });

  it("pays from income when it is collected, at the price of that moment", async () => {
    const p = await mining();
    await request(p, 0);
    await mineADay(p);
    await p.nft.harvest(p.miner);
    await expect(p.pool.collect([p.id])).to.emit(p.pool, "TicketsPaid");
    const { claimable, assets } = await p.pool.ticketOf(1n);
    expect(claimable).to.be.greaterThan(0n);
    expect((await p.pool.accounts()).cash).to.be.lessThan(10n);
    expect(assets).to.equal((await p.pool.accounts()).claimable);
  });

  it("shares a loss with those who wait", async () => {
    const p = await mining();
    await request(p, 0);
    const before = (await p.pool.previewExit(sharesOf(SHARE))).worth;
    await p.nft.connect(p.oracle).lowerWeight(p.id, 1n, p.weight / 2n);
    await p.pool.impair(p.id);
    await deposit(p, p.stranger, FIL(5_000));
    await p.pool.payTickets();
    expect((await p.pool.ticketOf(1n)).assets).to.be.lessThan(before);
  });

  it("is not paid while the pool was not settled in this frame", async () => {
    const p = await mining();
    await request(p, 0);
    await deposit(p, p.stranger, FIL(500));
    await nextDay(p);
    await p.pool.payTickets();
    expect((await p.pool.ticketOf(1n)).claimable).to.equal(0n);
    await p.pool.settle();
    expect((await p.pool.ticketOf(1n)).claimable).to.be.greaterThan(0n);
  });

  it("pays a ticket in many parts, each at the price of its moment, and no part twice", async () => {
    const p = await mining();
    await request(p, 0);
    await request(p, 1);
    const paid: bigint[] = [];
    for (const amount of [FIL(300), FIL(500), FIL(700), FIL(900)]) {
      await deposit(p, p.stranger, amount);
      await p.pool.payTickets();
      paid.push((await p.pool.accounts()).claimable);
    }
    const [first, second] = [await p.pool.ticketOf(1n), await p.pool.ticketOf(2n)];
    expect([first.pending, second.pending], "both are paid").to.deep.equal([0n, 0n]);
    expect(first.assets + second.assets).to.be.closeTo(paid.at(-1), 4n);
    const who = person(p, 0).address;
    await p.pool.connect(person(p, 0)).redeem(first.claimable / 3n, who, who);
    const rest = await p.pool.ticketOf(1n);
    expect(rest.assets).to.be.closeTo((first.assets * 2n) / 3n, 4n);
    await p.pool.connect(person(p, 0)).redeem(rest.claimable, who, who);
    await p.pool.connect(person(p, 1)).redeem(second.claimable, person(p, 1).address, person(p, 1).address);
    expect((await p.pool.accounts()).claimable, "what rounding leaves").to.be.at.most(4n);
  });

  it("keeps what was paid of a ticket apart from tickets that were not", async () => {
    const p = await mining();
    const who = person(p, 0);
    await request(p, 0, sharesOf(FIL(500)));
    await request(p, 0, sharesOf(FIL(500)));
    await deposit(p, p.stranger, FIL(300));
    await p.pool.payTickets();
    const { claimable, assets } = await p.pool.ticketOf(1n);
    expect(await p.pool.maxRedeem(who)).to.equal(claimable);
    expect(await p.pool.maxWithdraw(who)).to.equal(assets);
    expect(await p.pool.claimableRedeemRequest(1n, person(p, 1)), "of others").to.equal(0n);
    await expect(p.pool.connect(who).redeem(claimable + 1n, who, who))
      .to.be.revertedWithCustomError(p.pool, "NotClaimable")
      .withArgs(claimable + 1n, claimable);
  });

  it("cannot say how long where no income is expected", async () => {
    const p = await mining();
    await request(p, 0);
    await attestTwice(p, p.id, 0n);
    await p.pool.settle();
    expect(await p.pool.estimatedWait(1n)).to.equal(NO_BOUND);
  });

  it("says in one call how long a ticket may wait", async () => {
    const p = await mining();
    await request(p, 0);
    await request(p, 1);
    const { worth } = await p.pool.previewExit(2n * sharesOf(SHARE));
    const wait = await p.pool.estimatedWait(2n);
    expect(wait).to.be.closeTo((worth * 2_880n) / FIL(100), 20n);
    await deposit(p, p.stranger, FIL(2_500));
    expect(await p.pool.estimatedWait(2n)).to.equal(0n);
    await p.pool.payTickets();
    expect(await p.pool.estimatedWait(2n)).to.equal(0n);
    await expect(p.pool.estimatedWait(3n)).to.be.revertedWithCustomError(p.pool, "UnknownTicket").withArgs(3n);
  });
});

describe("claiming a ticket (ERC-7540)", () => {
  async function paid() {
    const p = await mining();
    await request(p, 0);
    await request(p, 1);
    await deposit(p, p.stranger, FIL(1_000));
    await p.pool.payTickets();
    return { ...p, who: person(p, 0) };
  }

  it("redeems shares for WFIL or FIL, in parts", async () => {
    const p = await paid();
    const { claimable, assets } = await p.pool.ticketOf(1n);
    await expect(p.pool.connect(p.who).redeem(claimable / 4n, p.stranger.address, p.who.address)).to.changeTokenBalance(
      ethers,
      p.wfil,
      p.stranger,
      assets / 4n,
    );
    const rest = (await p.pool.ticketOf(1n)).assets;
    await expect(
      p.pool.connect(p.who).redeemToFil(await p.pool.maxRedeem(p.who.address), p.stranger.address, p.who.address),
    ).to.changeEtherBalance(ethers, p.stranger, rest);
    expect((await p.pool.ticketOf(1n)).controller, "gone").to.equal(ethers.ZeroAddress);
    expect(assets / 4n + rest).to.equal(assets);
  });

  it("lets an operator claim for its controller", async () => {
    const p = await paid();
    await p.pool.connect(p.who).setOperator(p.stranger.address, true);
    const { claimable, assets } = await p.pool.ticketOf(1n);
    await expect(p.pool.connect(p.stranger).redeem(claimable, p.who.address, p.who.address)).to.changeTokenBalance(
      ethers,
      p.wfil,
      p.who,
      assets,
    );
  });

  it("withdraws an exact amount", async () => {
    const p = await paid();
    const all = await p.pool.maxWithdraw(p.who.address);
    await expect(p.pool.connect(p.who).withdraw(FIL(100), p.stranger.address, p.who.address)).to.changeTokenBalance(
      ethers,
      p.wfil,
      p.stranger,
      FIL(100),
    );
    expect(await p.pool.maxWithdraw(p.who.address)).to.equal(all - FIL(100));
    await p.pool.connect(p.who).withdraw(all - FIL(100), p.stranger.address, p.who.address);
    expect(await p.pool.maxWithdraw(p.who.address)).to.equal(0n);
  });

  it("refuses more than is claimable", async () => {
    const p = await paid();
    const shares = await p.pool.maxRedeem(p.who.address);
    await expect(p.pool.connect(p.who).redeem(shares + 1n, p.who.address, p.who.address))
      .to.be.revertedWithCustomError(p.pool, "NotClaimable")
      .withArgs(shares + 1n, shares);
    const assets = await p.pool.maxWithdraw(p.who.address);
    await expect(p.pool.connect(p.who).withdraw(assets + 1n, p.who.address, p.who.address))
      .to.be.revertedWithCustomError(p.pool, "NotClaimable")
      .withArgs(assets + 1n, assets);
  });

  it("goes through several tickets, oldest first", async () => {
    const p = await mining();
    for (let n = 0; n < 3; ++n) await request(p, 0, sharesOf(FIL(100)));
    await deposit(p, p.stranger, FIL(2_500));
    await p.pool.payTickets();
    const who = person(p, 0);
    const all = await p.pool.maxRedeem(who.address);
    expect(all).to.equal(3n * sharesOf(FIL(100)));
    await p.pool.connect(who).redeemToFil((all * 5n) / 6n, who.address, who.address);
    expect(await p.pool.ticketsOf(who.address)).to.deep.equal([3n]);
    expect((await p.pool.ticketOf(3n)).claimed).to.equal(sharesOf(FIL(50)));
  });

  it("moves the money that was put aside, whatever the pool does meanwhile", async () => {
    const p = await paid();
    const assets = await p.pool.maxWithdraw(p.who.address);
    await p.nft.connect(p.oracle).lowerWeight(p.id, 1n, 0n);
    await p.pool.settle();
    expect(await p.pool.maxWithdraw(p.who.address)).to.equal(assets);
  });

  it("has no previews", async () => {
    const p = await mining();
    await expect(p.pool.previewRedeem(1n)).to.be.revertedWithCustomError(p.pool, "AsyncRedeem");
    await expect(p.pool.previewWithdraw(1n)).to.be.revertedWithCustomError(p.pool, "AsyncRedeem");
  });

  it("is announced by ERC-165, with the token of the shares", async () => {
    const p = await mining();
    for (const id of ["0x01ffc9a7", "0xe3bc4e65", "0x620ee8e4", "0x2f0a18c5"]) {
      expect(await p.pool.supportsInterface(id), id).to.equal(true);
    }
    expect(await p.pool.supportsInterface("0xffffffff")).to.equal(false);
    expect(await p.pool.share()).to.equal(await p.pool.getAddress());
    expect(await p.pool.asset()).to.equal(await p.wfil.getAddress());
    expect(await p.pool.decimals()).to.equal(24n);
  });
});
