import { ATTO_PER_FIL, EPOCHS_PER_DAY } from "../../../lib/index.ts";
import type { Dice } from "./Dice.ts";
import type { Mood } from "./timetable.ts";
import { PURSE, type World } from "./World.ts";

/** How many people there are, and what the poorest and the richest have for the pool, FIL. */
const COUNT = 36;
const POOREST = 5;
const RICHEST = 9_000;
/** Who leaves takes everything, or a part of it. */
const LEAVES_WHOLLY = 0.6;
const LEAST_PART = 0.2;
/** At such a return of a year people come and go as their mood is; above it more come and fewer go. */
const USUAL_RETURN = 0.25;
const MOST_SWAY = 2;

/** A ticket that waits, or was paid. */
export interface WaitingTicket {
  readonly id: bigint;
  readonly person: number;
  readonly day: number;
  /** What the pool said that it would take, days; undefined: no income was expected. */
  readonly estimate: number | undefined;
  readonly shares: bigint;
  /** What was put in for all shares that left together, since when, and what they brought at once. */
  readonly stake: bigint;
  readonly since: number;
  readonly atOnce: bigint;
  /** The day on which the last of it was paid. */
  paidOn?: number;
  /** What it brought, attoFIL. */
  assets?: bigint;
}

/** A stay that ended: somebody took out what it had put in. */
export interface Stay {
  readonly days: number;
  /** What it brought beyond what was put in, of that. */
  readonly gain: number;
}

/** One of the people around a pool. */
export interface Person {
  readonly number: number;
  readonly wallet: string;
  /** What it has for the pool in all, attoFIL. */
  readonly means: bigint;
  /** What it put in and has not taken out again, attoFIL; and since when, as the mean over its deposits. */
  stake: bigint;
  since: number;
  paidIn: bigint;
  paidOut: bigint;
}

/** People who put FIL in and take it out, by their mood, and by what the pool has paid lately. */
export class People {
  readonly all: readonly Person[];
  readonly tickets: WaitingTicket[] = [];
  readonly stays: Stay[] = [];
  /** Deposits that the pool did not take on that day. */
  refused = 0;
  readonly #world: World;
  readonly #random: Dice;

  private constructor(world: World, all: readonly Person[], random: Dice) {
    this.#world = world;
    this.all = all;
    this.#random = random;
  }

  static async gather(world: World, random: Dice): Promise<People> {
    const all: Person[] = [];
    for (let number = 0; number < COUNT; number += 1) {
      const means = BigInt(Math.round(POOREST * (RICHEST / POOREST) ** random.next())) * ATTO_PER_FIL;
      all.push({
        number,
        wallet: await world.wallet(number),
        means,
        stake: 0n,
        since: 0,
        paidIn: 0n,
        paidOut: 0n,
      });
    }
    return new People(world, all, random);
  }

  /** A day: some come, some go. @param lately The return of the last 30 days, for a year; undefined in the beginning. */
  async live(day: number, mood: Mood, lately: number | undefined): Promise<void> {
    const sway = Math.min(Math.max((lately ?? USUAL_RETURN) / USUAL_RETURN, 1 / MOST_SWAY), MOST_SWAY);
    for (const person of this.all) {
      if (this.#random.chance(mood.exits / sway)) await this.#leaveInPart(person, day);
    }
    for (let n = this.#random.poisson(mood.deposits * sway); n > 0; n -= 1) {
      const person = this.all[this.#random.whole(0, COUNT - 1)];
      if (person !== undefined) await this.#join(person, day, mood);
    }
  }

  async #join(person: Person, day: number, mood: Mood): Promise<void> {
    const { pool } = this.#world.contracts;
    const part = BigInt(Math.round(mood.appetite * this.#random.between(0.5, 1) * 100));
    let amount = ((person.means - person.stake) * part) / 100n / ATTO_PER_FIL;
    if (person.stake >= person.means || amount < 1n) amount = 1n;
    amount *= ATTO_PER_FIL;
    if ((await pool.maxDeposit(person.wallet)) < amount) {
      this.refused += 1;
      return;
    }
    await this.#world.send(person.wallet, pool, "depositFil", [person.wallet, 0n], amount);
    const before = Number(person.stake);
    person.since = (person.since * before + day * Number(amount)) / (before + Number(amount));
    person.stake += amount;
    person.paidIn += amount;
  }

  async #leaveInPart(person: Person, day: number): Promise<void> {
    const shares = await this.#world.contracts.pool.balanceOf(person.wallet);
    const wholly = this.#random.chance(LEAVES_WHOLLY);
    const part = BigInt(Math.round(this.#random.between(LEAST_PART, 1) * 100));
    if (shares === 0n) return;
    const some = (shares * part) / 100n;
    const { worth } = await this.#world.contracts.pool.previewExit(some);
    await this.leave(person, day, wholly || worth < ATTO_PER_FIL ? shares : some);
  }

  /** Somebody leaves with shares. */
  async leave(person: Person, day: number, shares: bigint): Promise<void> {
    const { pool } = this.#world.contracts;
    const all = await pool.balanceOf(person.wallet);
    const stake = (person.stake * shares) / all;
    const done = await this.#world.send(person.wallet, pool, "exitToFil", [shares, person.wallet, 0n]);
    let paid = 0n;
    for (const { assets } of done.all("Withdraw")) paid += assets as bigint;
    person.paidOut += paid;
    person.stake -= stake;
    const [request] = done.all("RedeemRequest");
    const waits = (request?.shares ?? 0n) as bigint;
    if (waits === 0n) this.#noteStay({ stake, since: person.since }, day, paid);
    if (request === undefined) return;
    const id = request.requestId as bigint;
    const epochs = await pool.estimatedWait(id);
    const estimate = epochs > 10_000n * EPOCHS_PER_DAY ? undefined : Number(epochs) / Number(EPOCHS_PER_DAY);
    const { number, since } = person;
    this.tickets.push({ id, person: number, day, estimate, shares: waits, stake, since, atOnce: paid });
  }

  #noteStay({ stake, since }: { stake: bigint; since: number }, day: number, paid: bigint): void {
    if (stake > 0n) this.stays.push({ days: day - since, gain: Number(paid - stake) / Number(stake) });
  }

  /** Whoever's ticket was paid in full takes the money. @returns the tickets that were. */
  async claim(day: number): Promise<WaitingTicket[]> {
    const { pool } = this.#world.contracts;
    const paid: WaitingTicket[] = [];
    for (const ticket of this.tickets) {
      if (ticket.paidOn !== undefined) continue;
      const { pending, claimable } = await pool.ticketOf(ticket.id);
      if (pending > 0n) continue;
      const person = this.all[ticket.person];
      if (person === undefined) throw new RangeError(`there is no person ${ticket.person}`);
      const { wallet } = person;
      const done = await this.#world.send(wallet, pool, "redeemToFil", [claimable, wallet, wallet]);
      const assets = done.all("Withdraw").reduce((sum, args) => sum + (args.assets as bigint), 0n);
      person.paidOut += assets;
      ticket.paidOn = day;
      ticket.assets = assets;
      this.#noteStay(ticket, day, ticket.atOnce + assets);
      paid.push(ticket);
    }
    return paid;
  }

  /** What wallets should hold by what people paid and were paid, attoFIL. */
  expectedIn(person: Person): bigint {
    return PURSE - person.paidIn + person.paidOut;
  }
}
