import { expect } from "chai";
import { ZeroAddress } from "ethers";

import type { IPowerMarket } from "../../../types/ethers-contracts/index.ts";
import { FIL, maskedAddress } from "../../filecoin/index.ts";
import {
  ANY,
  IN_FIL,
  type Market,
  allowCoin,
  anotherNft,
  approved,
  expectHolds,
  listed,
  newTrader,
  setFee,
  fields,
} from "../../support/market.ts";
import { ethers } from "../../support/network.ts";
import { attest, earn } from "../../support/nft.ts";
import { DAY } from "../../support/units.ts";

const RESERVE = FIL(50);
const EXTENSION = 30n;

/** NFT 1 in auction for a day from now. */
async function auctioned() {
  const p = await approved();
  await p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY);
  const { end } = await p.market.auctionOf(p.id);
  return { ...p, end };
}

type Auctioned = Awaited<ReturnType<typeof auctioned>>;

const bid = (
  p: Market,
  amount: bigint,
  options: { by?: Market["buyer"]; bounds?: Partial<IPowerMarket.BoundsStruct>; id?: bigint } = {},
) =>
  p.market
    .connect(options.by ?? p.buyer)
    .bid(options.id ?? p.id, IN_FIL, amount, { ...ANY, ...options.bounds }, { value: amount });

/** Somebody settles when the time is over. */
async function settle(p: Auctioned, id = p.id) {
  await p.fil.mineTo((await p.market.auctionOf(id)).end);
  return p.market.connect(p.stranger).settleAuction(id);
}

describe("PowerMarket.auction", () => {
  it("takes the NFT into custody and says so (R-MKT)", async () => {
    const p = await approved();
    const end = (await p.fil.epoch()) + 1n + DAY;
    await expect(p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY))
      .to.emit(p.market, "AuctionStarted")
      .withArgs(p.id, p.holder.address, IN_FIL, RESERVE, end, 0n);
    expect(await p.nft.ownerOf(p.id)).to.equal(await p.market.getAddress());
    expect(fields(await p.market.auctionOf(p.id))).to.deep.equal({
      seller: p.holder.address,
      coin: IN_FIL,
      reserve: RESERVE,
      end,
      feeBps: 0n,
      bidder: ZeroAddress,
      bid: 0n,
      minWeight: 0n,
      nextBid: RESERVE,
    });
  });

  it("makes what is payable at the beginning the seller's credit (R-MKT, R-LED-6)", async () => {
    const p = await approved();
    await earn(p, p.miner, FIL(40));
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    await p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY);
    expect(await p.nft.creditOf(p.holder.address)).to.equal(payable);
  });

  it("ends a listing", async () => {
    const p = await listed();
    await p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY);
    await p.market.connect(p.holder).cancelAuction(p.id);
    expect((await p.market.listing(p.id)).price).to.equal(0n);
  });

  it("is refused to who does not hold the NFT, or has not approved the market", async () => {
    const p = await approved();
    await expect(p.market.connect(p.stranger).auction(p.id, IN_FIL, RESERVE, DAY))
      .to.be.revertedWithCustomError(p.market, "NotHolder")
      .withArgs(p.id, p.stranger.address, p.holder.address);
    await p.nft.connect(p.holder).setApprovalForAll(p.market, false);
    await p.nft.connect(p.holder).approve(ZeroAddress, p.id);
    await expect(p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY)).to.be.revertedWithCustomError(
      p.nft,
      "ERC721InsufficientApproval",
    );
  });

  it("is refused while it runs already: the market holds the NFT", async () => {
    const p = await auctioned();
    await expect(p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY))
      .to.be.revertedWithCustomError(p.market, "NotHolder")
      .withArgs(p.id, p.holder.address, await p.market.getAddress());
  });

  it("refuses a reserve of nothing, and a duration below an hour or above 30 days", async () => {
    const p = await approved();
    await expect(p.market.connect(p.holder).auction(p.id, IN_FIL, 0n, DAY)).to.be.revertedWithCustomError(
      p.market,
      "NoPrice",
    );
    for (const duration of [119n, 86_401n]) {
      await expect(p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, duration))
        .to.be.revertedWithCustomError(p.market, "DurationOutOfRange")
        .withArgs(duration, 120n, 86_400n);
    }
  });
});

describe("PowerMarket.bid", () => {
  it("takes the reserve as the first bid and says so", async () => {
    const p = await auctioned();
    await expect(bid(p, RESERVE, { bounds: { minWeight: p.weight } }))
      .to.emit(p.market, "BidPlaced")
      .withArgs(p.id, p.buyer.address, RESERVE, p.weight, p.end);
    const { bidder, bid: amount, minWeight } = await p.market.auctionOf(p.id);
    expect([bidder, amount, minWeight]).to.deep.equal([p.buyer.address, RESERVE, p.weight]);
    await expectHolds(p, IN_FIL, RESERVE);
  });

  it("refuses less than the reserve", async () => {
    const p = await auctioned();
    await expect(bid(p, RESERVE - 1n))
      .to.be.revertedWithCustomError(p.market, "BidTooLow")
      .withArgs(p.id, RESERVE - 1n, RESERVE);
  });

  it("refuses less than 5 % above the last one, rounded up", async () => {
    const p = await auctioned();
    await bid(p, RESERVE + 1n);
    const next = RESERVE + 1n + (RESERVE + 1n) / 20n + 1n;
    expect((await p.market.auctionOf(p.id)).nextBid).to.equal(next);
    await expect(bid(p, next - 1n, { by: p.stranger }))
      .to.be.revertedWithCustomError(p.market, "BidTooLow")
      .withArgs(p.id, next - 1n, next);
    await bid(p, next, { by: p.stranger });
  });

  it("raises even the smallest bid by a whole unit", async () => {
    const p = await approved();
    await p.market.connect(p.holder).auction(p.id, IN_FIL, 1n, DAY);
    await bid(p, 1n);
    expect((await p.market.auctionOf(p.id)).nextBid).to.equal(2n);
  });

  it("makes the bid before it a credit of its bidder, which nobody can refuse (R-MKT)", async () => {
    const p = await auctioned();
    const trader = await newTrader();
    const first = p.market.interface.encodeFunctionData("bid", [p.id, IN_FIL, RESERVE, ANY]);
    await trader.execute(await p.market.getAddress(), first, { value: RESERVE });
    await expect(bid(p, FIL(60)))
      .to.emit(p.market, "CreditAdded")
      .withArgs(await trader.getAddress(), IN_FIL, RESERVE);
    expect(await p.market.creditOf(IN_FIL, await trader.getAddress())).to.equal(RESERVE);
    await expectHolds(p, IN_FIL, RESERVE + FIL(60));
  });

  it("credits the one who outbids itself", async () => {
    const p = await auctioned();
    await bid(p, RESERVE);
    await bid(p, FIL(60));
    await expect(p.market.connect(p.buyer).withdraw(IN_FIL, p.stranger.address)).to.changeEtherBalance(
      ethers,
      p.stranger,
      RESERVE,
    );
    await expectHolds(p, IN_FIL, FIL(60));
  });

  it("leaves others 15 minutes to answer a late bid", async () => {
    const p = await auctioned();
    await p.fil.mineTo(p.end - 5n);
    await bid(p, RESERVE); // in epoch end - 4
    const { end } = await p.market.auctionOf(p.id);
    expect(end).to.equal(p.end - 4n + EXTENSION);
    await p.fil.mineTo(p.end + 5n);
    await bid(p, FIL(60), { by: p.stranger });
    expect((await p.market.auctionOf(p.id)).bidder).to.equal(p.stranger.address);
  });

  it("leaves the end where it is when there is time enough", async () => {
    const p = await auctioned();
    await p.fil.mineTo(p.end - EXTENSION - 1n);
    await bid(p, RESERVE); // in epoch end - 30
    expect((await p.market.auctionOf(p.id)).end).to.equal(p.end);
  });

  it("is refused once the time is over", async () => {
    const p = await auctioned();
    await p.fil.mineTo(p.end - 1n);
    await expect(bid(p, RESERVE)).to.be.revertedWithCustomError(p.market, "AuctionOver").withArgs(p.id, p.end);
  });

  it("is refused where nothing is auctioned", async () => {
    const p = await approved();
    await expect(bid(p, RESERVE)).to.be.revertedWithCustomError(p.market, "NotAuctioned").withArgs(p.id);
  });

  it("is refused when its bounds do not hold: nobody can win and then walk away", async () => {
    const p = await auctioned();
    await expect(bid(p, RESERVE, { bounds: { minWeight: p.weight + 1n } }))
      .to.be.revertedWithCustomError(p.market, "WeightTooLow")
      .withArgs(p.id, p.weight, p.weight + 1n);
    await expect(bid(p, RESERVE, { bounds: { minUnpaid: 1n } })).to.be.revertedWithCustomError(
      p.market,
      "UnpaidOutOfBounds",
    );
  });

  it("is refused in another coin than the auction's, and with other FIL than it says", async () => {
    const p = await auctioned();
    const coin = await (await ethers.getContractFactory("ERC20__Double")).deploy(6);
    await expect(p.market.connect(p.buyer).bid(p.id, coin, RESERVE, ANY)).to.be.revertedWithCustomError(
      p.market,
      "OtherCoin",
    );
    await expect(p.market.connect(p.buyer).bid(p.id, IN_FIL, RESERVE, ANY, { value: RESERVE - 1n }))
      .to.be.revertedWithCustomError(p.market, "WrongValue")
      .withArgs(RESERVE - 1n, RESERVE);
  });

  it("works in an ERC-20", async () => {
    const p = await approved();
    const coin = await allowCoin(p);
    await p.market.connect(p.holder).auction(p.id, coin, 100n, DAY);
    await p.market.connect(p.buyer).bid(p.id, coin, 100n, ANY);
    await p.market.connect(p.stranger).bid(p.id, coin, 105n, ANY);
    expect(await p.market.creditOf(coin, p.buyer.address)).to.equal(100n);
    await expectHolds(p, await coin.getAddress(), 205n);
  });
});

describe("PowerMarket.settleAuction", () => {
  it("sells to the highest bidder, by anybody's call (R-MKT)", async () => {
    const p = await auctioned();
    await bid(p, RESERVE);
    const settled = settle(p);
    await expect(settled).to.changeEtherBalance(ethers, p.holder, RESERVE);
    await expect(settled)
      .to.emit(p.market, "Sold")
      .withArgs(p.id, p.holder.address, p.buyer.address, IN_FIL, RESERVE, 0n, 0n);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
    expect((await p.market.auctionOf(p.id)).seller).to.equal(ZeroAddress);
    await expectHolds(p, IN_FIL, 0n);
  });

  it("takes fee and royalty out of the bid", async () => {
    const p = await approved();
    await setFee(p, 200n);
    const id = await anotherNft(p, { start: 50n, count: 10n, royaltyBps: 500n });
    await p.market.connect(p.holder).auction(id, IN_FIL, RESERVE, DAY);
    await bid(p, FIL(100), { id });
    const before = await p.fil.balanceOf(p.owner);
    await expect(settle({ ...p, end: 0n }, id)).to.changeEtherBalance(ethers, p.holder, FIL(93));
    expect((await p.fil.balanceOf(p.owner)) - before).to.equal(FIL(5));
    await expectHolds(p, IN_FIL, FIL(2));
  });

  it("pays the seller what the NFT earned in the meantime, and leaves the unpaid to the winner (R-MKT)", async () => {
    const p = await auctioned();
    await bid(p, RESERVE);
    await earn(p, p.miner, FIL(40));
    await p.nft.harvest(p.miner);
    await earn(p, p.miner, FIL(20));
    const [payable, unpaid] = [await p.nft.payableOf(p.id), await p.nft.unpaidOf(p.id)];
    await expect(settle(p)).to.changeEtherBalance(ethers, p.holder, RESERVE + payable);
    expect(await p.nft.unpaidOf(p.id)).to.equal(unpaid);
    expect(await p.nft.creditOf(await p.market.getAddress())).to.equal(0n);
  });

  it("gives a seller that is a contract both as credits", async () => {
    const p = await approved();
    const trader = await newTrader();
    const [seller, market] = [await trader.getAddress(), await p.market.getAddress()];
    await p.nft.connect(p.holder).transferFrom(p.holder.address, seller, p.id);
    const approve = p.nft.interface.encodeFunctionData("approve", [market, p.id]);
    await trader.execute(await p.nft.getAddress(), approve);
    await trader.execute(market, p.market.interface.encodeFunctionData("auction", [p.id, IN_FIL, RESERVE, DAY]));
    await bid(p, RESERVE);
    await earn(p, p.miner, FIL(40));
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    await settle({ ...p, end: 0n });
    expect(await p.market.creditOf(IN_FIL, seller)).to.equal(RESERVE + payable);
    await expectHolds(p, IN_FIL, RESERVE + payable);
  });

  it("gives the NFT back when nobody bid", async () => {
    const p = await auctioned();
    await expect(settle(p)).to.emit(p.market, "AuctionFailed").withArgs(p.id, p.holder.address, ZeroAddress, 0n);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
  });

  it("gives both back when the NFT lost the weight that the bidder asked for (R-MKT)", async () => {
    const p = await auctioned();
    await bid(p, RESERVE, { bounds: { minWeight: p.weight } });
    await attest(p, p.id, p.weight - 1n);
    await expect(settle(p))
      .to.emit(p.market, "AuctionFailed")
      .withArgs(p.id, p.holder.address, p.buyer.address, RESERVE);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
    expect(await p.market.creditOf(IN_FIL, p.buyer.address)).to.equal(RESERVE);
    await expectHolds(p, IN_FIL, RESERVE);
  });

  it("sells with less weight to a bidder that asked for none", async () => {
    const p = await auctioned();
    await bid(p, RESERVE);
    await attest(p, p.id, 0n);
    await settle(p);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.buyer.address);
  });

  it("ends the auction of an NFT that has expired in between", async () => {
    const p = await approved();
    const { expiry } = await p.nft.powerOf(p.id);
    await p.fil.mineTo(expiry - 100n);
    await p.market.connect(p.holder).auction(p.id, IN_FIL, RESERVE, DAY);
    await bid(p, RESERVE, { bounds: { minWeight: 1n } });
    await settle({ ...p, end: 0n });
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
    expect(await p.market.creditOf(IN_FIL, p.buyer.address)).to.equal(RESERVE);
  });

  it("gives a native multisig its NFT back", async () => {
    const p = await approved();
    const multisig = await p.fil.createMultisig({ signers: [p.owner], threshold: 1n, balance: FIL(10) });
    const seller = await ethers.getImpersonatedSigner(maskedAddress(multisig));
    await p.nft.connect(p.holder).transferFrom(p.holder.address, seller.address, p.id);
    await p.nft.connect(seller).approve(p.market, p.id);
    await p.market.connect(seller).auction(p.id, IN_FIL, RESERVE, DAY);
    await settle({ ...p, end: 0n });
    expect(await p.nft.ownerOf(p.id)).to.equal(seller.address);
  });

  it("is refused while bids are taken, and where nothing is auctioned", async () => {
    const p = await auctioned();
    await expect(p.market.settleAuction(p.id))
      .to.be.revertedWithCustomError(p.market, "AuctionRunning")
      .withArgs(p.id, p.end);
    await settle(p);
    await expect(p.market.settleAuction(p.id)).to.be.revertedWithCustomError(p.market, "NotAuctioned").withArgs(p.id);
  });
});

describe("PowerMarket.cancelAuction", () => {
  it("gives the NFT back to its seller before the first bid", async () => {
    const p = await auctioned();
    await expect(p.market.connect(p.holder).cancelAuction(p.id))
      .to.emit(p.market, "AuctionFailed")
      .withArgs(p.id, p.holder.address, ZeroAddress, 0n);
    expect(await p.nft.ownerOf(p.id)).to.equal(p.holder.address);
  });

  it("is refused once somebody bid", async () => {
    const p = await auctioned();
    await bid(p, RESERVE);
    await expect(p.market.connect(p.holder).cancelAuction(p.id))
      .to.be.revertedWithCustomError(p.market, "HasBid")
      .withArgs(p.id, p.buyer.address, RESERVE);
  });

  it("is refused to others", async () => {
    const p = await auctioned();
    await expect(p.market.connect(p.stranger).cancelAuction(p.id))
      .to.be.revertedWithCustomError(p.market, "NotSeller")
      .withArgs(p.id, p.stranger.address, p.holder.address);
  });
});

describe("PowerMarket.claimAuctioned", () => {
  it("pays the seller while its NFT is auctioned, by anybody's call (R-MKT)", async () => {
    const p = await auctioned();
    await earn(p, p.miner, FIL(40));
    await p.nft.harvest(p.miner);
    const payable = await p.nft.payableOf(p.id);
    expect(await p.market.connect(p.stranger).claimAuctioned.staticCall(p.id)).to.equal(payable);
    await expect(p.market.connect(p.stranger).claimAuctioned(p.id)).to.changeEtherBalance(ethers, p.holder, payable);
    expect(await p.market.claimAuctioned.staticCall(p.id)).to.equal(0n);
  });

  it("is refused where nothing is auctioned", async () => {
    const p = await approved();
    await expect(p.market.claimAuctioned(p.id)).to.be.revertedWithCustomError(p.market, "NotAuctioned").withArgs(p.id);
  });
});
