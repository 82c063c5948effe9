import { expect } from "chai";

import type { ERC20__Double } from "../../../types/ethers-contracts/index.ts";
import { FIL, maskedAddress } from "../../filecoin/index.ts";
import {
  ANY,
  IN_FIL,
  type Market,
  allowCoin,
  approved,
  expectHolds,
  expectSolvent,
  listed,
  newCoin,
  offerTerms,
} from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { DAY } from "../../support/units.ts";

interface InCoin extends Market {
  readonly coin: ERC20__Double;
  readonly address: string;
}

/** NFT 1 listed for 1,000 units of an ERC-20. */
async function inCoin(): Promise<InCoin> {
  const p = await listed();
  const coin = await allowCoin(p);
  await p.market.connect(p.holder).list(p.id, coin, 1_000n, (await p.fil.epoch()) + DAY, p.weight);
  return { ...p, coin, address: await coin.getAddress() };
}

const buy = (p: InCoin, seller = p.holder.address) =>
  p.market.connect(p.buyer).buy(p.id, seller, p.coin, 1_000n, ANY, p.buyer.address);

describe("an ERC-20 that misbehaves", () => {
  it("is refused when it takes a fee from transfers (R-MKT)", async () => {
    const p = await inCoin();
    await p.coin.setFee(100n);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "InexactCoin").withArgs(p.address, 1_000n, 990n);
    await expect(p.market.connect(p.buyer).offer(offerTerms(p, { coin: p.coin, amount: 500n, expiry: p.expiry })))
      .to.be.revertedWithCustomError(p.market, "InexactCoin")
      .withArgs(p.address, 500n, 495n);
  });

  it("is refused when a rebase has taken what the market owes", async () => {
    const p = await inCoin();
    const expiry = (await p.fil.epoch()) + DAY;
    await p.market.connect(p.stranger).offer(offerTerms(p, { coin: p.coin, amount: 500n, expiry }));
    await p.coin.shrink(p.market, 1n);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "CoinShort").withArgs(p.address, 1_499n, 1_500n);
  });

  it("gains nobody anything when a rebase adds to it", async () => {
    const p = await inCoin();
    await p.coin.mint(p.market, 777n);
    await buy(p);
    expect(await p.market.creditOf(p.coin, p.holder.address)).to.equal(1_000n);
    expect(await p.market.solvency(p.coin)).to.deep.equal([1_777n, 1_000n]);
  });

  it("takes nothing of another coin with it when it breaks", async () => {
    const p = await inCoin();
    await buy(p);
    await p.coin.shrink(p.market, 600n);
    await p.market.connect(p.buyer).offer(offerTerms(p), { value: FIL(90) });
    await expect(p.market.connect(p.holder).withdraw(p.coin, p.holder.address)).to.be.revert(ethers);
    await expect(p.market.connect(p.buyer).cancelOffer(1n)).to.changeEtherBalance(ethers, p.buyer, FIL(90));
  });

  it("is refused when the buyer has too little of it, or allows too little", async () => {
    const p = await inCoin();
    await p.coin.connect(p.buyer).approve(p.market, 999n);
    await expect(buy(p)).to.be.revertedWithCustomError(p.coin, "ERC20InsufficientAllowance");
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
  });
});

describe("an ERC-20 that calls back while it moves", () => {
  /** What the coin's callback met. */
  async function metBy(p: InCoin, data: string, seller = p.holder.address): Promise<string | undefined> {
    await p.coin.setCallback(p.market, data);
    await buy(p, seller);
    if (await p.coin.callbackSucceeded()) return undefined;
    return p.market.interface.parseError(await p.coin.callbackAnswer())?.name;
  }

  it("cannot take out what is credited before it has arrived", async () => {
    const p = await inCoin();
    // the coin itself sells an NFT, so that it has a credit of its own in the middle of the payment
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.address, p.id);
    const asCoin = await ethers.getImpersonatedSigner(p.address);
    await p.fil.setBalance(p.address, FIL(10));
    await p.nft.connect(asCoin).approve(p.market, p.id);
    await p.market.connect(asCoin).list(p.id, p.coin, 1_000n, (await p.fil.epoch()) + DAY, p.weight);
    const withdraw = p.market.interface.encodeFunctionData("withdraw", [p.address, p.stranger.address]);
    expect(await metBy(p, withdraw, p.address)).to.equal("Reentered");
    expect(await p.market.creditOf(p.coin, p.address)).to.equal(1_000n);
    await expectHolds(p, p.address, 1_000n);
  });

  it("cannot buy the same NFT again", async () => {
    const p = await inCoin();
    const again = p.market.interface.encodeFunctionData("buy", [
      p.id,
      p.holder.address,
      p.address,
      1_000n,
      ANY,
      p.stranger.address,
    ]);
    expect(await metBy(p, again)).to.equal("NotListed");
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
  });

  it("cannot offer or bid with money that another payment brings", async () => {
    const p = await inCoin();
    const terms = offerTerms(p, { coin: p.address, amount: 1n });
    expect(await metBy(p, p.market.interface.encodeFunctionData("offer", [terms]))).to.equal("Reentered");
    expect(await p.market.offers()).to.equal(0n);
  });

  it("cannot take a credit twice while it is paid out", async () => {
    const p = await inCoin();
    await buy(p);
    // the holder's withdrawal calls back into the market as the coin, which has no credit
    await p.coin.setCallback(p.market, p.market.interface.encodeFunctionData("withdraw", [p.address, p.address]));
    await p.market.connect(p.holder).withdraw(p.coin, p.holder.address);
    expect(await p.coin.balanceOf(p.holder.address)).to.equal(1_001_000n);
    await expectHolds(p, p.address, 0n);
  });

  it("leaves the lock open behind it", async () => {
    const p = await inCoin();
    await p.coin.setCallback(p.market, "0x");
    await buy(p);
    await p.market.connect(p.holder).withdraw(p.coin, p.holder.address);
    await expectSolvent(p, p.address);
  });
});

describe("PowerMarket.withdraw", () => {
  it("pays the caller's credit in a coin once, and says so", async () => {
    const p = await inCoin();
    await buy(p);
    await expect(p.market.connect(p.holder).withdraw(p.coin, p.stranger.address))
      .to.emit(p.market, "CreditWithdrawn")
      .withArgs(p.holder.address, p.address, p.stranger.address, 1_000n);
    expect(await p.coin.balanceOf(p.stranger.address)).to.equal(1_001_000n);
    expect(await p.market.connect(p.holder).withdraw.staticCall(p.coin, p.holder.address)).to.equal(0n);
    await expectHolds(p, p.address, 0n);
  });

  it("pays FIL to any kind of address", async () => {
    const p = await approved();
    await p.market.connect(p.holder).auction(p.id, IN_FIL, FIL(50), DAY);
    await p.market.connect(p.buyer).bid(p.id, IN_FIL, FIL(50), ANY, { value: FIL(50) });
    await p.market.connect(p.stranger).bid(p.id, IN_FIL, FIL(60), ANY, { value: FIL(60) });
    const account = await p.fil.createAccount({ balance: 0n });
    await p.market.connect(p.buyer).withdraw(IN_FIL, maskedAddress(account));
    expect(await p.fil.balanceOf(account)).to.equal(FIL(50));
  });

  it("refuses payees that cannot use the money", async () => {
    const p = await approved();
    await p.market.connect(p.holder).auction(p.id, IN_FIL, FIL(50), DAY);
    await p.market.connect(p.buyer).bid(p.id, IN_FIL, FIL(50), ANY, { value: FIL(50) });
    await p.market.connect(p.buyer).bid(p.id, IN_FIL, FIL(60), ANY, { value: FIL(60) });
    const market = await p.market.getAddress();
    const masked = maskedAddress((await p.fil.idOf(market)) ?? 0n);
    for (const payee of [IN_FIL, market, masked]) {
      await expect(p.market.connect(p.buyer).withdraw(IN_FIL, payee)).to.be.revertedWithCustomError(p.nft, "BadPayee");
    }
    await expect(p.market.connect(p.buyer).withdraw(IN_FIL, maskedAddress(999_999n))).to.be.revertedWithCustomError(
      p.market,
      "SendFailed",
    );
    expect(await p.market.creditOf(IN_FIL, p.buyer.address)).to.equal(FIL(50));
  });

  it("is refused in a coin that was never allowed", async () => {
    const p = await approved();
    const coin = await newCoin();
    await expect(p.market.connect(p.holder).withdraw(coin, p.holder.address))
      .to.be.revertedWithCustomError(p.market, "CoinNotAllowed")
      .withArgs(await coin.getAddress());
  });

  it("keeps the credits of different people and coins apart", async () => {
    const p = await inCoin();
    await buy(p);
    expect(await p.market.creditOf(IN_FIL, p.holder.address)).to.equal(0n);
    expect(await p.market.creditOf(p.coin, p.buyer.address)).to.equal(0n);
    expect(await p.market.creditOf(p.coin, p.holder.address)).to.equal(1_000n);
  });
});

describe("FIL that nobody asked for", () => {
  it("is refused as a call, because no function takes it", async () => {
    const p = await approved();
    await expect(p.stranger.sendTransaction({ to: await p.market.getAddress(), value: 1n })).to.be.revert(ethers);
  });

  it("changes nobody's credit when it comes by a native send", async () => {
    const p = await listed();
    await p.fil.setBalance(await p.market.getAddress(), FIL(5));
    expect(await p.market.solvency(IN_FIL)).to.deep.equal([FIL(5), 0n]);
    expect(await p.market.connect(p.stranger).withdraw.staticCall(IN_FIL, p.stranger.address)).to.equal(0n);
  });
});
