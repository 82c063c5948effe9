/**
 * Runs steps one after another, shows what they print, and closes with the line `N passed, N failed`.
 * A step counts the tests that its runner reports; a check without tests counts as one.
 *
 * Usage: node scripts/suite.ts <step> [<step> ...], each the name of an npm script, or `all` for the README's tests.
 */
import { spawn } from "node:child_process";

/** The steps of `npm test`: everything that needs nothing but the repository. */
const README_TESTS = [
  "check:types",
  "check:format",
  "check:solidity",
  "check:lint",
  "test:contracts",
  "test:unit",
  "test:properties",
];

interface Outcome {
  readonly step: string;
  readonly passed: number;
  readonly failed: number;
}

/** The counts that mocha and Hardhat's Solidity runner print: `12 passing`, `1 failing`. */
function countOf(output: string, word: string): number {
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
  const matches = [...plain.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))];
  return matches.reduce((sum, match) => sum + Number(match[1]), 0);
}

function run(step: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    console.log(`\n== npm run ${step}`);
    const child = spawn("npm", ["run", "--silent", step], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const failing = countOf(output, "failing");
      const passing = countOf(output, "passing");
      const ranNothing = step.startsWith("test:") && passing === 0;
      if (code === 0 && !ranNothing) resolve({ step, passed: Math.max(passing, 1), failed: failing });
      else resolve({ step, passed: passing, failed: Math.max(failing, 1) });
    });
  });
}

const steps = process.argv.slice(2).flatMap((step) => (step === "all" ? README_TESTS : [step]));
if (steps.length === 0) throw new Error("Name the npm scripts to run, or `all`.");

const outcomes: Outcome[] = [];
for (const step of steps) outcomes.push(await run(step));

console.log("");
for (const { step, passed, failed } of outcomes) {
  console.log(`${failed === 0 ? "ok  " : "FAIL"} ${step}: ${passed} passed, ${failed} failed`);
}
const passed = outcomes.reduce((sum, one) => sum + one.passed, 0);
const failed = outcomes.reduce((sum, one) => sum + one.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
