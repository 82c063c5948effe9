/** FVM gas of the market's operations: part of `bench/gas.ts`. */
import { Contract, type Wallet } from "ethers";

import { artifact } from "../test/lotus/protocol.ts";
import { type Bench, meterOf } from "./meter.ts";

/** Accepts any NFT that earns: `IPowerMarket.Bounds`. */
const BOUNDS = {
  minWeight: 1n,
  minExpiry: 0n,
  maxFeeBps: 10_000,
  maxRoyaltyBps: 10_000,
  minUnpaid: 0n,
  maxUnpaid: 2n ** 96n - 1n,
};
const IN_FIL = "0x0000000000000000000000000000000000000000";
const PRICE = 10n ** 18n;
/** How long an order stands, epochs. */
const TERM = 10_000n;
/** The shortest auction, epochs. */
const AUCTION = 120n;
/** Blocks that a message may take until it shows. */
const SETTLE = 10;

/** What the measurement of the market needs of the whole. */
export interface MarketBench extends Bench {
  readonly buyer: Wallet;
  /** Five attested NFTs of the seller. */
  readonly ids: readonly bigint[];
}

/** Adds a row for every operation of a seller and a buyer. */
export async function measureMarket(bench: MarketBench): Promise<void> {
  const { protocol, buyer, seller, earn } = bench;
  const { devnet, lotus } = bench.network;
  const [known, sold, other, offered, auctioned] = bench.ids as [bigint, bigint, bigint, bigint, bigint];
  const { nft } = protocol;
  const market = new Contract(protocol.addresses.powerMarket, artifact("PowerMarket").abi, seller);
  const byBuyer = market.connect(buyer) as Contract;
  const expiry = BigInt((await lotus.head()).Height) + TERM;

  const { gasOf, row } = meterOf(bench);
  const approve = (id: bigint): Promise<bigint> => gasOf(nft, "approve", [protocol.addresses.powerMarket, id]);
  const list = (id: bigint): Promise<bigint> => gasOf(market, "list", [id, IN_FIL, PRICE, expiry, 1n]);
  const buy = (id: bigint): Promise<bigint> =>
    gasOf(byBuyer, "buy", [id, seller.address, IN_FIL, PRICE, BOUNDS, buyer.address], PRICE);

  await approve(known);
  await row("approve the market for an NFT", null, approve(sold));
  await list(known);
  await row("list", 9e6, list(sold));
  await list(other);
  await earn();
  await buy(known);
  await row("buy of a listing", 18e6, buy(sold));
  await row("cancelListing", null, gasOf(market, "cancelListing", [other]));

  const terms = [IN_FIL, offered, 0n, IN_FIL, PRICE, expiry, 0, BOUNDS, false];
  const offer = (): Promise<bigint> => gasOf(byBuyer, "offer", [terms], PRICE);
  await offer();
  await row("offer", null, offer());
  await row("cancelOffer", null, gasOf(byBuyer, "cancelOffer", [1n]));
  await approve(offered);
  await row("accept an offer", null, gasOf(market, "accept", [2n, offered]));

  await approve(auctioned);
  await row("auction", null, gasOf(market, "auction", [auctioned, IN_FIL, PRICE, AUCTION]));
  const bid = (from: Wallet, amount: bigint): Promise<bigint> =>
    gasOf(market.connect(from) as Contract, "bid", [auctioned, IN_FIL, amount, BOUNDS], amount);
  await bid(seller, PRICE);
  await row("bid, above another", null, bid(buyer, 2n * PRICE));
  await devnet.advance(Number(AUCTION) + SETTLE);
  await row("settleAuction", null, gasOf(market, "settleAuction", [auctioned]));
  await row("withdraw from the market", null, gasOf(market, "withdraw", [IN_FIL, seller.address]));
}
