/**
 * Runs tests of the contracts with coverage, prints each contract's share of lines and branches, and fails below the
 * least ones.
 *
 * The tests run in a copy of the project whose contracts show their branches; a line counts when all its statements ran.
 *
 * Usage: node scripts/coverage/index.ts <test file> [<test file> ...]
 */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

import { type Branch, observeConditions } from "./conditions.ts";
import { readLcov } from "./lcov.ts";

/** The least shares of all contracts together, and of each contract's lines: percent. */
const LEAST = 95;
const LEAST_OF_EACH = 85;
const HARDHAT = "node_modules/hardhat/dist/src/cli.js";
/** What is made, and not part of the project. */
const MADE = new Set(["node_modules", "artifacts", "cache", "coverage", "types", "dist", ".git"]);

interface Share {
  readonly hit: number;
  readonly found: number;
}

interface Covered {
  readonly name: string;
  readonly lines: Share;
  readonly branches: Share;
  readonly missed: readonly Branch[];
}

async function copyProject(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => !MADE.has(relative(from, path)) });
  await symlink(resolve(from, "node_modules"), join(to, "node_modules"), "dir");
}

/** Makes the branches of a copy's contracts visible. */
async function observeContracts(copy: string): Promise<Map<string, { length: number; branches: readonly Branch[] }>> {
  const files = await readdir(join(copy, "contracts"), { recursive: true });
  const observed = new Map<string, { length: number; branches: readonly Branch[] }>();
  for (const [n, file] of files
    .filter((name) => name.endsWith(".sol"))
    .sort()
    .entries()) {
    const path = join(copy, "contracts", file);
    const before = await readFile(path, "utf8");
    const { source, branches } = observeConditions(before, `condition_${n}_`);
    await writeFile(path, source);
    observed.set(`contracts/${file}`, { length: before.replace(/\n$/, "").split("\n").length, branches });
  }
  return observed;
}

function runTests(copy: string, tests: readonly string[]): Promise<boolean> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [HARDHAT, "test", "mocha", "--coverage", ...tests], {
      cwd: copy,
      stdio: "inherit",
    });
    child.on("error", reject);
    child.on("close", (code) => {
      done(code === 0);
    });
  });
}

const add = (a: Share, b: Share): Share => ({ hit: a.hit + b.hit, found: a.found + b.found });
const percent = ({ hit, found }: Share): number => (found === 0 ? 100 : (100 * hit) / found);
const column = (share: Share): string =>
  `${`${share.hit}/${share.found}`.padStart(10)} ${percent(share).toFixed(1).padStart(5)} %`;

const tests = process.argv.slice(2);
if (tests.length === 0) throw new Error("Name the tests to run.");
const copy = await mkdtemp(join(tmpdir(), "coverage-"));
try {
  await copyProject(process.cwd(), copy);
  const observed = await observeContracts(copy);
  const passed = await runTests(copy, tests);
  const hits = readLcov(await readFile(join(copy, "coverage", "lcov.info"), "utf8"));
  const files = [...observed].map(([name, { length, branches }]): Covered => {
    const ran = hits.get(name) ?? new Map<number, number>();
    const lines = [...ran].filter(([line]) => line <= length);
    const missed = branches.filter(({ marker }) => (ran.get(marker) ?? 0) === 0);
    return {
      name,
      lines: { hit: lines.filter(([, times]) => times !== 0).length, found: lines.length },
      branches: { hit: branches.length - missed.length, found: branches.length },
      missed,
    };
  });
  const none: Share = { hit: 0, found: 0 };
  const total: Covered = {
    name: "all contracts",
    lines: files.map(({ lines }) => lines).reduce(add, none),
    branches: files.map(({ branches }) => branches).reduce(add, none),
    missed: [],
  };
  if (total.lines.hit === 0) throw new Error("The run has covered no contract.");
  const width = Math.max(...files.map(({ name }) => name.length));
  console.log(`${"".padEnd(width)}  ${"lines".padStart(18)}  ${"branches".padStart(18)}`);
  for (const { name, lines, branches } of [...files, total]) {
    if (lines.found !== 0) console.log(`${name.padEnd(width)}  ${column(lines)}  ${column(branches)}`);
  }
  for (const { name, missed } of files) {
    for (const { condition, line, answer } of missed) console.log(`${name}:${line}: never ${answer}: ${condition}`);
  }
  const poor = files.filter(({ lines }) => percent(lines) < LEAST_OF_EACH);
  for (const { name } of poor)
    console.log(`${name}: less than ${LEAST_OF_EACH} % of its lines ran: add the missing tests.`);
  const enough = percent(total.lines) >= LEAST && percent(total.branches) >= LEAST;
  console.log(
    enough
      ? `At least ${LEAST} % of the lines and of the branches ran.`
      : `Less than ${LEAST} % of the lines or of the branches ran: add the missing tests.`,
  );
  process.exitCode = passed && enough && poor.length === 0 ? 0 : 1;
} finally {
  await rm(copy, { recursive: true, force: true });
}
