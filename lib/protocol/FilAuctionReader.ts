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
  /** The clearing price of the last lot that sold anything. */
  lastPrice(): Promise<bigint> {
    return this.#contract.read(uint, "lastPrice");
  }
  minLot(): Promise<bigint> {
    return this.#contract.read(uint, "MIN_LOT");
  }
}
