/** FVM gas of the market's operations: part of `bench/gas.ts`. */
import type { Contract, Wallet } from "ethers";

import type { Protocol } from "../test/lotus/protocol.ts";

/** Accepts any NFT: `IPowerMarket.Bounds`. */
const NO_BOUNDS = { minExpiry: 0n, maxFeeBps: 10_000, maxRoyaltyBps: 10_000, minUnpaid: 0n, maxUnpaid: 2n ** 96n - 1n };
const IN_FIL = "0x0000000000000000000000000000000000000000";
const PRICE = 10n ** 18n;
/** How long an order stands, epochs. */
const TERM = 10_000n;
/** The shortest auction, epochs. */
const AUCTION = 120n;

/** What the measurement of the market needs of the whole. */
export interface MarketBench {
  readonly protocol: Protocol;
  /** Of PowerMarket, called by the holder. */
  readonly market: Contract;
  /** Holds the NFTs. */
  readonly seller: Wallet;
  readonly buyer: Wallet;
  /** Five attested NFTs of the seller. */
  readonly ids: readonly bigint[];
  readonly height: () => Promise<bigint>;
  readonly advance: (epochs: number) => Promise<unknown>;
  /** Makes something payable for every NFT. */
  readonly earn: () => Promise<void>;
  /** Sends a transaction; its gas. */
  readonly gasOf: (label: string, contract: Contract, name: string, ...args: unknown[]) => Promise<bigint>;
  readonly add: (operation: string, gas: bigint, floor: number | null, goal: number | null) => void;
}

/** Adds a row for every operation of a seller and a buyer. */
export async function measureMarket(bench: MarketBench): Promise<void> {
  const { protocol, market, buyer, seller, height, advance, earn, gasOf, add } = bench;
  const [known, sold, other, offered, auctioned] = bench.ids as [bigint, bigint, bigint, bigint, bigint];
  const byBuyer = market.connect(buyer) as Contract;
  const { nft } = protocol;
  const expiry = (await height()) + TERM;
  const bounds = { ...NO_BOUNDS, minWeight: 1n };
  const list = (id: bigint) => gasOf("list", market, "list", id, IN_FIL, PRICE, expiry, 1n);
  const approve = async (id: bigint) => gasOf("approve", nft, "approve", await market.getAddress(), id);
  const buy = (id: bigint) =>
    gasOf("buy", byBuyer, "buy", id, seller.address, IN_FIL, PRICE, bounds, buyer.address, { value: PRICE });

  await approve(known);
  add("approve the market for an NFT", await approve(sold), null, null);
  await gasOf("approve", nft, "setApprovalForAll", await market.getAddress(), true);
  add("list, first listing of all", await list(known), null, null);
  add("list", await list(sold), null, 9e6);
  await list(other);
  await earn();
  await buy(known);
  add("buy of a listing", await buy(sold), null, 18e6);
  add("cancelListing", await gasOf("cancelListing", market, "cancelListing", other), null, null);

  const terms = {
    maker: IN_FIL,
    id: offered,
    minerId: 0n,
    coin: IN_FIL,
    amount: PRICE,
    expiry,
    feeBps: 0,
    bounds,
    open: false,
  };
  const offer = () => gasOf("offer", byBuyer, "offer", terms, { value: PRICE });
  await offer();
  add("offer", await offer(), null, null);
  add("cancelOffer", await gasOf("cancelOffer", byBuyer, "cancelOffer", 1n), null, null);
  add("accept an offer", await gasOf("accept", market, "accept", 2n, offered), null, null);

  add("auction", await gasOf("auction", market, "auction", auctioned, IN_FIL, PRICE, AUCTION), null, null);
  const bid = (from: Wallet, amount: bigint) =>
    gasOf("bid", market.connect(from) as Contract, "bid", auctioned, IN_FIL, amount, bounds, { value: amount });
  await bid(seller, PRICE);
  add("bid, above another", await bid(buyer, 2n * PRICE), null, null);
  await advance(Number(AUCTION) + 10);
  add("settleAuction", await gasOf("settleAuction", market, "settleAuction", auctioned), null, null);
  add("withdraw", await gasOf("withdraw", market, "withdraw", IN_FIL, seller.address), null, null);
}
