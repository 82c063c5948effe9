import { DAYS, MOODS } from "../world/timetable.ts";
import type { Tables } from "./charts.ts";
import type { Facts } from "./facts.ts";
import type { Row } from "./table.ts";

const BEGIN = "<!-- figures: written by the command -->";
const END = "<!-- end of figures -->";
/** U, in classes of the second table. */
const CLASSES = [0, 0.25, 0.5, 0.75, 1] as const;

/**
 * A page with its figures written anew.
 *
 * @throws {RangeError} when the page has no place for them.
 */
export function withFigures(page: string, tables: Tables, facts: Facts): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError(`The page has no lines "${BEGIN}" and "${END}".`);
  const body = figuresOf(tables, facts).join("\n");
  return `${page.slice(0, begin + BEGIN.length)}\n${body}\n${page.slice(end)}`;
}

function figuresOf(tables: Tables, facts: Facts): string[] {
  return [...byMood(tables), "", ...byUtilisation(tables), "", ...overall(tables, facts)];
}

function byMood({ days, tickets }: Tables): string[] {
  const rows = MOODS.map(({ name, from }, n) => {
    const to = MOODS[n + 1]?.from ?? DAYS;
    const within = days.filter(({ day = -1 }) => day >= from && day < to);
    const asked = tickets.filter(({ day = -1 }) => day >= from && day < to);
    const waits = valuesOf(asked, "waited");
    return [
      `${name}, days ${from} to ${to - 1}`,
      percent(meanOf(valuesOf(within, "utilisation"))),
      percent(yearly(within, "enters")),
      percent(yearly(within, "leaves")),
      whole(meanOf(valuesOf(within, "cash"))),
      String(asked.length),
      waits.length === 0 ? "" : `${whole(meanOf(waits))} (${whole(Math.max(...waits))})`,
    ];
  });
  return table(
    [
      "time",
      "mean U",
      "rise of the price of entering, a year",
      "of leaving",
      "mean cash, FIL",
      "tickets",
      "waited, days: mean (longest)",
    ],
    rows,
  );
}

/** The mean day's rise while U was in a class, for a year. */
function byUtilisation({ days }: Tables): string[] {
  const rows = CLASSES.map((from, n) => {
    const to = CLASSES[n + 1] ?? Infinity;
    const rises: number[] = [];
    for (const [at, { utilisation = -1, enters }] of days.entries()) {
      const next = days[at + 1]?.enters;
      if (utilisation < from || utilisation >= to || enters === undefined || next === undefined) continue;
      rises.push(next / enters - 1);
    }
    const name = to === Infinity ? "U = 1" : `${from} <= U < ${to}`;
    return [name, String(rises.length), rises.length === 0 ? "" : percent(meanOf(rises) * YEAR)];
  });
  return table(["utilisation", "days", "rise of the price of entering on the next day, for a year"], rows);
}

function overall({ stays, tickets, runPeople, runDays }: Tables, facts: Facts): string[] {
  const losers = stays.filter(({ gain = 0 }) => gain < 0);
  const long = stays.filter(({ days = 0 }) => days >= LONG);
  const compared = tickets.filter(({ estimate, waited }) => estimate !== undefined && waited !== undefined);
  const ratios = compared.flatMap(({ estimate = 0, waited = 0 }) => (estimate > 0 ? [waited / estimate] : []));
  const held = facts.deposited + facts.collected - facts.spentOnMachines - facts.paidOut;
  const lines: readonly (readonly [string, string])[] = [
    [
      "machines bought, and what was never paid off of those that ended",
      `${facts.machinesBought}, ${whole(facts.neverPaidOff)} FIL`,
    ],
    [
      "people who left with less than they brought",
      `${losers.length} of ${stays.length}; the most lost: ${percent(-Math.min(0, ...valuesOf(stays, "gain")))}`,
    ],
    [
      `of those who stayed ${LONG} days or more`,
      `${long.filter(({ gain = 0 }) => gain < 0).length} of ${long.length}; their mean gain a year: ${percent(meanOf(long.map(({ gain = 0, days = 1 }) => (gain * YEAR) / days)))}`,
    ],
    [
      "waited, over what the pool had estimated",
      ratios.length === 0
        ? ""
        : `mean ${meanOf(ratios).toFixed(2)}, most ${Math.max(...ratios).toFixed(2)}, of ${ratios.length} tickets`,
    ],
    ["deposits not taken on their day", String(facts.depositsRefused)],
    [
      "the run: people, and days until the last was paid",
      `${runPeople.length}, ${Math.max(0, ...valuesOf(runDays, "day"))}`,
    ],
    [
      "the run: what a share brought the first and the last",
      `${price(runPeople[0]?.price)} and ${price(runPeople.at(-1)?.price)} FIL`,
    ],
    [
      "the run: the largest difference between neighbours of one day",
      `${(facts.largestSpreadOfADay * 1e6).toFixed(1)} millionths of the price`,
    ],
    [
      "in all: deposits + income of machines - price of machines - paid out",
      `${fil(facts.deposited)} + ${fil(facts.collected)} - ${fil(facts.spentOnMachines)} - ${fil(facts.paidOut)} = ${fil(held)} FIL`,
    ],
    [
      "is what the pool holds when the last has left",
      `${fil(facts.leftCash)} FIL, of it held back ${fil(facts.leftHeldBack)}`,
    ],
    ["and machines that may still bring", `${fil(facts.leftInMachines)} FIL`],
    ["seed; digest of the code", `${facts.seed}; \`${facts.code.slice(0, 18)}\``],
  ];
  return table(["figure", "value"], lines);
}

const YEAR = 365;
const LONG = 90;

function yearly(rows: readonly Row[], column: string): number {
  const [first, last] = [rows[0]?.[column], rows.at(-1)?.[column]];
  if (first === undefined || last === undefined || rows.length < 2) return Number.NaN;
  return ((last / first - 1) * YEAR) / (rows.length - 1);
}

function valuesOf(rows: readonly Row[], column: string): number[] {
  return rows.flatMap((row) => row[column] ?? []);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

const percent = (part: number): string => (Number.isNaN(part) ? "" : `${(part * 100).toFixed(1)} %`);
const whole = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const fil = (value: number): string => value.toFixed(2).replace(/\B(?=(\d{3})+(?!\d)\.)/g, ",");
const price = (value: number | undefined): string => (value ?? Number.NaN).toFixed(4);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
