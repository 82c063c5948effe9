import { expect } from "chai";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { type CoinPool, dollarsMining } from "../../support/coinPool.ts";
import { ethers } from "../../support/network.ts";
import { earn } from "../../support/nft.ts";
import { NO_BOUND, WON_A_DAY, nextDay, person } from "../../support/pool.ts";
import { OWNER } from "../../support/protocol.ts";

/** The income of some days lies in the pool, and a lot of it is on sale. */
async function selling(days = 10n): Promise<CoinPool & { amount: bigint }> {
  const p = await dollarsMining();
  await nextDay(p);
  await income(p, days);
  await p.auction.start();
  return { ...p, amount: (await p.auction.lot()).left };
}

async function income(p: CoinPool, days: bigint): Promise<void> {
  await earn(p, p.miner, WON_A_DAY * days);
  await p.pool.settle();
  await p.nft.harvest(p.miner);
  await p.pool.collect([p.id]);
}

describe("FilAuction.start (R-JMP-7)", () => {
  it("puts all FIL that the pool has not sold on sale, at twice the reference", async () => {
    const p = await dollarsMining();
    await income(p, 10n);
    const { unsoldFil } = await p.pool.accounts();
    await expect(p.auction.start())
      .to.emit(p.auction, "LotStarted")
      .withArgs(1n, unsoldFil, 2n * p.price, (await p.fil.epoch()) + 1n + 2_880n);
    expect(await p.auction.price()).to.equal(2n * p.price);
    expect(await p.auction.lots()).to.equal(1n);
  });

  it("needs 1 FIL", async () => {
    const p = await dollarsMining();
    await expect(p.auction.start()).to.be.revertedWithCustomError(p.auction, "LotTooSmall").withArgs(0n, FIL(1));
  });

  it("waits for the end of the lot before, and for the next frame", async () => {
    const p = await selling();
    await expect(p.auction.start()).to.be.revertedWithCustomError(p.auction, "LotRunning");
    const who = person(p, 0);
    await p.auction.connect(who).buy(p.amount, NO_BOUND, who.address);
    await income(p, 10n);
    await expect(p.auction.start()).to.be.revertedWithCustomError(p.auction, "OneLotAFrame");
    await nextDay(p);
    await p.auction.start();
    expect(await p.auction.lots()).to.equal(2n);
  });
});

describe("the price of a lot", () => {
  it("halves every 3 hours, evenly in between, and ends after a day", async () => {
    const p = await selling();
    const { startedAt, startPrice, end } = await p.auction.lot();
    const at = async (epochs: bigint): Promise<bigint> => {
      await p.fil.mineTo(startedAt + epochs);
      return p.auction.price();
    };
    expect(await at(180n)).to.equal((startPrice * 3n) / 4n);
    expect(await at(360n)).to.equal(startPrice / 2n);
    expect(await at(720n)).to.equal(startPrice / 4n);
    expect(await at(2_520n)).to.equal(startPrice / 128n);
    await p.fil.mineTo(end);
    expect(await p.auction.price()).to.equal(0n);
    await expect(
      p.auction.connect(person(p, 0)).buy(FIL(1), NO_BOUND, p.stranger.address),
    ).to.be.revertedWithCustomError(p.auction, "NoLot");
  });
});

describe("FilAuction.buy", () => {
  it("moves coins to the pool and FIL to the receiver, any actor, at the price of the moment", async () => {
    const p = await selling();
    const who = person(p, 0);
    const before = await p.pool.accounts();
    const filBefore = await p.fil.balanceOf(OWNER);
    const call = p.auction.connect(who).buy(FIL(10), NO_BOUND, maskedAddress(OWNER));
    await expect(call).to.emit(p.auction, "LotSold");
    const paid = (await p.pool.accounts()).cash - before.cash;
    expect((await p.fil.balanceOf(OWNER)) - filBefore).to.equal(FIL(10));
    expect(paid).to.be.closeTo(20n * p.price, p.unit);
    expect(await p.coin.balanceOf(p.pool)).to.equal((await p.pool.accounts()).cash);
    expect((await p.pool.accounts()).unsoldFil).to.equal(before.unsoldFil - FIL(10));
    expect((await p.pool.accounts()).heldBack, "more than entrants paid for").to.be.greaterThan(9n * p.price);
  });

  it("takes at least 1 FIL or the rest, and not more than is left", async () => {
    const p = await selling();
    const who = person(p, 0);
    for (const amount of [FIL(1) - 1n, p.amount + 1n]) {
      await expect(p.auction.connect(who).buy(amount, NO_BOUND, who.address))
        .to.be.revertedWithCustomError(p.auction, "AmountOutOfRange")
        .withArgs(amount, FIL(1), p.amount);
    }
    await p.auction.connect(who).buy(p.amount - FIL("0.5"), NO_BOUND, who.address);
    await p.auction.connect(who).buy(FIL("0.5"), NO_BOUND, who.address);
  });

  it("keeps to the buyer's bound", async () => {
    const p = await selling();
    const price = await p.auction.price();
    await expect(
      p.auction.connect(person(p, 0)).buy(FIL(1), price / 2n, p.stranger.address),
    ).to.be.revertedWithCustomError(p.auction, "PriceAbove");
  });

  it("makes what a lot brought the last price and the reference", async () => {
    const p = await selling();
    const who = person(p, 0);
    await p.fil.mine(360n);
    await p.auction.connect(who).buy(p.amount / 2n, NO_BOUND, who.address);
    await p.fil.mine(360n);
    const rest = (await p.auction.lot()).left;
    await expect(p.auction.connect(who).buy(rest, NO_BOUND, who.address)).to.emit(p.auction, "LotEnded");
    expect(await p.auction.lastPrice()).to.be.closeTo((p.price * 3n) / 4n, p.price / 50n);
    expect(await p.auction.referencePrice()).to.equal(await p.auction.lastPrice());
    expect(await p.auction.cautiousPrice()).to.equal(await p.auction.lastPrice());
  });

  it("holds back from leavers what a dearer price lifts: nobody comes for a sale (R-JMP-4)", async () => {
    const p = await selling();
    const before = await p.pool.accounts();
    await p.auction.connect(person(p, 0)).buy(p.amount, NO_BOUND, p.stranger.address); // at nearly twice the last price
    const { heldBack, lower, upper } = await p.pool.accounts();
    const rise = (p.amount * ((await p.auction.lastPrice()) - p.price)) / FIL(1);
    expect(rise).to.be.greaterThan((p.amount * p.price * 9n) / (10n * FIL(1)));
    expect(heldBack - before.heldBack).to.be.closeTo(rise, rise / 20n); // machines are dearer too
    expect(upper - before.upper).to.be.closeTo(rise, rise / 20n);
    expect(lower - before.lower).to.be.at.most((p.amount * p.price) / FIL(1));
  });
});

describe("a lot that nobody buys (R-JMP-7)", () => {
  it("leaves the FIL with the pool, and the next one begins at half", async () => {
    const p = await selling();
    const { unsoldFil } = await p.pool.accounts();
    for (let half = 1n; half <= 3n; ++half) {
      await p.fil.mine(2_880n);
      await nextDay(p);
      await expect(p.auction.start()).to.emit(p.auction, "LotEnded");
      expect(await p.auction.price()).to.equal((2n * p.price) >> half);
    }
    expect((await p.pool.accounts()).unsoldFil).to.equal(unsoldFil);
    expect(await p.auction.lastPrice(), "nothing was cleared").to.equal(p.price);
  });
});

describe("the cautious price", () => {
  it("is the lowest of eight lots: nobody lifts it without overpaying for as many", async () => {
    const p = await selling();
    const who = person(p, 0);
    for (let n = 0; n < 8; ++n) {
      if (n !== 0) {
        await nextDay(p);
        await income(p, 1n);
        await p.auction.start();
      }
      expect(await p.auction.cautiousPrice(), `after ${n} lots`).to.equal(p.price);
      await p.auction.connect(who).buy((await p.auction.lot()).left, NO_BOUND, who.address);
    }
    expect(await p.auction.cautiousPrice()).to.be.greaterThan(p.price);
  });
});

describe("the constructor of an auction", () => {
  it("refuses no price and no pool", async () => {
    const factory = await ethers.getContractFactory("FilAuction");
    const someone = "0x00000000000000000000000000000000000b0b00";
    await expect(factory.deploy(someone, 0n)).to.be.revertedWithCustomError(factory, "BadAuction");
    await expect(factory.deploy(ethers.ZeroAddress, 1n)).to.be.revertedWithCustomError(factory, "BadAuction");
    await expect(factory.deploy(someone, 1n << 127n)).to.be.revertedWithCustomError(factory, "BadAuction");
  });
});
