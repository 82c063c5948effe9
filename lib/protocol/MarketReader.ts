import { z } from "zod";

import { powerMarketAbi } from "../abi/powerMarket.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";

const uint = z.bigint();
const bps = uint.transform(Number);

const bounds = z.object({
  minWeight: uint,
  minExpiry: uint,
  maxFeeBps: uint,
  maxRoyaltyBps: uint,
  minUnpaid: uint,
  maxUnpaid: uint,
});
const listing = z.object({
  seller: hex,
  coin: hex,
  price: uint,
  expiry: uint,
  feeBps: bps,
  weight: uint,
  open: z.boolean(),
});
const quote = z.object({
  seller: hex,
  coin: hex,
  price: uint,
  fee: uint,
  royalty: uint,
  royaltyReceiver: hex,
  net: uint,
  weight: uint,
  expiry: uint,
  unpaid: uint,
  guarantee: uint,
  cover: uint,
  coverNeeded: uint,
});
const offer = z.object({
  maker: hex,
  id: uint,
  minerId: uint,
  coin: hex,
  amount: uint,
  expiry: uint,
  feeBps: bps,
  bounds,
  open: z.boolean(),
});
const auction = z.object({
  seller: hex,
  coin: hex,
  reserve: uint,
  end: uint,
  feeBps: bps,
  bidder: hex,
  bid: uint,
  minWeight: uint,
  nextBid: uint,
});

/** What a buyer insists on: `IPowerMarket.Bounds`. */
export type Bounds = z.output<typeof bounds>;
export type Listing = z.output<typeof listing>;
export type Quote = z.output<typeof quote>;
export type Offer = z.output<typeof offer>;
export type Auction = z.output<typeof auction>;

/** Reads PowerMarket. Units are those of IPowerMarket: the coin's smallest unit, bytes, epochs, basis points. */
export class MarketReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, powerMarketAbi, block);
  }

  listing(id: bigint): Promise<Listing> {
    return this.#contract.read(listing, "listing", [id]);
  }
  /** What a purchase comes to; the node refuses as the contract would. */
  previewBuy(id: bigint, within: Bounds): Promise<Quote> {
    return this.#contract.read(quote, "previewBuy", [id, within]);
  }
  offerOf(offerId: bigint): Promise<Offer> {
    return this.#contract.read(offer, "offerOf", [offerId]);
  }
  /** Offers made so far; numbers count from 1. */
  offers(): Promise<bigint> {
    return this.#contract.read(uint, "offers");
  }
  auctionOf(id: bigint): Promise<Auction> {
    return this.#contract.read(auction, "auctionOf", [id]);
  }
  creditOf(coin: Hex, account: Hex): Promise<bigint> {
    return this.#contract.read(uint, "creditOf", [coin, account]);
  }
  isAllowed(coin: Hex): Promise<boolean> {
    return this.#contract.read(z.boolean(), "isAllowed", [coin]);
  }
  feeBps(): Promise<number> {
    return this.#contract.read(bps, "marketFeeBps");
  }
}
