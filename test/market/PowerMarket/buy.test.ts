import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import { attestTwice } from "../../support/guarantee.ts";
import {
  ANY,
  IN_FIL,
  type Market,
  PRICE,
  allowCoin,
  allowNoLonger,
  anotherNft,
  approved,
  buy,
  expectHolds,
  listed,
  newTrader,
  setFee,
  fields,
} from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { MINER, QAP, senderOf } from "../../support/protocol.ts";
import { DAY } from "../../support/units.ts";

/** An NFT with a royalty of 5 % for the storage provider, listed for 100 FIL while the market takes 2 %. */
async function withFees() {
  const p = await approved();
  await setFee(p, 200n);
  const id = await anotherNft(p, { start: 50n, count: 10n, royaltyBps: 500n, spFeeBps: 300n });
  const expiry = (await p.fil.epoch()) + 100n;
  await p.market.connect(p.holder).list(id, IN_FIL, PRICE, expiry, p.weight);
  return { ...p, id, expiry };
}

/** The same without a fee, with a guarantee of which some is due: half of its power is gone for ten days. */
async function listedWithGuarantee(guarantee: bigint) {
  const p = await approved();
  await p.fil.setBalance(MINER, FIL(2_000_000)); // covers it
  const id = await mint(p, {
    minerId: MINER,
    sectors: [{ start: 50n, count: 10n }],
    nominalPower: QAP / 10n,
    guarantee,
  });
  await attest(p, id, QAP / 10n);
  await attestTwice(p, id, QAP / 20n);
  await p.fil.mine(10n * DAY);
  await p.nft.sync(MINER);
  await p.nft.connect(p.holder).approve(p.market, id);
  const expiry = (await p.fil.epoch()) + 100n;
  await p.market.connect(p.holder).list(id, IN_FIL, PRICE, expiry, p.weight);
  return { ...p, id, expiry };
}

describe("PowerMarket.buy", () => {
  it("moves the NFT to the buyer and the price to the seller (R-MKT)", async () => {
    const p = await listed();
    const bought = buy(p);
    await expect(bought).to.changeEtherBalances(ethers, [p.buyer, p.holder], [-PRICE, PRICE]);
    await expect(bought)
      .to.emit(p.market, "Sold")
      .withArgs(p.id, p.holder.address, p.buyer.address, IN_FIL, PRICE, 0n, 0n);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("answers with what was paid", async () => {
    const p = await listed();
    const call = p.market
      .connect(p.buyer)
      .buy.staticCall(p.id, p.holder.address, IN_FIL, PRICE, ANY, p.buyer.address, { value: PRICE });
    expect(await call).to.equal(PRICE);
  });

  it("ends the listing", async () => {
    const p = await listed();
    await buy(p);
    await expect(buy(p, { by: p.stranger }))
      .to.be.revertedWithCustomError(p.market, "NotListed")
      .withArgs(p.id);
    await expect(p.market.connect(p.holder).cancelListing(p.id)).to.be.revertedWithCustomError(p.market, "NotListed");
  });

  it("leaves the seller what was payable as a credit, and takes along what was not (R-MKT, R-LED-6)", async () => {
    const p = await listed();
    await earn(p, p.miner, FIL(40));
    await p.nft.harvest(p.miner);
    await earn(p, p.miner, FIL(20));
    const [payable, unpaid] = [await p.nft.payableOf(p.id), await p.nft.unpaidOf(p.id)];
    await buy(p);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(payable);
    expect(await p.nft.unpaidOf(p.id)).to.equal(unpaid);
  });

  it("takes fee and royalty out of the price, rounded down, and pays each (R-MKT)", async () => {
    const p = await withFees();
    const providerBefore = await p.fil.balanceOf(p.owner);
    await expect(buy(p)).to.changeEtherBalance(ethers, p.holder, FIL(93));
    expect((await p.fil.balanceOf(p.owner)) - providerBefore).to.equal(FIL(5));
    expect(await p.market.marketFees(IN_FIL)).to.equal(FIL(2));
    await expectHolds(p, IN_FIL, FIL(2));
  });

  it("charges nothing of a price that is too small for a fee", async () => {
    const p = await withFees();
    await p.market.connect(p.holder).list(p.id, IN_FIL, 19n, p.expiry, p.weight);
    await expect(buy(p, { maxPrice: 19n, value: 19n })).to.changeEtherBalance(ethers, p.holder, 19n);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("pays the storage provider no royalty to itself: its own sale is an ordinary listing (R-MKT)", async () => {
    const p = await withFees();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.provider.address, p.id);
    await p.nft.connect(p.provider).approve(p.market, p.id);
    await p.market.connect(p.provider).list(p.id, IN_FIL, PRICE, p.expiry, p.weight);
    const before = await p.fil.balanceOf(p.owner);
    await expect(buy(p, { seller: p.provider.address }))
      .to.emit(p.market, "Sold")
      .withArgs(p.id, p.provider.address, p.buyer.address, IN_FIL, PRICE, FIL(2), 0n);
    expect((await p.fil.balanceOf(p.owner)) - before).to.equal(FIL(98));
  });

  it("sends FIL beyond the price back", async () => {
    const p = await listed();
    await p.market.connect(p.holder).list(p.id, IN_FIL, FIL(60), p.expiry, p.weight);
    await expect(buy(p)).to.changeEtherBalances(ethers, [p.buyer, p.holder], [-FIL(60), FIL(60)]);
  });

  it("gives the NFT to whom the buyer names", async () => {
    const p = await listed();
    await buy(p, { to: p.stranger.address });
    expect(await p.nft.ownerOf(p.id)).to.equal(p.stranger.address);
  });

  it("sells an NFT that has expired, with its unpaid income, to who accepts that", async () => {
    const p = await listed();
    await earn(p, p.miner, FIL(40));
    await p.fil.mineTo((await p.nft.powerOf(p.id)).expiry);
    await p.nft.sync(p.miner);
    const expiry = (await p.fil.epoch()) + 10n;
    await p.market.connect(p.holder).list(p.id, IN_FIL, FIL(10), expiry, p.weight);
    const unpaid = await p.nft.unpaidOf(p.id);
    await buy(p, { bounds: { minUnpaid: unpaid, maxUnpaid: unpaid } });
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
  });
});

describe("a buyer's bounds (R-MKT)", () => {
  it("refuse a price that was raised in between", async () => {
    const p = await listed();
    await p.market.connect(p.holder).list(p.id, IN_FIL, PRICE + 1n, p.expiry, p.weight);
    await expect(buy(p, { value: 2n * PRICE }))
      .to.be.revertedWithCustomError(p.market, "PriceTooHigh")
      .withArgs(p.id, PRICE + 1n, PRICE);
  });

  it("refuse another coin than the one that was meant", async () => {
    const p = await listed();
    const coin = await allowCoin(p);
    await p.market.connect(p.holder).list(p.id, coin, PRICE, p.expiry, p.weight);
    await expect(buy(p))
      .to.be.revertedWithCustomError(p.market, "OtherCoin")
      .withArgs(p.id, await coin.getAddress(), IN_FIL);
  });

  it("refuse a weight that has fallen, in the same block too", async () => {
    const p = await listed();
    await attest(p, p.id, p.weight - 1n);
    await expect(buy(p, { bounds: { minWeight: p.weight } }))
      .to.be.revertedWithCustomError(p.market, "WeightTooLow")
      .withArgs(p.id, p.weight - 1n, p.weight);
    await buy(p, { bounds: { minWeight: p.weight - 1n } });
  });

  it("refuse an NFT that has expired while it was listed", async () => {
    const p = await listed();
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry - 1n);
    await p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, expiry + 100n, p.weight);
    await expect(buy(p, { bounds: { minWeight: 1n } }))
      .to.be.revertedWithCustomError(p.market, "WeightTooLow")
      .withArgs(p.id, 0n, 1n);
  });

  it("refuse an expiry that is too early", async () => {
    const p = await listed();
    const { expiry } = await p.nft.powerOf(p.id);
    await expect(buy(p, { bounds: { minExpiry: expiry + 1n } }))
      .to.be.revertedWithCustomError(p.market, "ExpiryTooEarly")
      .withArgs(p.id, expiry, expiry + 1n);
    await buy(p, { bounds: { minExpiry: expiry } });
  });

  it("refuse fees on income that are too high, service and protocol together", async () => {
    const p = await withFees();
    await expect(buy(p, { bounds: { maxFeeBps: 299n } }))
      .to.be.revertedWithCustomError(p.market, "IncomeFeesTooHigh")
      .withArgs(p.id, 300n, 299n);
    await buy(p, { bounds: { maxFeeBps: 300n } });
  });

  it("refuse a royalty that is too high", async () => {
    const p = await withFees();
    await expect(buy(p, { bounds: { maxRoyaltyBps: 499n } }))
      .to.be.revertedWithCustomError(p.market, "RoyaltyTooHigh")
      .withArgs(p.id, 500n, 499n);
    await buy(p, { bounds: { maxRoyaltyBps: 500n } });
  });

  it("refuse an NFT whose unpaid income the seller has harvested just before", async () => {
    const p = await listed();
    await earn(p, p.miner, FIL(40));
    const unpaid = await p.nft.unpaidOf(p.id);
    await p.nft.connect(p.holder).harvest(p.miner);
    await expect(buy(p, { bounds: { minUnpaid: unpaid } }))
      .to.be.revertedWithCustomError(p.market, "UnpaidOutOfBounds")
      .withArgs(p.id, 0n, unpaid, ANY.maxUnpaid);
  });

  it("count what is due by a guarantee and not yet covered as unpaid (R-GUA-1)", async () => {
    const p = await listedWithGuarantee(FIL(1_000));
    const { due, paid, payableNow } = await p.nft.guaranteeOf(p.id);
    const unpaid = (await p.nft.unpaidOf(p.id)) + due - paid - payableNow;
    await expect(buy(p, { bounds: { minUnpaid: unpaid + 1n } }))
      .to.be.revertedWithCustomError(p.market, "UnpaidOutOfBounds")
      .withArgs(p.id, unpaid, unpaid + 1n, ANY.maxUnpaid);
    await expect(buy(p, { bounds: { maxUnpaid: unpaid - 1n } })).to.be.revertedWithCustomError(
      p.market,
      "UnpaidOutOfBounds",
    );
    await buy(p, { bounds: { minUnpaid: unpaid, maxUnpaid: unpaid } });
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
  });

  it("refuse more unpaid income than the buyer wants to wait for", async () => {
    const p = await listed();
    await earn(p, p.miner, FIL(40));
    const unpaid = await p.nft.unpaidOf(p.id);
    await expect(buy(p, { bounds: { maxUnpaid: unpaid - 1n } }))
      .to.be.revertedWithCustomError(p.market, "UnpaidOutOfBounds")
      .withArgs(p.id, unpaid, 0n, unpaid - 1n);
    await buy(p, { bounds: { maxUnpaid: unpaid } });
  });
});

describe("a listing that cannot be bought", () => {
  it("has expired", async () => {
    const p = await listed();
    await p.fil.mineTo(p.expiry - 1n);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "ListingExpired").withArgs(p.id, p.expiry);
  });

  it("can be bought in the epoch before", async () => {
    const p = await listed();
    await p.fil.mineTo(p.expiry - 2n);
    await expect(buy(p)).to.emit(p.market, "Sold");
  });

  it("is of somebody who no longer holds the NFT", async () => {
    const p = await listed();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.stranger.address, p.id);
    await p.nft.connect(p.stranger).approve(p.market, p.id);
    await expect(buy(p))
      .to.be.revertedWithCustomError(p.nft, "ERC721IncorrectOwner")
      .withArgs(p.holder.address, p.id, p.stranger.address);
  });

  it("is of somebody who took the approval back", async () => {
    const p = await listed();
    await p.nft.connect(p.holder).approve(ZeroAddress, p.id);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "MarketNotApproved").withArgs(p.id, p.holder.address);
  });

  it("does not come back after a sale of the market, when its seller gets the NFT again", async () => {
    const p = await listed();
    await buy(p);
    await p.nft.connect(p.buyer).transferFrom(p.buyer.address, p.holder.address, p.id);
    await expect(buy(p)).to.be.revertedWithCustomError(p.market, "NotListed").withArgs(p.id);
  });
});

describe("the money that comes with a purchase", () => {
  it("must be enough", async () => {
    const p = await listed();
    await expect(buy(p, { value: PRICE - 1n }))
      .to.be.revertedWithCustomError(p.market, "WrongValue")
      .withArgs(PRICE - 1n, PRICE);
  });

  it("is no FIL when an ERC-20 is paid", async () => {
    const p = await listed();
    const coin = await allowCoin(p);
    await p.market.connect(p.holder).list(p.id, coin, 500n, p.expiry, p.weight);
    await expect(p.market.connect(p.buyer).buy(p.id, p.holder.address, coin, 500n, ANY, p.buyer.address, { value: 1n }))
      .to.be.revertedWithCustomError(p.market, "WrongValue")
      .withArgs(1n, 0n);
  });

  it("in an ERC-20 becomes credits of seller and storage provider (R-MKT)", async () => {
    const p = await withFees();
    const coin = await allowCoin(p);
    await p.market.connect(p.holder).list(p.id, coin, 1_000n, (await p.fil.epoch()) + 100n, p.weight);
    await p.market.connect(p.buyer).buy(p.id, p.holder.address, coin, 1_000n, ANY, p.buyer.address);
    expect(await p.market.creditOf(coin, p.holder.address)).to.equal(930n);
    expect(await p.market.creditOf(coin, p.provider.address)).to.equal(50n);
    expect(await p.market.marketFees(coin)).to.equal(20n);
    expect(await coin.balanceOf(p.buyer.address)).to.equal(999_000n);
    await expectHolds(p, await coin.getAddress(), 1_000n);
  });

  it("may be an ERC-20 that was allowed when the NFT was listed: sales are never paused (R-GOV-1)", async () => {
    const p = await listed();
    const coin = await allowCoin(p);
    await p.market.connect(p.holder).list(p.id, coin, 1_000n, (await p.fil.epoch()) + 20_000n, p.weight);
    await allowNoLonger(p, coin);
    await p.market.connect(p.buyer).buy(p.id, p.holder.address, coin, 1_000n, ANY, p.buyer.address);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
  });
});

describe("who buys and sells (R-MKT)", () => {
  /** The same sale with another seller. */
  async function soldBy(p: Market, seller: string): Promise<void> {
    await p.nft.connect(p.holder).transferFrom(p.holder.address, seller, p.id);
    const signer = await ethers.getImpersonatedSigner(seller);
    await p.nft.connect(signer).approve(p.market, p.id);
    await p.market.connect(signer).list(p.id, IN_FIL, PRICE, p.expiry, p.weight);
    await buy(p, { seller });
  }

  it("a seller that is a native multisig is paid at once", async () => {
    const p = await approved();
    const multisig = await p.fil.createMultisig({ signers: [p.owner], threshold: 1n, balance: FIL(10) });
    const before = await p.fil.balanceOf(multisig);
    await soldBy(p, maskedAddress(multisig));
    expect((await p.fil.balanceOf(multisig)) - before).to.be.closeTo(PRICE, FIL(1)); // less the gas of its messages
    await expectHolds(p, IN_FIL, 0n);
  });

  it("a seller that is a contract gets a credit, because no code of it would notice the FIL", async () => {
    const p = await approved();
    const trader = await newTrader();
    const address = await trader.getAddress();
    await p.nft.connect(p.holder).transferFrom(p.holder.address, address, p.id);
    const nft = await p.nft.getAddress();
    const market = await p.market.getAddress();
    await trader.execute(nft, p.nft.interface.encodeFunctionData("approve", [market, p.id]));
    const list = p.market.interface.encodeFunctionData("list", [p.id, IN_FIL, PRICE, p.expiry, p.weight]);
    await trader.execute(market, list);
    await expect(buy(p, { seller: address }))
      .to.emit(p.market, "CreditAdded")
      .withArgs(address, IN_FIL, PRICE);
    expect(await p.market.creditOf(IN_FIL, address)).to.equal(PRICE);
    await expectHolds(p, IN_FIL, PRICE);
    await trader.execute(market, p.market.interface.encodeFunctionData("withdraw", [IN_FIL, p.stranger.address]));
    await expectHolds(p, IN_FIL, 0n);
  });

  it("a contract that refuses FIL buys, and its change arrives all the same", async () => {
    const p = await listed();
    const trader = await newTrader();
    const address = await trader.getAddress();
    const call = p.market.interface.encodeFunctionData("buy", [p.id, p.holder.address, IN_FIL, PRICE, ANY, address]);
    await trader.connect(p.buyer).execute(await p.market.getAddress(), call, { value: PRICE + 7n });
    expect(await p.nft.ownerOf(p.id)).to.equal(address);
    expect(await p.fil.balanceOf(address)).to.equal(7n);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("a native multisig buys by its masked id", async () => {
    const p = await listed();
    const multisig = await p.fil.createMultisig({ signers: [p.owner], threshold: 1n, balance: FIL(200) });
    const by = await senderOf(multisig);
    await buy(p, { by });
    expect(await p.nft.ownerOf(p.id)).to.equal(by.address);
  });

  it("a seller buys from itself and loses nothing but the fee", async () => {
    const p = await withFees();
    await buy(p, { by: p.holder });
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
    await expectHolds(p, IN_FIL, FIL(2));
  });

  it("an NFT goes neither to nobody, nor to the market, nor to PowerNFT, where nobody could move it", async () => {
    const p = await listed();
    for (const to of [ZeroAddress, await p.market.getAddress(), await p.nft.getAddress()]) {
      await expect(buy(p, { to })).to.be.revertedWithCustomError(p.market, "BadReceiver").withArgs(to);
    }
  });

  it("an NFT does not go to the masked id of an Ethereum account either", async () => {
    const p = await listed();
    const masked = (await senderOf(await p.fil.registerEvm(p.buyer.address))).address;
    await expect(buy(p, { to: masked })).to.be.revertedWithCustomError(p.nft, "UseEthereumAddress");
  });
});

describe("PowerMarket.previewBuy", () => {
  it("says what a purchase comes to", async () => {
    const p = await withFees();
    await earn(p, p.miner, FIL(40));
    const quote = await p.market.previewBuy(p.id, ANY);
    expect(fields(quote)).to.deep.equal({
      seller: p.holder.address,
      coin: IN_FIL,
      price: PRICE,
      fee: FIL(2),
      royalty: FIL(5),
      royaltyReceiver: p.provider.address,
      net: FIL(93),
      weight: await p.nft.weightOf(p.id),
      expiry: await p.nft.expiryOf(p.id),
      unpaid: await p.nft.unpaidOf(p.id),
      guarantee: 0n,
      cover: 0n,
      coverNeeded: 0n,
    });
  });

  it("says what is guaranteed, what stands behind it, and what is due by it and goes along (R-GUA-1, R-GUA-2)", async () => {
    const p = await listedWithGuarantee(FIL(1_000));
    const { remaining, due, paid, payableNow } = await p.nft.guaranteeOf(p.id);
    expect(due).to.be.greaterThan(0n);
    const quote = await p.market.previewBuy(p.id, ANY);
    const cover = await p.nft.coverOf(p.miner);
    expect(quote.guarantee).to.equal(remaining);
    expect(quote.cover).to.equal(cover.amount);
    expect(quote.coverNeeded).to.equal(cover.remaining);
    expect(quote.unpaid).to.equal((await p.nft.unpaidOf(p.id)) + due - paid - payableNow);
  });

  it("reverts as the purchase would", async () => {
    const p = await listed();
    await expect(p.market.previewBuy(p.id, { ...ANY, minWeight: p.weight + 1n }))
      .to.be.revertedWithCustomError(p.market, "WeightTooLow")
      .withArgs(p.id, p.weight, p.weight + 1n);
    await p.market.connect(p.holder).cancelAll();
    await expect(p.market.previewBuy(p.id, ANY)).to.be.revertedWithCustomError(p.market, "NotListed").withArgs(p.id);
    await expect(p.market.previewBuy(99n, ANY)).to.be.revertedWithCustomError(p.nft, "UnknownNFT");
  });

  it("knows that the seller took the approval back, or gave the NFT away", async () => {
    const p = await listed();
    await p.nft.connect(p.holder).approve(ZeroAddress, p.id);
    await expect(p.market.previewBuy(p.id, ANY))
      .to.be.revertedWithCustomError(p.market, "MarketNotApproved")
      .withArgs(p.id, p.holder.address);
    await p.nft.connect(p.holder).transferFrom(p.holder.address, p.stranger.address, p.id);
    await expect(p.market.previewBuy(p.id, ANY)).to.be.revertedWithCustomError(p.market, "NotListed").withArgs(p.id);
  });
});
