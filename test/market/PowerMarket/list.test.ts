import { expect } from "chai";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import {
  IN_FIL,
  PRICE,
  allowCoin,
  allowNoLonger,
  approved,
  buy,
  listed,
  listFor,
  newCoin,
  setFee,
  fields,
} from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { attest, mint } from "../../support/nft.ts";
import { DAY } from "../../support/units.ts";

describe("PowerMarket.list", () => {
  it("offers an NFT at a price and says so (R-MKT)", async () => {
    const p = await approved();
    await expect(p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, p.expiry, p.weight))
      .to.emit(p.market, "Listed")
      .withArgs(p.id, p.holder.address, IN_FIL, PRICE, p.expiry, 0n, p.weight);
    const listing = await p.market.listing(p.id);
    expect(fields(listing)).to.deep.equal({
      seller: p.holder.address,
      coin: IN_FIL,
      price: PRICE,
      expiry: p.expiry,
      feeBps: 0n,
      weight: p.weight,
      open: true,
    });
  });

  it("leaves the NFT with its seller, which claims what it earns (R-MKT)", async () => {
    const p = await listed();
    await p.fil.award(p.miner, FIL(40));
    await p.nft.sync(p.miner);
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    expect(payable).to.be.closeTo(FIL(20), 1_000n);
    await expect(p.nft.connect(p.holder).claim([p.id], p.stranger.address)).to.changeEtherBalance(
      ethers,
      p.stranger,
      payable,
    );
    expect((await p.market.listing(p.id)).open).to.equal(true);
  });

  it("remembers the weight that the seller saw", async () => {
    const p = await listed();
    await attest(p, p.id, p.weight / 2n);
    expect((await p.market.listing(p.id)).weight).to.equal(p.weight);
  });

  it("replaces a listing before it", async () => {
    const p = await listed();
    await p.market.connect(p.holder).list(p.id, IN_FIL, 2n * PRICE, p.expiry + 1n, p.weight);
    const { price, expiry } = await p.market.listing(p.id);
    expect([price, expiry]).to.deep.equal([2n * PRICE, p.expiry + 1n]);
  });

  it("stands beside what others say of the same NFT: nobody can touch it", async () => {
    const p = await listed();
    await p.market.connect(p.stranger).list(p.id, IN_FIL, 1n, p.expiry, 1n);
    const { seller, price, open } = await p.market.listing(p.id);
    expect([seller, price, open]).to.deep.equal([p.holder.address, PRICE, true]);
  });

  it("is in vain for who does not hold the NFT, although the market may move it", async () => {
    const p = await listed();
    await p.market.connect(p.stranger).list(p.id, IN_FIL, 1n, p.expiry, 1n);
    await expect(buy(p, { seller: p.stranger.address }))
      .to.be.revertedWithCustomError(p.nft, "ERC721IncorrectOwner")
      .withArgs(p.stranger.address, p.id, p.holder.address);
  });

  it("fixes the fee: a later one does not touch it (R-GOV-3)", async () => {
    const p = await listed();
    await setFee(p, 250n);
    await expect(buy(p)).to.changeEtherBalance(ethers, p.holder, PRICE);
  });

  it("is open to a native multisig (R-MKT)", async () => {
    const p = await approved();
    const multisig = await p.fil.createMultisig({ signers: [p.owner], threshold: 1n, balance: FIL(10) });
    const seller = await ethers.getImpersonatedSigner(maskedAddress(multisig));
    const id = await mint(p, { sectors: [{ start: 50n, count: 1n }], to: seller.address });
    await p.market.connect(seller).list(id, IN_FIL, PRICE, p.expiry, 0n);
    expect((await p.market.listing(id)).seller).to.equal(seller.address);
    expect((await p.market.listing(id)).open, "not approved").to.equal(false);
    await p.nft.connect(seller).approve(p.market, id);
    expect((await p.market.listing(id)).open).to.equal(true);
  });

  it("takes the highest price that can be written down", async () => {
    const p = await approved();
    const most = (1n << 96n) - 1n;
    await p.market.connect(p.holder).list(p.id, IN_FIL, most, p.expiry, p.weight);
    expect((await p.market.listing(p.id)).price).to.equal(most);
  });

  it("refuses a price of nothing", async () => {
    const p = await approved();
    await expect(p.market.connect(p.holder).list(p.id, IN_FIL, 0n, p.expiry, p.weight)).to.be.revertedWithCustomError(
      p.market,
      "NoPrice",
    );
  });

  it("refuses a coin that is not allowed, or no longer", async () => {
    const p = await approved();
    const unknown = await newCoin();
    await expect(p.market.connect(p.holder).list(p.id, unknown, PRICE, p.expiry, p.weight))
      .to.be.revertedWithCustomError(p.market, "CoinNotAllowed")
      .withArgs(await unknown.getAddress());
    const known = await allowCoin(p);
    await p.market.connect(p.holder).list(p.id, known, 1n, p.expiry, p.weight);
    expect((await p.market.listing(p.id)).coin).to.equal(await known.getAddress());
    await allowNoLonger(p, known);
    await expect(p.market.connect(p.holder).list(p.id, known, 1n, p.expiry, p.weight))
      .to.be.revertedWithCustomError(p.market, "CoinNotAllowed")
      .withArgs(await known.getAddress());
  });

  it("refuses an end that has passed, or lies more than 180 days ahead", async () => {
    const p = await approved();
    const next = (await p.fil.epoch()) + 1n;
    const most = 180n * DAY;
    for (const [expiry, at] of [
      [next, next],
      [next + 1n + most + 1n, next + 1n],
    ] as const) {
      await expect(p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, expiry, p.weight))
        .to.be.revertedWithCustomError(p.market, "OrderTermOutOfRange")
        .withArgs(expiry, at + 1n, at + most);
    }
    const now = (await p.fil.epoch()) + 1n;
    await p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, now + most, p.weight);
    expect((await p.market.listing(p.id)).expiry).to.equal(now + most);
  });
});

describe("PowerMarket.cancelListing", () => {
  it("ends a listing for its seller and says so", async () => {
    const p = await listed();
    await expect(p.market.connect(p.holder).cancelListing(p.id))
      .to.emit(p.market, "ListingCancelled")
      .withArgs(p.id, p.holder.address);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "NotListed").withArgs(p.id);
  });

  it("ends nobody else's", async () => {
    const p = await listed();
    await expect(p.market.connect(p.stranger).cancelListing(p.id))
      .to.be.revertedWithCustomError(p.market, "NotListed")
      .withArgs(p.id);
    expect((await p.market.listing(p.id)).open).to.equal(true);
  });

  it("ends a listing of an NFT that was given away, or burned", async () => {
    const p = await listed();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);
    await p.market.connect(p.holder).cancelListing(p.id);
    const id = await mint(p, { sectors: [{ start: 50n, count: 1n }] });
    await listFor(p, id, PRICE);
    await p.nft.connect(p.holder).burn(id);
    await p.market.connect(p.holder).cancelListing(id);
    await expect(p.market.connect(p.holder).cancelListing(id)).to.be.revertedWithCustomError(p.market, "NotListed");
  });
});

describe("a listing whose NFT moves", () => {
  it("is void with the new holder, and shown no more", async () => {
    const p = await listed();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.buyer.address, p.id);
    const { seller, price, open } = await p.market.listing(p.id);
    expect([seller, price, open]).to.deep.equal([p.buyer.address, 0n, false]);
  });

  it("does not come back to life when the seller gets the NFT back, from a pledge, say (R-MKT)", async () => {
    const p = await listed();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.stranger.address, p.id);
    await p.nft.connect(p.stranger).transferFrom(p.stranger.address, p.holder.address, p.id);
    expect((await p.market.listing(p.id)).open).to.equal(false);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "MarketNotApproved").withArgs(p.id, p.holder.address);
  });

  it("is gone for good once the NFT was auctioned or sold to an offer", async () => {
    const p = await listed();
    await p.market.connect(p.holder).auction(p.id, IN_FIL, PRICE, DAY);
    await p.market.connect(p.holder).cancelAuction(p.id);
    await p.nft.connect(p.holder).approve(p.market, p.id);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "NotListed").withArgs(p.id);
  });
});

describe("PowerMarket.cancelAll", () => {
  it("voids every listing of the caller at once and says so", async () => {
    const p = await listed();
    await expect(p.market.connect(p.holder).cancelAll())
      .to.emit(p.market, "AllCancelled")
      .withArgs(p.holder.address, 1n);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "NotListed").withArgs(p.id);
  });

  it("touches nobody else's", async () => {
    const p = await listed();
    await p.market.connect(p.stranger).cancelAll();
    expect((await p.market.listing(p.id)).open).to.equal(true);
  });

  it("leaves room for new ones", async () => {
    const p = await listed();
    await p.market.connect(p.holder).cancelAll();
    await p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, p.expiry, p.weight);
    await expect(buy(p)).to.emit(p.market, "Sold");
  });
});
