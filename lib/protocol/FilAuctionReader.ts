import { z } from "zod";

import { filAuctionAbi } from "../abi/filAuction.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader } from "./ethCall.ts";

const uint = z.bigint();

const lot = z.object({ left: uint, sold: uint, proceeds: uint, startPrice: uint, startedAt: uint, end: uint });

/** A lot as it stands; `end` is 0 before the first. */
export type Lot = z.output<typeof lot>;

/** Reads FilAuction. Units are those of IFilAuction: attoFIL, the coin's smallest units for one FIL, epochs. */
export class FilAuctionReader {
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
  /** Lots so far. */
  lots(): Promise<bigint> {
    return this.#contract.read(uint, "lots");
  }
  /** Where the next lot's price comes from. */
  referencePrice(): Promise<bigint> {
    return this.#contract.read(uint, "referencePrice");
  }
  /** The clearing price of the last lot that sold anything. */
  lastPrice(): Promise<bigint> {
    return this.#contract.read(uint, "lastPrice");
  }
  /** The lowest of the last clearing prices, by which the pool bids. */
  cautiousPrice(): Promise<bigint> {
    return this.#contract.read(uint, "cautiousPrice");
  }
  minLot(): Promise<bigint> {
    return this.#contract.read(uint, "MIN_LOT");
  }
}
