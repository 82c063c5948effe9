/**
 * Reads what the covered run of the contracts' tests left, prints each contract's share of lines, and fails below the
 * least one.
 *
 * Hardhat's engine counts statements, and knows no branches. It marks a line only when every statement on it ran: so
 * `if (wrong) revert Wrong();` needs a test that meets the error and one that does not, and each body of an `if` its own.
 *
 * Usage: node scripts/coverage.ts [<lcov file>]
 */
import { readFileSync } from "node:fs";

/** The least share of lines of all contracts together, and of each one: percent. */
const LEAST = 95;
const LEAST_OF_EACH = 85;
const LCOV = "coverage/lcov.info";

interface Covered {
  readonly name: string;
  /** Lines whose statements all ran. */
  hit: number;
  /** Lines with statements. */
  found: number;
}

/** The records of a file in lcov's format: `SF:<path>`, then `DA:<line>,<hits>` for each line. */
function readLcov(text: string): Covered[] {
  const files: Covered[] = [];
  for (const record of text.split("\n")) {
    const [key = "", value = ""] = record.split(/:(.*)/s);
    if (key === "SF") files.push({ name: value, hit: 0, found: 0 });
    const file = files.at(-1);
    if (key !== "DA" || file === undefined) continue;
    file.found += 1;
    if (value.split(",")[1] !== "0") file.hit += 1;
  }
  return files.filter(({ name }) => name.startsWith("contracts/")).sort((a, b) => a.name.localeCompare(b.name));
}

const percent = ({ hit, found }: Covered): number => (found === 0 ? 100 : (100 * hit) / found);

const files = readLcov(readFileSync(process.argv[2] ?? LCOV, "utf8"));
if (files.length === 0) throw new Error("The run has covered no contract.");
const total: Covered = {
  name: "all contracts",
  hit: files.reduce((sum, { hit }) => sum + hit, 0),
  found: files.reduce((sum, { found }) => sum + found, 0),
};
const width = Math.max(...files.map(({ name }) => name.length));
for (const file of [...files, total]) {
  const count = `${file.hit}/${file.found}`;
  console.log(`${file.name.padEnd(width)}  ${count.padStart(11)} lines  ${percent(file).toFixed(1).padStart(5)} %`);
}
const poor = files.filter((file) => percent(file) < LEAST_OF_EACH);
for (const { name } of poor)
  console.log(`${name}: less than ${LEAST_OF_EACH} % of its lines ran: add the missing tests.`);
const enough = percent(total) >= LEAST;
console.log(enough ? `At least ${LEAST} % of the lines ran.` : `Less than ${LEAST} % ran: add the missing tests.`);
process.exitCode = enough && poor.length === 0 ? 0 : 1;
