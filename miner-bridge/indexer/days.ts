import { type Clock, EPOCHS_PER_DAY } from "../../lib/index.ts";

/** A day of the calendar in UTC: `2026-11-25`. */
export type Day = string;

/** The day that an epoch begins in. */
export function dayOf(clock: Clock, epoch: bigint): Day {
  return clock.dateOf(epoch).toISOString().slice(0, 10);
}

/** The first epoch of a day. */
export function firstEpochOf(clock: Clock, day: Day): bigint {
  return clock.epochAt(new Date(`${day}T00:00:00Z`));
}

/** The last epoch of a day. Every day has EPOCHS_PER_DAY epochs. */
export function lastEpochOf(clock: Clock, day: Day): bigint {
  return firstEpochOf(clock, day) + EPOCHS_PER_DAY - 1n;
}
