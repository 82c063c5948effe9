/**
 * `npm run simulate`: plays three years of a pool and a run on it with the deployed bytecode, and writes the tables,
 * charts and figures of `docs/simulation`. Fails when anything is lost on any day.
 *
 * `--check` plays it again and fails when a file differs; `--draw` draws the tables that are there.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { artifact, factoryOf } from "../../test/lotus/protocol.ts";
import { History } from "./play/History.ts";
import { playBankRun } from "./play/playBankRun.ts";
import { drawChart } from "./plot/drawChart.ts";
import { chartsOf } from "./report/charts.ts";
import { type Facts, digestOf, factsOf } from "./report/facts.ts";
import { withFigures } from "./report/figures.ts";
import { readTables } from "./report/readTables.ts";
import { tablesOf } from "./report/tables.ts";
import { DAYS, SEED } from "./world/timetable.ts";

const FOLDER = join(import.meta.dirname, "../../docs/simulation");
const FACTS = "facts.json";
const PAGE = "README.md";
/** The contracts that the story is about. */
const CONTRACTS = ["JointMiningPool", "Machines", "Buying", "Queue", "PowerNFT", "PowerMarket"];
const PROGRESS_DAYS = 50;

type Files = Record<string, string>;

const { values: options } = parseArgs({
  options: { check: { type: "boolean", default: false }, draw: { type: "boolean", default: false } },
});
const told = options.draw ? await readTold() : await play();
const files = { ...told, ...(await drawn(told)) };
if (options.check) await compare(files);
else for (const [name, content] of Object.entries(files)) await writeFile(join(FOLDER, name), content);

/** Tables and facts, by the names of their files. */
async function play(): Promise<Files> {
  const code = digestOf(CONTRACTS.map((name) => artifact(name).deployedBytecode));
  const history = await History.begin(SEED, factoryOf);
  try {
    for (let day = 0; day < DAYS; day += 1) {
      const { utilisation, enters, tickets } = await history.live(day);
      if (day % PROGRESS_DAYS === 0) {
        console.log(
          `day ${day}: U ${utilisation.toFixed(2)}, ${enters.toFixed(4)} FIL a share, ${tickets} tickets wait`,
        );
      }
    }
    console.log("All leave on one day ...");
    const run = await playBankRun(history, DAYS);
    const { tickets, stays } = history.people;
    const facts = factsOf(SEED, code, history, run);
    return {
      ...tablesOf({ days: history.days, tickets, stays, run }),
      [FACTS]: `${JSON.stringify(facts, null, 2)}\n`,
    };
  } finally {
    await history.world.close();
  }
}

/** The same from the files that are there. */
async function readTold(): Promise<Files> {
  const names = ["days.csv", "tickets.csv", "stays.csv", "run-days.csv", "run-people.csv", FACTS];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(FOLDER, name), "utf8")] as const)),
  );
}

/** Charts, and the page with its figures. */
async function drawn(from: Files): Promise<Files> {
  const tables = await readTables((name) => Promise.resolve(from[name] ?? ""));
  const facts = JSON.parse(from[FACTS] ?? "") as Facts;
  const charts = Object.entries(chartsOf(tables)).map(([name, chart]) => [name, drawChart(chart)] as const);
  const page = await readFile(join(FOLDER, PAGE), "utf8");
  return { ...Object.fromEntries(charts), [PAGE]: withFigures(page, tables, facts) };
}

async function compare(made: Files): Promise<void> {
  for (const [name, content] of Object.entries(made)) {
    if ((await readFile(join(FOLDER, name), "utf8")) === content) continue;
    console.error(`docs/simulation/${name} is not what the contracts do now: run "npm run simulate" and look at it.`);
    process.exitCode = 1;
  }
}
