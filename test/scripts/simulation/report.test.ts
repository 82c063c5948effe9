import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { drawChart } from "../../../scripts/simulation/plot/drawChart.ts";
import { chartsOf } from "../../../scripts/simulation/report/charts.ts";
import { type Facts, digestOf } from "../../../scripts/simulation/report/facts.ts";
import { withFigures } from "../../../scripts/simulation/report/figures.ts";
import { readTables } from "../../../scripts/simulation/report/readTables.ts";
import { fromCsv, toCsv } from "../../../scripts/simulation/report/table.ts";
import { Dice } from "../../../scripts/simulation/world/Dice.ts";

const FOLDER = join(import.meta.dirname, "../../../docs/simulation");
const read = (name: string): Promise<string> => readFile(join(FOLDER, name), "utf8");
const facts = async (): Promise<Facts> => JSON.parse(await read("facts.json")) as Facts;

describe("the simulation's report", () => {
  it("draws the committed charts from the committed tables, byte for byte", async () => {
    const charts = Object.entries(chartsOf(await readTables(read)));
    expect(charts.length).to.be.greaterThan(0);
    for (const [name, chart] of charts) expect(drawChart(chart), name).to.equal(await read(name));
  });

  it("has the committed figures from the committed tables", async () => {
    const page = await read("README.md");
    expect(withFigures(page, await readTables(read), await facts())).to.equal(page);
    expect(() =>
      withFigures("", { days: [], tickets: [], stays: [], runDays: [], runPeople: [] }, {} as Facts),
    ).to.throw(RangeError);
  });

  it("accounts for everything: what came in and did not go out is what is left (R-JMP-5)", async () => {
    const { deposited, collected, spentOnMachines, paidOut, leftCash } = await facts();
    const off = deposited + collected - spentOnMachines - paidOut - leftCash;
    expect(Math.abs(off), `${off} FIL`).to.satisfy((fil: number) => fil < 0.001);
  });

  it("lets everybody out in the order of asking, in a run on the pool (R-JMP-5)", async () => {
    const { runPeople } = await readTables(read);
    const waits = runPeople.map(({ waited }) => waited);
    expect(waits).to.deep.equal([...waits].sort((a = 0, b = 0) => a - b));
    expect(waits.length).to.be.greaterThan(1);
    expect(waits.every((waited) => waited !== undefined)).to.equal(true);
  });

  it("writes tables that it can read", () => {
    const rows = [
      { a: 1, b: undefined },
      { a: -0.5, b: 2 },
    ];
    expect(toCsv(["a", "b"], rows)).to.equal("a,b\n1,\n-0.5,2\n");
    expect(fromCsv("a,b\n1,\n-0.5,2\n")).to.deep.equal(rows);
    expect(() => fromCsv("a,b\n1")).to.throw(SyntaxError);
    expect(() => fromCsv("a\nx")).to.throw(SyntaxError);
  });

  it("knows code by what runs, whatever the compiler notes behind it", () => {
    const [code, notes] = ["60016002", "a1b2c3"];
    const withNotes = (text: string): string => `0x${code}${text}${(text.length / 2).toString(16).padStart(4, "0")}`;
    expect(digestOf([withNotes(notes)])).to.equal(digestOf([withNotes("d4")]));
    expect(digestOf([withNotes(notes)])).to.not.equal(digestOf([withNotes(notes).replace("60016002", "60016003")]));
  });

  it("throws its dice the same way for the same seed", () => {
    const throws = (seed: number): number[] => {
      const random = new Dice(seed);
      return Array.from({ length: 1_000 }, () => random.poisson(3));
    };
    expect(throws(1)).to.deep.equal(throws(1));
    expect(throws(1)).to.not.deep.equal(throws(2));
    const mean = throws(1).reduce((a, b) => a + b, 0) / 1_000;
    expect(mean).to.satisfy((it: number) => Math.abs(it - 3) < 0.3);
  });
});
