import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { FIL, maskedAddress } from "../../filecoin/index.ts";
import {
  ANY,
  IN_FIL,
  MAX_UINT96,
  type Market,
  allowCoin,
  anotherNft,
  approved,
  expectHolds,
  listed,
  newCoin,
  newTrader,
  offerTerms,
  setFee,
  fields,
} from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn, mint } from "../../support/nft.ts";
import { DAY } from "../../support/units.ts";

type Changes = Parameters<typeof offerTerms>[1];

const offer = (p: Market, changes: Changes = {}, value: bigint = FIL(90)) =>
  p.market.connect(p.buyer).offer(offerTerms(p, changes), { value });

/** Offer 1: the buyer's 90 FIL for NFT 1. */
async function offered(changes: Changes = {}) {
  const p = await approved();
  await offer(p, changes);
  return p;
}

describe("PowerMarket.offer", () => {
  it("puts the money aside and says what is offered (R-MKT)", async () => {
    const p = await approved();
    const made = offer(p);
    await expect(made).to.changeEtherBalances(ethers, [p.buyer, p.market], [-FIL(90), FIL(90)]);
    await expect(made)
      .to.emit(p.market, "OfferMade")
      .withArgs(1n, p.buyer.address, p.id, 0n, IN_FIL, FIL(90), p.expiry);
    await expectHolds(p, IN_FIL, FIL(90));
  });

  it("can be read as it was made", async () => {
    const bounds = {
      minWeight: 5n,
      minExpiry: 1_234_567n,
      maxFeeBps: 800n,
      maxRoyaltyBps: 900n,
      minUnpaid: 7n,
      maxUnpaid: FIL(3),
    };
    const p = await approved();
    await setFee(p, 150n);
    const expiry = (await p.fil.epoch()) + 1_000n;
    await offer(p, { id: 0n, minerId: p.miner, bounds, expiry });
    const found = await p.market.offerOf(1n);
    expect(fields(found.bounds)).to.deep.equal(bounds);
    expect({ ...fields(found), bounds: undefined }).to.deep.equal({
      maker: p.buyer.address,
      id: 0n,
      minerId: p.miner,
      coin: IN_FIL,
      amount: FIL(90),
      expiry,
      feeBps: 150n,
      bounds: undefined,
      open: true,
    });
    expect(await p.market.offers()).to.equal(1n);
  });

  it("counts from 1, and never twice", async () => {
    const p = await offered();
    await p.market.connect(p.buyer).cancelOffer(1n);
    expect(await p.market.connect(p.buyer).offer.staticCall(offerTerms(p), { value: FIL(90) })).to.equal(2n);
  });

  it("takes an ERC-20 into custody as well, so that no allowance is left to be taken later", async () => {
    const p = await approved();
    const coin = await allowCoin(p);
    const expiry = (await p.fil.epoch()) + 1_000n;
    await offer(p, { coin, amount: 400n, expiry }, 0n);
    expect(await coin.balanceOf(p.buyer.address)).to.equal(999_600n);
    await expectHolds(p, await coin.getAddress(), 400n);
  });

  it("holds an expiry beyond all times as one that no NFT reaches", async () => {
    const p = await offered({ bounds: { ...ANY, minExpiry: (1n << 64n) - 1n } });
    await expect(p.market.connect(p.holder).accept(1n, p.id)).to.be.revertedWithCustomError(p.market, "ExpiryTooEarly");
  });

  it("refuses FIL that is not exactly what is offered", async () => {
    const p = await approved();
    for (const value of [FIL(90) - 1n, FIL(90) + 1n]) {
      await expect(offer(p, {}, value))
        .to.be.revertedWithCustomError(p.market, "WrongValue")
        .withArgs(value, FIL(90));
    }
  });

  it("refuses an offer of nothing, for nothing, or for an NFT and a miner at once", async () => {
    const p = await approved();
    await expect(offer(p, { amount: 0n }, 0n)).to.be.revertedWithCustomError(p.market, "NoPrice");
    for (const [id, minerId] of [
      [0n, 0n],
      [p.id, p.miner],
      [1n << 63n, 0n],
      [1n << 64n, 0n],
    ] as const) {
      await expect(offer(p, { id, minerId }))
        .to.be.revertedWithCustomError(p.market, "BadTarget")
        .withArgs(id, minerId);
    }
  });

  it("refuses a coin that is not allowed, and an end in the past or too far away", async () => {
    const p = await approved();
    const coin = await newCoin();
    await expect(offer(p, { coin }, 0n)).to.be.revertedWithCustomError(p.market, "CoinNotAllowed");
    const now = await p.fil.epoch();
    for (const expiry of [now, now + 181n * DAY]) {
      await expect(offer(p, { expiry })).to.be.revertedWithCustomError(p.market, "OrderTermOutOfRange");
    }
  });
});

describe("PowerMarket.accept", () => {
  it("sells the NFT to the maker and pays the seller at once (R-MKT)", async () => {
    const p = await offered();
    const sold = p.market.connect(p.holder).accept(1n, p.id);
    await expect(sold).to.changeEtherBalances(ethers, [p.holder, p.market], [FIL(90), -FIL(90)]);
    await expect(sold).to.emit(p.market, "OfferAccepted").withArgs(1n, p.id, p.holder.address);
    await expect(sold)
      .to.emit(p.market, "Sold")
      .withArgs(p.id, p.holder.address, p.buyer.address, IN_FIL, FIL(90), 0n, 0n);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("takes fee and royalty out of the amount, and answers with the rest", async () => {
    const p = await approved();
    await setFee(p, 200n);
    const id = await anotherNft(p, { start: 50n, count: 10n, royaltyBps: 500n });
    const expiry = (await p.fil.epoch()) + 1_000n;
    await offer(p, { id, amount: FIL(100), expiry }, FIL(100));
    expect(await p.market.connect(p.holder).accept.staticCall(1n, id)).to.equal(FIL(93));
    const before = await p.fil.balanceOf(p.owner);
    await p.market.connect(p.holder).accept(1n, id);
    expect((await p.fil.balanceOf(p.owner)) - before).to.equal(FIL(5));
    await expectHolds(p, IN_FIL, FIL(2));
  });

  it("keeps the fee of the day when the offer was made (R-GOV-3)", async () => {
    const p = await offered();
    await setFee(p, 250n);
    await expect(p.market.connect(p.holder).accept(1n, p.id)).to.changeEtherBalance(ethers, p.holder, FIL(90));
  });

  it("pays an ERC-20 as a credit", async () => {
    const p = await approved();
    const coin = await allowCoin(p);
    await offer(p, { coin, amount: 400n, expiry: (await p.fil.epoch()) + 1_000n }, 0n);
    await p.market.connect(p.holder).accept(1n, p.id);
    expect(await p.market.creditOf(coin, p.holder.address)).to.equal(400n);
  });

  it("ends a listing of the NFT, so that it does not come back", async () => {
    const p = await listed();
    await offer(p);
    await p.market.connect(p.holder).accept(1n, p.id);
    await p.nft.connect(p.buyer).transferFrom(p.buyer.address, p.holder.address, p.id);
    expect((await p.market.listing(p.id)).price).to.equal(0n);
  });

  it("works once", async () => {
    const p = await offered();
    await p.market.connect(p.holder).accept(1n, p.id);
    await expect(p.market.connect(p.buyer).accept(1n, p.id))
      .to.be.revertedWithCustomError(p.market, "UnknownOffer")
      .withArgs(1n);
  });

  it("takes any NFT of the miner that is good enough", async () => {
    const p = await offered({ id: 0n, minerId: 1_000n, bounds: { ...ANY, minWeight: 1n } });
    const other = await anotherNft(p, { start: 50n, count: 10n });
    await p.market.connect(p.holder).accept(1n, other);
    expect(await p.nft.ownerOf(other)).to.equal(p.buyer.address);
  });

  it("refuses an NFT of another miner", async () => {
    const p = await offered({ id: 0n, minerId: 1_001n });
    await expect(p.market.connect(p.holder).accept(1n, p.id))
      .to.be.revertedWithCustomError(p.nft, "WrongMiner")
      .withArgs(p.id, 1_000n, 1_001n);
  });

  it("refuses another NFT than the one that is named", async () => {
    const p = await offered();
    const other = await anotherNft(p, { start: 50n, count: 10n });
    await expect(p.market.connect(p.holder).accept(1n, other))
      .to.be.revertedWithCustomError(p.market, "OtherNFT")
      .withArgs(1n, other, p.id);
  });

  it("refuses an NFT that was never attested where the maker wants weight", async () => {
    const p = await offered({ id: 0n, minerId: 1_000n, bounds: { ...ANY, minWeight: 1n } });
    const id = await mint(p, { sectors: [{ start: 60n, count: 1n }] });
    await expect(p.market.connect(p.holder).accept(1n, id))
      .to.be.revertedWithCustomError(p.market, "WeightTooLow")
      .withArgs(id, 0n, 1n);
  });

  it("refuses an NFT whose weight has fallen below the maker's bound since", async () => {
    const p = await offered();
    await p.market.connect(p.buyer).cancelOffer(1n);
    await offer(p, { bounds: { ...ANY, minWeight: p.weight } });
    await attest(p, p.id, p.weight - 1n);
    await expect(p.market.connect(p.holder).accept(2n, p.id))
      .to.be.revertedWithCustomError(p.market, "WeightTooLow")
      .withArgs(p.id, p.weight - 1n, p.weight);
  });

  it("refuses a seller that has harvested what the maker counts on", async () => {
    const p = await approved();
    await earn(p, p.miner, FIL(40));
    const unpaid = await p.nft.unpaidOf(p.id);
    await offer(p, { bounds: { ...ANY, minUnpaid: unpaid, maxUnpaid: MAX_UINT96 } });
    await p.nft.harvest(p.miner);
    await expect(p.market.connect(p.holder).accept(1n, p.id)).to.be.revertedWithCustomError(
      p.market,
      "UnpaidOutOfBounds",
    );
  });

  it("refuses somebody who does not hold the NFT", async () => {
    const p = await offered();
    await expect(p.market.connect(p.stranger).accept(1n, p.id))
      .to.be.revertedWithCustomError(p.nft, "ERC721IncorrectOwner")
      .withArgs(p.stranger.address, p.id, p.holder.address);
  });

  it("refuses an offer that has expired, was cancelled, or never made", async () => {
    const p = await offered();
    await expect(p.market.connect(p.holder).accept(2n, p.id)).to.be.revertedWithCustomError(p.market, "UnknownOffer");
    await p.fil.mineTo(p.expiry - 1n);
    await expect(p.market.connect(p.holder).accept(1n, p.id))
      .to.be.revertedWithCustomError(p.market, "OfferExpired")
      .withArgs(1n, p.expiry);
    await p.market.connect(p.buyer).cancelOffer(1n);
    await expect(p.market.connect(p.holder).accept(1n, p.id)).to.be.revertedWithCustomError(p.market, "UnknownOffer");
  });

  it("refuses an offer whose maker has cancelled all its orders, in the same block too", async () => {
    const p = await offered();
    await p.market.connect(p.buyer).cancelAll();
    await expect(p.market.connect(p.holder).accept(1n, p.id))
      .to.be.revertedWithCustomError(p.market, "UnknownOffer")
      .withArgs(1n);
  });

  it("sells to a native multisig, and to a contract that refuses FIL", async () => {
    const p = await approved();
    const multisig = await p.fil.createMultisig({ signers: [p.owner], threshold: 1n, balance: FIL(200) });
    const native = await ethers.getImpersonatedSigner(maskedAddress(multisig));
    await p.market.connect(native).offer(offerTerms(p), { value: FIL(90) });
    await p.market.connect(p.holder).accept(1n, p.id);
    expect(await p.nft.ownerOf(p.id)).to.equal(native.address);

    const other = await anotherNft(p, { start: 50n, count: 10n });
    const trader = await newTrader();
    const call = p.market.interface.encodeFunctionData("offer", [offerTerms(p, { id: other })]);
    await trader.execute(await p.market.getAddress(), call, { value: FIL(90) });
    await p.market.connect(p.holder).accept(2n, other);
    expect(await p.nft.ownerOf(other)).to.equal(await trader.getAddress());
  });
});

describe("PowerMarket.cancelOffer", () => {
  it("gives the maker its FIL back and says so", async () => {
    const p = await offered();
    const cancelled = p.market.connect(p.buyer).cancelOffer(1n);
    await expect(cancelled).to.changeEtherBalance(ethers, p.buyer, FIL(90));
    await expect(cancelled).to.emit(p.market, "OfferCancelled").withArgs(1n, p.buyer.address);
    await expectHolds(p, IN_FIL, 0n);
    expect((await p.market.offerOf(1n)).maker).to.equal(ZeroAddress);
  });

  it("gives an ERC-20 back as a credit", async () => {
    const p = await approved();
    const coin = await allowCoin(p);
    await offer(p, { coin, amount: 400n, expiry: (await p.fil.epoch()) + 1_000n }, 0n);
    await p.market.connect(p.buyer).cancelOffer(1n);
    expect(await p.market.creditOf(coin, p.buyer.address)).to.equal(400n);
    await expectHolds(p, await coin.getAddress(), 400n);
  });

  it("is refused to others while the offer stands", async () => {
    const p = await offered();
    await expect(p.market.connect(p.stranger).cancelOffer(1n))
      .to.be.revertedWithCustomError(p.market, "NotMaker")
      .withArgs(1n, p.stranger.address, p.buyer.address);
  });

  it("is open to all once it has expired or was cancelled with all others: the money goes to the maker", async () => {
    for (const end of [
      async (p: Market) => p.fil.mineTo(p.expiry),
      async (p: Market) => p.market.connect(p.buyer).cancelAll(),
    ]) {
      const p = await offered();
      await end(p);
      expect((await p.market.offerOf(1n)).open).to.equal(false);
      await expect(p.market.connect(p.stranger).cancelOffer(1n)).to.changeEtherBalance(ethers, p.buyer, FIL(90));
    }
  });

  it("pays once", async () => {
    const p = await offered();
    await p.market.connect(p.buyer).cancelOffer(1n);
    await expect(p.market.connect(p.buyer).cancelOffer(1n))
      .to.be.revertedWithCustomError(p.market, "UnknownOffer")
      .withArgs(1n);
  });

  it("gives a contract that refuses FIL a credit", async () => {
    const p = await approved();
    const trader = await newTrader();
    const market = await p.market.getAddress();
    const make = p.market.interface.encodeFunctionData("offer", [offerTerms(p)]);
    await trader.execute(market, make, { value: FIL(90) });
    await trader.execute(market, p.market.interface.encodeFunctionData("cancelOffer", [1n]));
    expect(await p.market.creditOf(IN_FIL, await trader.getAddress())).to.equal(FIL(90));
  });
});
