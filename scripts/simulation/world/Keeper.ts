import type { Result } from "ethers";

import { EPOCHS_PER_DAY } from "../../../lib/index.ts";
import type { Provider } from "./Provider.ts";
import type { World } from "./World.ts";

/** What a day of the pool's machines came to, attoFIL. */
export interface DayOfMachines {
  readonly income: bigint;
  readonly amortised: bigint;
}

const BPS = 10_000n;
/** A listing that the pool refused is tried again after so many days. */
const LOOK_AGAIN = 3;
/** It looks for machines that are lost so often, days. */
const LOSS_DAYS = 7;
/** The miners are harvested in turn: each every so many days. */
const HARVEST_DAYS = 3;

/** Does what anybody may do for a pool: measures, harvests, books, collects, buys, recognises losses. */
export class Keeper {
  readonly #world: World;
  /** NFTs that the pool gave up and that may still pay. */
  readonly #late = new Set<bigint>();
  /** When it last asked about an NFT that was not bought. */
  readonly #lookedAt = new Map<bigint, number>();
  /** What it spent and collected, attoFIL; and what was never paid off of machines that ended. */
  spent = 0n;
  collected = 0n;
  lost = 0n;
  bought = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Measures and books; takes what is owed out of the miners, and the pool's part into the pool; pays tickets.
   *
   * @param day Which miners' turn it is; undefined: all are harvested.
   */
  async work(providers: readonly Provider[], day?: number): Promise<DayOfMachines> {
    const { contracts, keeper } = this.#world;
    const { nft, pool } = contracts;
    const settled = await this.#world.send(keeper, pool, "settle", []);
    this.#noteClosed(settled.all("MachineClosed"));
    for (const [number, { miner }] of providers.entries()) {
      if (day !== undefined && (day + number) % HARVEST_DAYS !== 0) continue;
      const [account, guarantees] = await Promise.all([nft.minerAccount(miner), nft.guaranteesOf(miner)]);
      if (account.owed + guarantees.owed > 0n) await this.#world.send(keeper, nft, "harvest", [miner]);
    }
    const ids = [...(await pool.machineIds()), ...this.#late];
    if (ids.length > 0) {
      const done = await this.#world.send(keeper, pool, "collect", [[...ids].sort((a, b) => (a < b ? -1 : 1))]);
      for (const { amount } of done.all("Collected")) this.collected += amount as bigint;
      this.#noteClosed(done.all("MachineClosed"));
    }
    if (day === undefined || day % LOSS_DAYS === 0) await this.#recogniseLosses(await pool.machineIds());
    const [event] = settled.all("Settled");
    return { income: (event?.income ?? 0n) as bigint, amortised: (event?.amortised ?? 0n) as bigint };
  }

  /** Measures miners that nobody has measured today: the pool does so only for its machines. */
  async sync(providers: readonly Provider[]): Promise<void> {
    const { contracts, keeper } = this.#world;
    const today = await this.#world.frame();
    for (const { miner } of providers) {
      const { lastSync } = await contracts.nft.minerAccount(miner);
      if (lastSync / EPOCHS_PER_DAY < today) await this.#world.send(keeper, contracts.nft, "sync", [miner]);
    }
  }

  /** Lets the pool buy whatever its policy allows, the listing that asks least of its income first. */
  async buy(providers: readonly Provider[], day: number): Promise<void> {
    const { contracts, keeper } = this.#world;
    const listings = providers.flatMap(({ miner, minted }) =>
      minted.flatMap((nft) => (nft.sold || nft.price === undefined ? [] : [{ miner, nft, price: nft.price }])),
    );
    if (listings.length === 0) return;
    let spentToday = 0n;
    let room = await this.#room(listings, spentToday);
    for (const { miner, nft, price } of listings.sort((a, b) => a.nft.ask - b.nft.ask)) {
      if (price > room.any || price > room.of(miner)) continue;
      if (day < (this.#lookedAt.get(nft.id) ?? -LOOK_AGAIN) + LOOK_AGAIN) continue;
      this.#lookedAt.set(nft.id, day);
      if (price > (await this.#bidFor(nft.id, miner))) continue;
      if (!(await this.#world.wouldAnswer(contracts.pool, "buyMachine", [nft.id]))) continue;
      const done = await this.#world.send(keeper, contracts.pool, "buyMachine", [nft.id]);
      const [event] = done.all("MachineBought");
      if (event === undefined) throw new Error(`NFT ${nft.id} was bought without a word`);
      spentToday += event.price as bigint;
      this.bought += 1;
      nft.sold = true;
      room = await this.#room(listings, spentToday);
    }
    this.spent += spentToday;
  }

  /** What the policy lets the pool pay now, for a machine of anybody, and of a miner: what is not worth asking for. */
  async #room(
    listings: readonly { readonly price: bigint }[],
    spentToday: bigint,
  ): Promise<{ readonly any: bigint; readonly of: (miner: bigint) => bigint }> {
    const { pool } = this.#world.contracts;
    const [policy, accounts] = await Promise.all([pool.policy(), pool.accounts()]);
    const assets = accounts.cash + accounts.machinesUpper;
    const part = (bps: bigint): bigint => (assets * bps) / BPS;
    const limits = [
      part(policy.dailyBps) - spentToday,
      accounts.cash - part(policy.reserveBps),
      (accounts.deposits * policy.maxUtilisationBps) / BPS - accounts.openCost,
    ];
    const any = accounts.waiting > 0n ? 0n : limits.reduce((least, limit) => (limit < least ? limit : least));
    if (listings.every(({ price }) => price > any)) return { any, of: () => 0n };
    const machines = await Promise.all((await pool.machineIds()).map((id) => pool.machineOf(id)));
    const of = (miner: bigint): bigint =>
      machines.reduce(
        (left, { minerId, unpaid }) => (minerId === miner ? left - unpaid : left),
        part(policy.perProviderBps),
      );
    return { any, of };
  }

  /** About what the pool bids for an NFT, attoFIL. */
  async #bidFor(id: bigint, miner: bigint): Promise<bigint> {
    const { nft, pool } = this.#world.contracts;
    const [power, earned, account, { bidBps }, now] = await Promise.all([
      nft.powerOf(id),
      nft.earnedOf(id),
      nft.minerAccount(miner),
      pool.policy(),
      this.#world.fil.epoch(),
    ]);
    const expected = (await nft.expectedPerDay(miner, power.weight)) * (power.expiry - now);
    const realised = (earned * EPOCHS_PER_DAY * (power.expiry - now)) / (account.lastSync - power.attestedAt);
    return ((expected < realised ? expected : realised) * bidBps) / (EPOCHS_PER_DAY * BPS);
  }

  async #recogniseLosses(ids: readonly bigint[]): Promise<void> {
    const { contracts, keeper, fil } = this.#world;
    const { pool } = contracts;
    const delay = await pool.WRITE_OFF_DELAY();
    for (const id of ids) {
      const { idleSince, expiry } = await pool.machineOf(id);
      const now = await fil.epoch();
      if (idleSince === 0n || now < idleSince + delay || now >= expiry) continue;
      const done = await this.#world.send(keeper, pool, "recogniseLoss", [id]);
      this.#noteClosed(done.all("MachineClosed"));
      this.#late.add(id);
    }
  }

  #noteClosed(events: readonly Result[]): void {
    for (const { lost } of events) this.lost += lost as bigint;
  }
}
