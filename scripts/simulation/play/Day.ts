/** A day of the pool, as its row says: amounts in FIL, prices in FIL a share, U and returns as parts of 1. */
export interface Day {
  readonly day: number;
  /** What a share costs, and what it brings. */
  readonly enters: number;
  readonly leaves: number;
  /** The rise of the price over 30 days, for a year; undefined in the first 30 days. */
  readonly returnOfEntry: number | undefined;
  readonly returnOfLeaving: number | undefined;
  readonly utilisation: number;
  /** Deposits at their original amounts. */
  readonly deposits: number;
  /** The value for entrants and for leavers, and the parts of it. */
  readonly upper: number;
  readonly lower: number;
  readonly cash: number;
  readonly heldBack: number;
  readonly machines: number;
  /** The original cost of machines that are not paid off. */
  readonly openCost: number;
  /** Of this day. */
  readonly income: number;
  readonly amortised: number;
  /** Who waits: tickets, and what their shares are worth. */
  readonly tickets: number;
  readonly queue: number;
  /** The mean wait of the tickets that were paid in full on this day, days; undefined: there were none. */
  readonly waited: number | undefined;
}

export const COLUMNS: readonly (keyof Day)[] = [
  "day",
  "enters",
  "leaves",
  "returnOfEntry",
  "returnOfLeaving",
  "utilisation",
  "deposits",
  "upper",
  "lower",
  "cash",
  "heldBack",
  "machines",
  "openCost",
  "income",
  "amortised",
  "tickets",
  "queue",
  "waited",
];
