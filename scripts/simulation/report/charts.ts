import { DAYS, MOODS } from "../world/timetable.ts";
import type { Chart, Colour, Panel, Point, Series } from "../plot/drawChart.ts";
import type { Row } from "./table.ts";

/** The tables that charts are drawn from. */
export interface Tables {
  readonly days: readonly Row[];
  readonly tickets: readonly Row[];
  readonly stays: readonly Row[];
  readonly runDays: readonly Row[];
  readonly runPeople: readonly Row[];
}

const DAY = "day";
const BANDS = MOODS.map(({ name, from }, n) => ({ name, from, to: MOODS[n + 1]?.from ?? DAYS }));

/** All charts of the simulation, by the name of their file. */
export function chartsOf(tables: Tables): Record<string, Chart> {
  const { days, tickets, stays, runDays, runPeople } = tables;
  const overTime = (title: string, panels: readonly Panel[]): Chart => ({
    title,
    xTitle: "day",
    x: { least: 0, most: DAYS },
    bands: BANDS,
    panels,
  });
  const lastRunDay = Math.max(1, ...valuesOf(runDays, DAY));
  const longestWait = roundUp(Math.max(1, ...valuesOf(tickets, "waited"), ...valuesOf(tickets, "estimate")));
  const longestStay = roundUp(Math.max(1, ...valuesOf(stays, "days")));
  return {
    "return.svg": overTime("Return and utilisation", [
      panel("return of the last 30 days, for a year", true, [
        line(days, "returnOfEntry", "price of entering", "blue"),
        line(days, "returnOfLeaving", "price of leaving", "orange"),
      ]),
      { ...panel("utilisation U", true, [area(days, "utilisation", "", "green")]), range: { least: 0, most: 1 } },
    ]),
    "price.svg": overTime("Price of a share", [
      {
        ...panel("FIL", false, [
          line(days, "enters", "who enters pays", "blue"),
          line(days, "leaves", "who leaves gets", "orange"),
        ]),
        zero: false,
      },
      panel("what a day brings, FIL", false, [
        line(days, "income", "income of machines", "blue"),
        line(days, "amortised", "pays machines off", "green"),
      ]),
    ]),
    "pool.svg": overTime("What the pool has", [
      panel("FIL", false, [
        line(days, "upper", "worth for entrants", "blue"),
        line(days, "lower", "worth for leavers", "orange"),
        line(days, "deposits", "deposits", "grey"),
        area(days, "cash", "cash", "green"),
      ]),
      panel("machines", false, [area(days, "machines", "", "blue")]),
    ]),
    "queue.svg": overTime("The queue", [
      panel("who waits is worth, FIL", false, [area(days, "queue", "", "orange")]),
      panel("tickets that were paid: days waited", false, [dots(days, DAY, "waited", "", "red")]),
    ]),
    "estimate.svg": {
      title: "Waiting: what the pool said when the ticket was made, and what it took",
      xTitle: "estimate, days",
      x: { least: 0, most: longestWait },
      panels: [
        {
          ...panel("waited, days", false, [dots(tickets, "estimate", "waited", "", "red")]),
          range: { least: 0, most: longestWait },
          diagonal: true,
        },
      ],
    },
    "stays.svg": {
      title: "Everybody who left: how long it had been in, and what it gained",
      xTitle: "days in the pool, from deposit to payment",
      x: { least: 0, most: longestStay },
      panels: [{ ...panel("gain on what was put in", true, [dots(stays, "days", "gain", "", "blue")]), zero: true }],
    },
    "run.svg": {
      title: "All leave on one day",
      xTitle: "days since",
      x: { least: 0, most: roundUp(lastRunDay) },
      panels: [
        panel("FIL", false, [
          line(runDays, "paid", "paid out", "green"),
          line(runDays, "queue", "who still waits is worth", "orange"),
        ]),
        { ...panel("what a share brings, FIL", false, [line(runDays, "leaves", "", "blue")]), log: true },
      ],
    },
    "run-people.svg": {
      title: "All leave on one day: each in the order of asking",
      xTitle: "place in the queue",
      x: { least: 0, most: Math.max(1, ...valuesOf(runPeople, "place")) + 1 },
      panels: [
        panel("days until paid in full", false, [
          dots(runPeople, "place", "waited", "waited", "red"),
          dots(runPeople, "place", "estimate", "estimate on the first day", "grey"),
        ]),
        { ...panel("what a share brought, FIL", false, [dots(runPeople, "place", "price", "", "blue")]), log: true },
      ],
    },
  };
}

function panel(title: string, percent: boolean, series: readonly Series[]): Panel {
  return { title, percent, series };
}

function line(rows: readonly Row[], column: string, name: string, colour: Colour): Series {
  return { name, colour, as: "line", pieces: piecesOf(rows, column) };
}

function area(rows: readonly Row[], column: string, name: string, colour: Colour): Series {
  return { name, colour, as: "area", pieces: piecesOf(rows, column) };
}

function dots(rows: readonly Row[], x: string, y: string, name: string, colour: Colour): Series {
  const points = rows.flatMap((row): Point[] => {
    const [a, b] = [row[x], row[y]];
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
  return { name, colour, as: "dots", pieces: [points] };
}

/** A line over the days, broken where there is no value. */
function piecesOf(rows: readonly Row[], column: string): Point[][] {
  const pieces: Point[][] = [[]];
  for (const row of rows) {
    const [day, value] = [row[DAY], row[column]];
    if (day === undefined || value === undefined) pieces.push([]);
    else pieces.at(-1)?.push([day, value]);
  }
  return pieces.filter(({ length }) => length > 0);
}

function valuesOf(rows: readonly Row[], column: string): number[] {
  return rows.flatMap((row) => row[column] ?? []);
}

const ROUND = 20;
const roundUp = (value: number): number => Math.ceil(value / ROUND) * ROUND;
