import { z } from "zod";

import { filAuctionAbi } from "../abi/filAuction.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader } from "./ethCall.ts";

const uint = z.bigint();

const lot = z.object({
  left: uint,
  sold: uint,
  proceeds: uint,
  startPrice: uint,
  startedAt: uint,
  end: uint,
});

export type Lot = z.output<typeof lot>;

/** By which terms every auction of FIL sells: constants of FilAuction, for plans of auctions that do not exist yet. */
export const AUCTION_TERMS = {
  /** A lot begins at this multiple of the reference. */
  startFactor: 2n,
  /** Epochs in which the price halves. */
  halving: 360n,
  /** Epochs for which a lot sells. */
  duration: 2_880n,
  /** The least lot and the least purchase, attoFIL. */
  minLot: 10n ** 18n,
} as const;

/** The price of a lot so many epochs after its start: halved in each `halving`, evenly in between, never below 1. */
export function priceAfter(startPrice: bigint, elapsed: bigint): bigint {
  const { halving } = AUCTION_TERMS;
  const high = startPrice >> (elapsed / halving);
  const price = high - (high * (elapsed % halving)) / (2n * halving);
  return price > 1n ? price : 1n;
}

/** Reads a FilAuction. Units are those of IFilAuction: attoFIL, and the coin's smallest units for one FIL. */
export class AuctionReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, filAuctionAbi, block);
  }

  lot(): Promise<Lot> {
    return this.#contract.read(lot, "lot");
  }
  /** Of now; 0 while no lot sells. */
  price(): Promise<bigint> {
    return this.#contract.read(uint, "price");
  }
  /** What the last lot that sold anything cleared at. */
  lastPrice(): Promise<bigint> {
    return this.#contract.read(uint, "lastPrice");
  }
  /** The lowest of the last clearing prices, by which the pool bids. */
  cautiousPrice(): Promise<bigint> {
    return this.#contract.read(uint, "cautiousPrice");
  }
  /** Where the next lot's price comes from. */
  referencePrice(): Promise<bigint> {
    return this.#contract.read(uint, "referencePrice");
  }
  lots(): Promise<bigint> {
    return this.#contract.read(uint, "lots");
  }
}
