import { Interface, ZeroAddress } from "ethers";

import { type Hex, powerMarketAbi } from "../../../lib/index.ts";
import type { FakeChain, FakeContract } from "./FakeChain.ts";

export const MARKET = "0x3000000000000000000000000000000000000001" as Hex;
const SELLER = "0x3000000000000000000000000000000000000002" as Hex;

export interface FakeListing {
  coin: string;
  price: bigint;
  expiry: bigint;
  open: boolean;
}

/** Listings, without any money. */
export class FakeMarket implements FakeContract {
  readonly address = MARKET;
  readonly abi = new Interface(powerMarketAbi);
  readonly listings = new Map<bigint, FakeListing>();
  readonly #chain: FakeChain;

  constructor(chain: FakeChain) {
    this.#chain = chain;
    chain.contracts.push(this);
  }

  /** Somebody lists an NFT, so long ago that it is final, unless an epoch is named. */
  list(
    id: bigint,
    price: bigint,
    { coin = ZeroAddress, epoch = 1_000n }: { coin?: string; epoch?: bigint } = {},
  ): void {
    const expiry = this.#chain.head + 100_000n;
    this.listings.set(id, { coin, price, expiry, open: true });
    this.sayListed(id, epoch, expiry);
  }

  /** The event alone, which anybody may cause for any NFT. */
  sayListed(id: bigint, epoch = 1_000n, expiry = this.#chain.head + 100_000n): void {
    this.#chain.emit(MARKET, "Listed", [id, SELLER, ZeroAddress, 1n, expiry, 0, 0n], epoch);
  }

  call(name: string, args: never[]): unknown[] {
    if (name !== "listing") throw new TypeError(`${name} is not simulated`);
    const { coin, price, expiry, open } = this.listings.get(args[0] as unknown as bigint) ?? NONE;
    return [[SELLER, coin, price, expiry, 0, 0n, open]];
  }
}

const NONE: FakeListing = { coin: ZeroAddress, price: 0n, expiry: 0n, open: false };
