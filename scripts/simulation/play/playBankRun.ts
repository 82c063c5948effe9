import { ATTO_PER_FIL } from "../../../lib/index.ts";
import { BooksError } from "./Books.ts";
import type { History } from "./History.ts";
import { inFil } from "./inFil.ts";

/** Keepers work every day at first, then every week. */
const DAILY_FOR = 30;
const WEEK = 7;
/** No machine of the pool lasts longer. */
const LONGEST = 700;
/** How far two payments of one day may differ: a few epochs of release lie between them. */
const SAME_DAY = 1e-4;
const SCALE = 10n ** 24n;
/** As many shares as the first FIL brings. */
const ONE_SHARE = 10n ** 24n;
/** What rounding may take from a ticket in a payment, attoFIL. */
const DUST = 2n;

/** The pool on a day of the run on which keepers worked; amounts in FIL. */
export interface RunDay {
  /** Days since everybody asked. */
  readonly day: number;
  /** What a share brings; undefined when there is none any more. */
  readonly leaves: number | undefined;
  readonly paid: number;
  readonly queue: number;
  readonly cash: number;
  readonly tickets: number;
}

/** Somebody in the run, in the order of asking; amounts in FIL. */
export interface RunPerson {
  readonly place: number;
  readonly person: number;
  readonly stake: number;
  readonly atOnce: number;
  readonly byTicket: number;
  /** Days until the last of it was paid. */
  readonly waited: number;
  /** What the pool said on the first day. */
  readonly estimate: number | undefined;
  /** What a share brought, in the mean. */
  readonly price: number;
}

export interface BankRun {
  readonly days: readonly RunDay[];
  readonly people: readonly RunPerson[];
  /** The largest difference of what a share brought two people on one day, of the price. */
  readonly spread: number;
  /** What is left when the last has left: cash, and what machines may still bring. */
  readonly residue: { readonly cash: number; readonly machines: number; readonly heldBack: number };
}

/**
 * Everybody asks to leave with everything on one day, in an order that has nothing to do with what they have; then the
 * machines' income pays for them, and nobody joins.
 *
 * @throws {BooksError} when somebody gets less than a neighbour of the same day, or is passed, or anything is lost.
 */
export async function playBankRun(history: History, first: number): Promise<BankRun> {
  const { people, world } = history;
  const { pool } = world.contracts;
  const days: RunDay[] = [];
  const before = people.tickets.length;
  const paidBefore = people.all.reduce((sum, { paidOut }) => sum + paidOut, 0n);
  const asked: { person: number; stake: bigint; shares: bigint; atOnce: bigint }[] = [];
  let spread = 0;
  await history.idle(first, true);
  for (const person of people.all) {
    const shares = await pool.balanceOf(person.wallet);
    if (shares === 0n) continue;
    const { stake, paidOut } = person;
    await people.leave(person, first, shares);
    asked.push({ person: person.number, stake, shares, atOnce: person.paidOut - paidOut });
  }
  await history.books.check(first);

  const watch = async (day: number): Promise<void> => {
    spread = Math.max(spread, await spreadOf(history, day, seen));
  };
  const note = async (day: number): Promise<boolean> => {
    const accounts = await pool.accounts();
    const supply = await pool.totalSupply();
    const paidOut = people.all.reduce((sum, person) => sum + person.paidOut, 0n);
    days.push({
      day,
      leaves: supply === 0n ? undefined : inFil((await pool.previewExit(ONE_SHARE)).worth),
      paid: inFil(paidOut - paidBefore),
      queue: inFil((await pool.previewExit(accounts.waiting)).worth),
      cash: inFil(accounts.cash),
      tickets: people.tickets.filter(({ paidOn }) => paidOn === undefined).length,
    });
    return supply > 0n;
  };
  const seen = new Map<bigint, { shares: bigint; assets: bigint }>();
  let day = 0;
  while (await note(day)) {
    const until = day + (day < DAILY_FOR ? 1 : WEEK);
    if (until > LONGEST) throw new BooksError(first + day, "somebody waits for ever");
    while (++day < until) await history.idle(first + day, false);
    await history.idle(first + day, true, () => watch(first + day));
  }
  const accounts = await pool.accounts();
  return {
    days,
    people: asked.map(({ person, stake, shares, atOnce }, place) => {
      const ticket = people.tickets.slice(before).find((one) => one.person === person);
      const byTicket = ticket?.assets ?? 0n;
      return {
        place: place + 1,
        person,
        stake: inFil(stake),
        atOnce: inFil(atOnce),
        byTicket: inFil(byTicket),
        waited: ticket === undefined ? 0 : (ticket.paidOn ?? Number.NaN) - first,
        estimate: ticket === undefined ? 0 : ticket.estimate,
        price: inFil(((atOnce + byTicket) * SCALE) / shares),
      };
    }),
    spread,
    residue: {
      cash: inFil(accounts.cash),
      machines: inFil(accounts.machinesUpper + accounts.receivables),
      heldBack: inFil(accounts.heldBack),
    },
  };
}

/**
 * What was paid since the last look: everybody for the same price.
 *
 * @returns how far prices of this day lie from one another, of the price.
 * @throws {BooksError} when somebody got less than a neighbour.
 */
async function spreadOf(
  history: History,
  day: number,
  seen: Map<bigint, { shares: bigint; assets: bigint }>,
): Promise<number> {
  const prices: number[] = [];
  for (const { id, paidOn } of history.people.tickets) {
    if (paidOn !== undefined) continue;
    const now = await history.world.contracts.pool.ticketOf(id);
    const last = seen.get(id) ?? { shares: 0n, assets: 0n };
    seen.set(id, { shares: now.claimable, assets: now.assets });
    const [shares, assets] = [now.claimable - last.shares, now.assets - last.assets];
    // of less than a millionth of a FIL, rounding would be seen
    if (assets > ATTO_PER_FIL / 1_000_000n) prices.push(Number(((assets + DUST) * SCALE) / shares));
  }
  if (prices.length < 2) return 0;
  const spread = Math.max(...prices) / Math.min(...prices) - 1;
  if (spread > SAME_DAY) throw new BooksError(day, `neighbours got prices that differ by ${spread}`);
  return spread;
}
