import { Interface, ZeroAddress } from "ethers";

import { FRAME_EPOCHS, type Hex, filAuctionAbi, jointMiningPoolAbi } from "../../../lib/index.ts";
import { type FakeChain, type FakeContract, NFT, NodeError } from "./FakeChain.ts";
import { MARKET, type FakeMarket } from "./FakeMarket.ts";

export const POOL = "0x4000000000000000000000000000000000000001" as Hex;
export const OTHER_POOL = "0x4000000000000000000000000000000000000002" as Hex;
export const COIN = "0x4000000000000000000000000000000000000003" as Hex;
const AUCTION = "0x4000000000000000000000000000000000000004" as Hex;
/** Epochs without power until a loss is final. */
export const WRITE_OFF = 120_960n;

export interface FakeMachine {
  readonly id: bigint;
  weight: bigint;
  expiry: bigint;
  idleSince: bigint;
  receivable: bigint;
}

/** A pool as far as a keeper sees it: what is due, and what changes when it is done. */
export class FakePool implements FakeContract {
  readonly address: Hex;
  readonly abi = new Interface(jointMiningPoolAbi);
  readonly machines = new Map<bigint, FakeMachine>();
  /** What the pool bids for an NFT; what is not here is refused. */
  readonly bids = new Map<bigint, bigint>();
  /** NFTs whose purchase fails in the end, although they fit. */
  readonly unbuyable = new Set<bigint>();
  settledAt = 0n;
  cash = 0n;
  waiting = 0n;
  supply = 10n ** 24n;
  unsoldFil = 0n;
  pausedUntil = 0n;
  /** Every question is refused. */
  broken = false;
  readonly #chain: FakeChain;
  readonly #market: FakeMarket;
  readonly #isFil: boolean;

  constructor(chain: FakeChain, market: FakeMarket, { address = POOL, isFil = true } = {}) {
    this.address = address;
    this.#chain = chain;
    this.#market = market;
    this.#isFil = isFil;
    this.settledAt = chain.head;
    chain.contracts.push(this);
  }

  /** A machine that weighs what was attested last. */
  own(id: bigint, weight: bigint, more: Partial<FakeMachine> = {}): FakeMachine {
    const machine = { id, weight, expiry: 5_000_000n, idleSince: 0n, receivable: 0n, ...more };
    this.machines.set(id, machine);
    return machine;
  }

  call(name: string, args: never[], { writes }: { writes: boolean }): unknown[] {
    if (this.broken) throw new NodeError("execution reverted", 3, "0x");
    const method = this.#methods(writes)[name];
    if (method === undefined) throw new NodeError(`${name} is not simulated`);
    return method(...args);
  }

  #methods(writes: boolean): Readonly<Record<string, (...values: never[]) => unknown[]>> {
    return {
      accounts: () => [[this.cash, 0, this.unsoldFil, ...Array<number>(11).fill(0), this.waiting, ...this.#settling()]],
      isSettled: () => [this.#isSettled()],
      machineIds: () => [[...this.machines.keys()]],
      machineOf: (id: bigint) => [this.#machineOf(id)],
      totalSupply: () => [this.supply],
      entriesPausedUntil: () => [this.pausedUntil],
      POWER_NFT: () => [NFT],
      POWER_MARKET: () => [MARKET],
      IS_FIL: () => [this.#isFil],
      asset: () => [COIN],
      FIL_AUCTION: () => [this.#isFil ? ZeroAddress : AUCTION],
      WRITE_OFF_DELAY: () => [WRITE_OFF],
      appraise: (id: bigint) => [[this.#priceOf(id), this.#bidFor(id), 0, 0, 0, 0, 0, 0]],
      settle: () => this.#settle(writes),
      impair: (id: bigint) => this.#impair(id, writes),
      recogniseLoss: (id: bigint) => this.#recogniseLoss(id, writes),
      collect: (ids: bigint[]) => [this.#collect([...ids], writes)],
      payTickets: () => this.#pay(writes),
      buyMachine: (id: bigint) => [this.#buy(id, writes)],
    };
  }

  #isSettled(): boolean {
    return this.machines.size === 0 || this.settledAt / FRAME_EPOCHS === this.#chain.head / FRAME_EPOCHS;
  }

  #settling(): unknown[] {
    return [this.settledAt, this.machines.size];
  }

  #machineOf(id: bigint): unknown[] {
    const { weight, expiry, idleSince, receivable } = this.machines.get(id) as FakeMachine;
    return [id, 1000n, 0, expiry, 0, 0, weight, 0, 0, 0, 0, 0, receivable, 0, false, idleSince];
  }

  #priceOf(id: bigint): bigint {
    return this.#market.listings.get(id)?.price ?? 0n;
  }

  #bidFor(id: bigint): bigint {
    const [price, bid] = [this.#priceOf(id), this.bids.get(id) ?? 0n];
    return price > bid ? this.#chain.revert("AboveBid", id, price, bid) : bid;
  }

  #settle(writes: boolean): unknown[] {
    if (writes) this.settledAt = this.#chain.head;
    return [];
  }

  #impair(id: bigint, writes: boolean): unknown[] {
    const last = this.#chain.nfts.get(id)?.said.at(-1)?.last ?? 0n;
    if (writes) (this.machines.get(id) as FakeMachine).weight = last;
    return [];
  }

  #recogniseLoss(id: bigint, writes: boolean): unknown[] {
    const { idleSince, expiry } = this.machines.get(id) as FakeMachine;
    const since = expiry <= this.#chain.head ? expiry : idleSince;
    if (this.#chain.head < since + WRITE_OFF) this.#chain.revert("TooEarlyForLoss", id, since + WRITE_OFF);
    if (writes) this.machines.delete(id);
    return [];
  }

  #collect(ids: readonly bigint[], writes: boolean): bigint {
    let amount = 0n;
    for (const id of ids) {
      const income = this.#chain.income.get(id);
      if (income === undefined) continue;
      const paid = income.payable + income.guarantee;
      amount += paid;
      if (writes) Object.assign(income, { payable: 0n, guarantee: 0n, paid: income.paid + paid });
    }
    if (writes) {
      if (this.#isFil) this.cash += amount;
      else this.unsoldFil += amount;
    }
    return amount;
  }

  /** A share is worth a unit of the asset. */
  #pay(writes: boolean): unknown[] {
    const paid = !this.#isSettled() ? 0n : this.waiting < this.cash ? this.waiting : this.cash;
    if (writes) {
      this.waiting -= paid;
      this.cash -= paid;
    }
    return [paid, paid];
  }

  #buy(id: bigint, writes: boolean): bigint {
    const price = this.#priceOf(id);
    this.#bidFor(id);
    if (this.unbuyable.has(id)) this.#chain.revert("MinerInArrears", 1000n, 1n);
    if (writes) {
      this.cash -= price;
      this.#market.listings.delete(id);
      this.own(id, 0n);
    }
    return price;
  }
}

/** The auction of a stablecoin pool's FIL: one lot a frame. */
export class FakeAuction implements FakeContract {
  readonly address = AUCTION;
  readonly abi = new Interface(filAuctionAbi);
  readonly lot = { left: 0n, startedAt: 0n, end: 0n };
  /** Coins for one FIL. */
  price = 3_000_000n;
  readonly #chain: FakeChain;
  readonly #pool: FakePool;

  constructor(chain: FakeChain, pool: FakePool) {
    this.#chain = chain;
    this.#pool = pool;
    chain.contracts.push(this);
  }

  call(name: string, _: never[], { writes }: { writes: boolean }): unknown[] {
    if (name === "lot") return [[this.lot.left, 0, 0, 0, this.lot.startedAt, this.lot.end]];
    if (name === "MIN_LOT") return [10n ** 18n];
    if (name === "lastPrice") return [this.price];
    if (name !== "start") throw new NodeError(`${name} is not simulated`);
    const { head } = this.#chain;
    const left = this.#pool.unsoldFil;
    if (this.lot.left > 0n && head < this.lot.end) this.#chain.revert("LotRunning", 1n, this.lot.end);
    if (left < 10n ** 18n) this.#chain.revert("LotTooSmall", left, 10n ** 18n);
    if (writes) Object.assign(this.lot, { left, startedAt: head, end: head + FRAME_EPOCHS });
    return [1n];
  }
}
