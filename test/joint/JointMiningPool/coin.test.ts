import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import { type CoinPool, dollars, dollarsMining, dollarsOf18, sellFor } from "../../support/coinPool.ts";
import { ethers } from "../../support/network.ts";
import { earn } from "../../support/nft.ts";
import { NO_BOUND, WON_A_DAY, mineADay, nextDay, person } from "../../support/pool.ts";

/** A day's income lies in the pool, unsold. */
async function withFil(p: CoinPool): Promise<bigint> {
  await earn(p, p.miner, WON_A_DAY * 5n);
  await p.pool.settle();
  await p.nft.harvest(p.miner);
  await p.pool.collect([p.id]);
  return (await p.pool.accounts()).unsoldFil;
}

describe("a pool over a stablecoin (R-JMP-1, R-JMP-7)", () => {
  it("has a least deposit of one unit, with 6 decimals as with 18", async () => {
    for (const make of [dollars, dollarsOf18]) {
      const p = await make();
      const who = person(p, 0);
      await expect(p.pool.connect(who).deposit(p.unit - 1n, who.address))
        .to.be.revertedWithCustomError(p.pool, "BelowMinimum")
        .withArgs(p.unit - 1n, p.unit);
      await p.pool.connect(who).deposit(p.unit, who.address);
      expect(await p.pool.balanceOf(who)).to.equal(p.unit * 1_000_000n);
      await expect(p.pool.connect(who).exit(p.unit * 1_000_000n, who.address, 0n)).to.changeTokenBalance(
        ethers,
        p.coin,
        who,
        (p.unit * 999n) / 1_000n,
      );
    }
  });

  it("takes and gives no FIL", async () => {
    const p = await dollars();
    const who = person(p, 0);
    const fil = [
      () => p.pool.connect(who).depositFil(who.address, 0n, { value: FIL(1) }),
      () => p.pool.connect(who).exitToFil(1n, who.address, 0n),
      () => p.pool.connect(who).redeemToFil(1n, who.address, who.address),
      () => p.pool.connect(who).sellMachine(1n, NO_BOUND, who.address, { value: 1n }),
    ];
    for (const call of fil) await expect(call()).to.be.revertedWithCustomError(p.pool, "NotFilPool");
    await expect(who.sendTransaction({ to: p.pool, value: 1n })).to.be.revertedWithCustomError(p.pool, "UseDepositFil");
  });

  it("buys listings priced in its coin, by the cautious price of FIL", async () => {
    const p = await dollarsMining();
    expect(await p.nft.ownerOf(p.id)).to.equal(await p.pool.getAddress());
    const { cash, openCost, upper } = await p.pool.accounts();
    expect([cash, openCost]).to.deep.equal([9_100n * p.unit, 900n * p.unit]);
    expect(upper).to.be.closeTo(10_000n * p.unit, 3n * p.unit);
    expect(await p.coin.balanceOf(p.pool)).to.equal(cash);
    expect(await p.coin.allowance(p.pool, p.market)).to.equal(0n);
  });

  it("bids what the guarantee and the income are worth in its coin", async () => {
    const p = await dollars();
    const who = person(p, 0);
    await p.pool.connect(who).deposit(900_000n * p.unit, who.address);
    await sellFor(p, p.id, 1_000n * p.unit);
    const { bid, guaranteed, perDay, daysLeft } = await p.pool.appraise(p.id);
    expect(guaranteed).to.be.closeTo(60_000n * p.unit, 100n * p.unit);
    const expected = (((perDay * daysLeft * 8_000n) / 10_000n) * p.price) / FIL(1);
    expect(bid).to.be.closeTo(expected, p.unit * 150n);
  });

  it("counts FIL that is not sold nothing for who leaves, and at the last price for who enters (R-JMP-7)", async () => {
    const p = await dollarsMining();
    const before = await p.pool.accounts();
    const unsold = await withFil(p);
    expect(unsold).to.be.greaterThan(FIL(1));
    const after = await p.pool.accounts();
    expect(after.lower).to.be.at.most(before.lower);
    const fil = after.receivables + unsold;
    expect(after.upper - after.cash - after.machinesUpper).to.be.closeTo((fil * p.price) / FIL(1), p.unit);
  });

  it("pays machines off by income at the last price", async () => {
    const p = await dollarsMining();
    await nextDay(p);
    await p.pool.settle();
    await mineADay(p);
    // U = 0.09: 91 of 100 FIL at 3 coins
    expect((await p.pool.machineOf(p.id)).unpaid).to.be.closeTo(900n * p.unit - 273n * p.unit, p.unit);
  });

  it("sells machines for its coin", async () => {
    const p = await dollarsMining();
    const who = person(p, 19);
    const ask = await p.pool.askOf(p.id);
    const before = await p.coin.balanceOf(p.pool);
    await p.pool.connect(who).sellMachine(p.id, NO_BOUND, who.address);
    const got = (await p.coin.balanceOf(p.pool)) - before;
    expect(got, "an epoch later").to.be.closeTo(ask, p.unit);
    expect((await p.pool.accounts()).cash).to.equal(before + got);
    expect(await p.nft.ownerOf(p.id)).to.equal(who.address);
  });

  it("lets nobody but the auction sell its FIL", async () => {
    const p = await dollarsMining();
    const who = person(p, 0);
    await expect(p.pool.connect(who).deliverFil(who.address, who.address, 1n, 1n))
      .to.be.revertedWithCustomError(p.pool, "NotAuction")
      .withArgs(who.address);
  });
});

describe("coins that are not exact (fee on transfer, rebasing)", () => {
  it("are refused when they take a fee", async () => {
    const p = await dollars();
    const who = person(p, 0);
    await p.coin.setFee(100n);
    await expect(p.pool.connect(who).deposit(1_000n * p.unit, who.address))
      .to.be.revertedWithCustomError(p.pool, "InexactAsset")
      .withArgs(1_000n * p.unit, 990n * p.unit);
  });

  it("are refused when balances have shrunk, while who is in still gets out", async () => {
    const p = await dollars();
    const [who, other] = [person(p, 0), person(p, 1)];
    await p.pool.connect(who).deposit(1_000n * p.unit, who.address);
    await p.coin.shrink(p.pool, 10n * p.unit);
    await expect(p.pool.connect(other).deposit(p.unit, other.address))
      .to.be.revertedWithCustomError(p.pool, "AssetShort")
      .withArgs(991n * p.unit, 1_001n * p.unit);
    await p.pool.connect(who).exit(500n * p.unit * 1_000_000n, who.address, 0n);
  });

  it("cannot re-enter while they move", async () => {
    const p = await dollars();
    const who = person(p, 0);
    const calls = [
      p.pool.interface.encodeFunctionData("settle"),
      p.pool.interface.encodeFunctionData("payTickets"),
      p.pool.interface.encodeFunctionData("exit", [p.unit * 1_000_000n, who.address, 0n]),
      p.pool.interface.encodeFunctionData("deposit", [p.unit, who.address]),
      p.pool.interface.encodeFunctionData("redeem", [1n, who.address, who.address]),
      p.pool.interface.encodeFunctionData("buyMachine", [p.id]),
      p.pool.interface.encodeFunctionData("collect", [[p.id]]),
      p.pool.interface.encodeFunctionData("sellMachine", [p.id, 0n, who.address]),
      p.pool.interface.encodeFunctionData("requestRedeem", [1n, who.address, who.address]),
    ];
    for (const data of calls) {
      await p.coin.setCallback(p.pool, data);
      await p.pool.connect(who).deposit(10n * p.unit, who.address);
      expect(await p.coin.callbackSucceeded(), data.slice(0, 10)).to.equal(false);
      expect((await p.coin.callbackAnswer()).slice(0, 10)).to.equal(
        ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10),
      );
    }
  });
});

describe("the constructor of a pool", () => {
  it("refuses contracts that do not fit together", async () => {
    const p = await dollars();
    const coin19 = await (await ethers.getContractFactory("ERC20__Double")).deploy(19);
    const factory = await ethers.getContractFactory("JointMiningPool", {
      libraries: {
        Machines: p.stranger.address,
        Buying: p.stranger.address,
        PolicyRange: p.stranger.address,
        Queue: p.stranger.address,
      },
    });
    const manager = await p.manager.getAddress();
    const good = {
      nft: await p.nft.getAddress(),
      market: await p.market.getAddress(),
      asset: await p.coin.getAddress(),
      auction: await p.auction.getAddress(),
    };
    const bad: Partial<typeof good>[] = [
      { nft: ethers.ZeroAddress },
      { market: ethers.ZeroAddress },
      { asset: p.stranger.address },
      { asset: await coin19.getAddress() },
      { auction: ethers.ZeroAddress }, // 6 decimals are not WFIL's
    ];
    for (const change of bad) {
      const { nft, market, asset, auction } = { ...good, ...change };
      await expect(factory.deploy(manager, nft, market, asset, auction, "", "")).to.be.revertedWithCustomError(
        factory,
        "BadPool",
      );
    }
  });
});
