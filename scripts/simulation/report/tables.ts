import { COLUMNS, type Day } from "../play/Day.ts";
import type { BankRun, RunDay, RunPerson } from "../play/playBankRun.ts";
import type { Stay, WaitingTicket } from "../world/People.ts";
import { inFil } from "../play/inFil.ts";
import { toCsv } from "./table.ts";

const TICKETS = ["ticket", "person", "day", "estimate", "waited", "assets"] as const;
const STAYS = ["days", "gain"] as const;
const RUN_DAYS = ["day", "leaves", "paid", "queue", "cash", "tickets"] as const satisfies readonly (keyof RunDay)[];
const RUN_PEOPLE = [
  "place",
  "person",
  "stake",
  "atOnce",
  "byTicket",
  "waited",
  "estimate",
  "price",
] as const satisfies readonly (keyof RunPerson)[];

/** The tables of a simulation as files, by name. */
export function tablesOf(told: {
  readonly days: readonly Day[];
  readonly tickets: readonly WaitingTicket[];
  readonly stays: readonly Stay[];
  readonly run: BankRun;
}): Record<string, string> {
  const tickets = told.tickets.map(({ id, person, day, estimate, paidOn, assets }) => ({
    ticket: Number(id),
    person,
    day,
    estimate: estimate === undefined ? undefined : rounded(estimate),
    waited: paidOn === undefined ? undefined : paidOn - day,
    assets: assets === undefined ? undefined : inFil(assets),
  }));
  const stays = told.stays.map(({ days, gain }) => ({ days: rounded(days), gain: rounded(gain) }));
  const people = told.run.people.map((person) => ({
    ...person,
    estimate: person.estimate === undefined ? undefined : rounded(person.estimate),
  }));
  return {
    "days.csv": toCsv(COLUMNS, told.days.map(roundedDay)),
    "tickets.csv": toCsv(TICKETS, tickets),
    "stays.csv": toCsv(STAYS, stays),
    "run-days.csv": toCsv(RUN_DAYS, told.run.days),
    "run-people.csv": toCsv(RUN_PEOPLE, people),
  };
}

/** A day as its row says it. */
export function roundedDay(day: Day): Day {
  return Object.fromEntries(
    Object.entries(day).map(([name, value]: [string, number | undefined]) => [
      name,
      value === undefined ? undefined : rounded(value),
    ]),
  ) as unknown as Day;
}

const DIGITS = 1e6;
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;
