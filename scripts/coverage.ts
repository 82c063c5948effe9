/**
 * Reads what the covered run of the contracts' tests left, prints lines and branches of each contract, and fails below
 * the least share.
 *
 * Usage: node scripts/coverage.ts [<lcov file>]
 */
import { readFileSync } from "node:fs";

/** The least share of lines, and of branches, of all contracts together: percent. */
const LEAST = 95;
const LCOV = "coverage/lcov.info";

interface Counted {
  hit: number;
  found: number;
}

interface File {
  readonly name: string;
  readonly lines: Counted;
  readonly branches: Counted;
}

/** The records of a file in lcov's format: `DA:<line>,<hits>` and `BRDA:<line>,<block>,<branch>,<hits or ->`. */
function readLcov(text: string): File[] {
  const files: File[] = [];
  let file: File | undefined;
  for (const line of text.split("\n")) {
    const [key = "", value = ""] = line.split(/:(.*)/s);
    if (key === "SF") {
      file = { name: value, lines: { hit: 0, found: 0 }, branches: { hit: 0, found: 0 } };
      files.push(file);
    }
    const counted = key === "DA" ? file?.lines : key === "BRDA" ? file?.branches : undefined;
    if (counted === undefined) continue;
    counted.found += 1;
    const hits = value.split(",").at(key === "DA" ? 1 : 3);
    if (hits !== "0" && hits !== "-") counted.hit += 1;
  }
  return files.filter(({ name }) => name.startsWith("contracts/")).sort((a, b) => a.name.localeCompare(b.name));
}

const percent = ({ hit, found }: Counted): number => (found === 0 ? 100 : (100 * hit) / found);
const sum = (parts: readonly Counted[]): Counted => ({
  hit: parts.reduce((total, { hit }) => total + hit, 0),
  found: parts.reduce((total, { found }) => total + found, 0),
});
const cell = (counted: Counted): string =>
  `${`${counted.hit}/${counted.found}`.padStart(11)} ${percent(counted).toFixed(1).padStart(6)} %`;

const files = readLcov(readFileSync(process.argv[2] ?? LCOV, "utf8"));
if (files.length === 0) throw new Error("The run has covered no contract.");
const total: File = {
  name: "all contracts",
  lines: sum(files.map(({ lines }) => lines)),
  branches: sum(files.map(({ branches }) => branches)),
};
const width = Math.max(...files.map(({ name }) => name.length));
console.log(`${"".padEnd(width)}  ${"lines".padStart(20)}  ${"branches".padStart(20)}`);
for (const { name, lines, branches } of [...files, total]) {
  console.log(`${name.padEnd(width)}  ${cell(lines)}  ${cell(branches)}`);
}
const enough = percent(total.lines) >= LEAST && percent(total.branches) >= LEAST;
console.log(enough ? `At least ${LEAST} % are covered.` : `Less than ${LEAST} % are covered: add the missing tests.`);
process.exitCode = enough ? 0 : 1;
