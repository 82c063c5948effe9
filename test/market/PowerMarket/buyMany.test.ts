import { expect } from "chai";

import { FIL } from "../../filecoin/index.ts";
import {
  ANY,
  IN_FIL,
  MAX_UINT96,
  type Market,
  PRICE,
  allowCoin,
  anotherNft,
  expectHolds,
  listed,
} from "../../support/market.ts";
import { ethers } from "../../support/network.ts";

/** NFTs 1, 2 and 3 listed for 100, 20 and 30 FIL. */
async function three() {
  const p = await listed();
  const ids = [p.id];
  for (const [index, price] of [FIL(20), FIL(30)].entries()) {
    const id = await anotherNft(p, { start: 50n + 10n * BigInt(index), count: 10n });
    await p.market.connect(p.holder).list(id, IN_FIL, price, p.expiry, p.weight);
    ids.push(id);
  }
  return { ...p, ids };
}

const items = (p: Market, ids: readonly bigint[]) =>
  ids.map((id) => ({ id, seller: p.holder.address, maxPrice: MAX_UINT96, bounds: ANY }));

const buyMany = (p: Market, ids: readonly bigint[], atLeast: number, value: bigint, coin: string = IN_FIL) =>
  p.market.connect(p.buyer).buyMany(items(p, ids), coin, atLeast, p.buyer.address, { value });

describe("PowerMarket.buyMany", () => {
  it("buys all that are named in one transaction (R-MKT)", async () => {
    const p = await three();
    await expect(buyMany(p, p.ids, 3, FIL(150))).to.changeEtherBalances(
      ethers,
      [p.buyer, p.holder],
      [-FIL(150), FIL(150)],
    );
    for (const id of p.ids) {
      expect(await p.nft.ownerOf(id)).to.equal(p.buyer.address);
      expect((await p.market.listing(id)).open).to.equal(false);
    }
    await expectHolds(p, IN_FIL, 0n);
  });

  it("answers with the number and the sum, and sends the rest of the FIL back", async () => {
    const p = await three();
    const call = p.market.connect(p.buyer).buyMany.staticCall(items(p, p.ids), IN_FIL, 3, p.buyer.address, {
      value: FIL(200),
    });
    expect(await call).to.deep.equal([3n, FIL(150)]);
    await expect(buyMany(p, p.ids, 3, FIL(200))).to.changeEtherBalance(ethers, p.buyer, -FIL(150));
  });

  it("leaves out what is gone, as the buyer allows, and says why", async () => {
    const p = await three();
    const [, gone = 0n, last = 0n] = p.ids;
    await p.market.connect(p.holder).cancelListing(gone);
    const bought = buyMany(p, p.ids, 2, FIL(150));
    await expect(bought)
      .to.emit(p.market, "Skipped")
      .withArgs(gone, p.market.interface.encodeErrorResult("NotListed", [gone]));
    await expect(bought).to.changeEtherBalance(ethers, p.buyer, -FIL(130));
    expect(await p.nft.ownerOf(last)).to.equal(p.buyer.address);
    expect(await p.nft.ownerOf(gone)).to.equal(p.holder.address);
  });

  it("leaves out what its seller gave away, or no longer lets the market move", async () => {
    const p = await three();
    const [given = 0n, , last = 0n] = p.ids;
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.stranger.address, given);
    const bought = buyMany(p, p.ids, 2, FIL(150));
    await expect(bought)
      .to.emit(p.market, "Skipped")
      .withArgs(
        given,
        p.market.interface.encodeErrorResult("HolderChanged", [given, p.holder.address, p.stranger.address]),
      );
    await p.nft.connect(p.buyer).transferFrom(p.buyer.address, p.holder.address, last);
    await p.market.connect(p.holder).list(last, IN_FIL, 1n, p.expiry, p.weight);
    await expect(buyMany(p, [last], 0, 1n))
      .to.emit(p.market, "Skipped")
      .withArgs(last, p.market.interface.encodeErrorResult("MarketNotApproved", [last, p.holder.address]));
  });

  it("leaves out what is outside an item's bounds", async () => {
    const p = await three();
    const [dear, , ok] = items(p, p.ids).map((item, i) => (i === 0 ? { ...item, maxPrice: PRICE - 1n } : item));
    if (dear === undefined || ok === undefined) throw new Error("three items");
    await expect(p.market.connect(p.buyer).buyMany([dear, ok], IN_FIL, 1, p.buyer.address, { value: FIL(30) }))
      .to.emit(p.market, "Skipped")
      .withArgs(dear.id, p.market.interface.encodeErrorResult("PriceTooHigh", [dear.id, PRICE, PRICE - 1n]));
  });

  it("buys nothing at all when too few would be left, and says what was missing", async () => {
    const p = await three();
    const [, gone = 0n] = p.ids;
    await p.market.connect(p.holder).cancelListing(gone);
    await expect(buyMany(p, p.ids, 3, FIL(150)))
      .to.be.revertedWithCustomError(p.market, "NotListed")
      .withArgs(gone);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
  });

  it("gives all FIL back when nothing could be bought and the buyer allowed that", async () => {
    const p = await three();
    await p.market.connect(p.holder).cancelAll();
    await expect(buyMany(p, p.ids, 0, FIL(150))).to.changeEtherBalance(ethers, p.buyer, 0n);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("refuses an id that is named twice: one payment cannot count for two", async () => {
    const p = await three();
    await expect(buyMany(p, [p.id, p.id], 1, FIL(200)))
      .to.be.revertedWithCustomError(p.nft, "NotAscending")
      .withArgs(p.id, p.id);
  });

  it("refuses to buy more than are named", async () => {
    const p = await three();
    await expect(buyMany(p, p.ids, 4, FIL(150)))
      .to.be.revertedWithCustomError(p.market, "TooFewNamed")
      .withArgs(3n, 4n);
  });

  it("refuses too little FIL, instead of leaving something out", async () => {
    const p = await three();
    await expect(buyMany(p, p.ids, 1, FIL(150) - 1n))
      .to.be.revertedWithCustomError(p.market, "WrongValue")
      .withArgs(FIL(150) - 1n, FIL(150));
  });

  it("buys in an ERC-20, and leaves out what is priced in another coin", async () => {
    const p = await three();
    const coin = await allowCoin(p);
    const address = await coin.getAddress();
    const [inFil = 0n, second = 0n, third = 0n] = p.ids;
    for (const [id, price] of [
      [second, 200n],
      [third, 300n],
    ] as const) {
      await p.market.connect(p.holder).list(id, coin, price, p.expiry, p.weight);
    }
    await expect(buyMany(p, p.ids, 2, 0n, address))
      .to.emit(p.market, "Skipped")
      .withArgs(inFil, p.market.interface.encodeErrorResult("OtherCoin", [inFil, IN_FIL, address]));
    expect(await p.market.creditOf(coin, p.holder.address)).to.equal(500n);
    await expectHolds(p, address, 500n);
  });

  it("buys nothing from an empty batch", async () => {
    const p = await three();
    expect(
      await p.market.connect(p.buyer).buyMany.staticCall([], IN_FIL, 0, p.buyer.address, { value: 0n }),
    ).to.deep.equal([0n, 0n]);
  });
});
