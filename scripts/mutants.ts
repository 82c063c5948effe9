/**
 * Shows that the properties would notice a mistake in the ledger: each patch of `test/mutants/ledger` changes one line
 * of it, and the Solidity tests of `test/properties` must fail with it. Works on a copy; the repository is not touched.
 *
 * Usage: node scripts/mutants.ts [<part of a patch's name> ...]
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const PATCHES = path.join(ROOT, "test/mutants/ledger");
/** What the ledger needs to be compiled. */
const SOURCES = ["contracts/fvm", "contracts/miners", "contracts/power"];
/** The simulated Filecoin takes longer and finds nothing here that the fake chain does not. */
const LEFT_OUT = /Filecoin|PowerNetwork/;
/** The counted campaign is one long transaction: when it fails, its trace takes gigabytes. The same actions run anyhow. */
const EXCLUDED = "InAFifthOfItsCalls";
/** Tests that are about one file are asked first. */
const QUICK: Readonly<Record<string, string>> = {
  "contracts/power/IncomeLedger.sol": "test/properties/IncomeLedger.t.sol",
  "contracts/power/GuaranteeLedger.sol": "test/properties/Guarantees.t.sol",
};

const CONFIG = `
import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
const solc = { version: "0.8.30", path: createRequire(import.meta.url).resolve("solc/soljson.js") };
export default defineConfig({
  solidity: { ...solc, settings: { evmVersion: "cancun" } },
  paths: { sources: ["contracts"], tests: { solidity: "test/properties" } },
  test: {
    solidity: {
      fuzz: { runs: 50 },
      invariant: { runs: 20, depth: 100, failOnRevert: true, shrinkRunLimit: 0 },
    },
  },
});
`;

type Verdict = "passes" | "fails";

function prepare(): string {
  const copy = mkdtempSync(path.join(tmpdir(), "ledger-mutants-"));
  for (const source of SOURCES) cpSync(path.join(ROOT, source), path.join(copy, source), { recursive: true });
  cpSync(path.join(ROOT, "test/properties"), path.join(copy, "test/properties"), {
    recursive: true,
    filter: (file) => !LEFT_OUT.test(path.basename(file)),
  });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(copy, "node_modules"));
  cpSync(path.join(ROOT, "package.json"), path.join(copy, "package.json"));
  writeFileSync(path.join(copy, "hardhat.config.ts"), CONFIG);
  return copy;
}

/** Runs Solidity tests in the copy; all of them unless a file is named. */
function test(copy: string, file?: string): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const cli = path.join(ROOT, "node_modules/hardhat/dist/src/cli.js");
    const args = [cli, "test", "solidity", "--grep-exclude", EXCLUDED, ...(file === undefined ? [] : [file])];
    const child = spawn(process.execPath, args, { cwd: copy, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const failing = /^\s*[1-9]\d* failing/m.test(output);
      const passing = /^\s*[1-9]\d* passing/m.test(output);
      if (code === 0 && passing && !failing) resolve("passes");
      else if (code !== 0 && failing) resolve("fails");
      else reject(new Error(`The tests did not run (${signal ?? `exit ${code}`}):\n${output.slice(-3000)}`));
    });
  });
}

/** The file that a patch changes. */
function targetOf(patch: string): string {
  const name = /^\+\+\+ b\/(\S+)/m.exec(readFileSync(patch, "utf8"))?.[1];
  if (name === undefined) throw new Error(`${patch} names no file.`);
  return name;
}

async function survives(copy: string, patch: string): Promise<boolean> {
  const target = targetOf(patch);
  execFileSync("git", ["apply", patch], { cwd: copy, stdio: ["ignore", "ignore", "inherit"] });
  try {
    const quick = QUICK[target];
    if (quick !== undefined && (await test(copy, quick)) === "fails") return false;
    return (await test(copy)) === "passes";
  } finally {
    cpSync(path.join(ROOT, target), path.join(copy, target));
  }
}

const wanted = process.argv.slice(2);
const patches = readdirSync(PATCHES)
  .filter((name) => name.endsWith(".patch") && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .sort();
const copy = prepare();
try {
  if ((await test(copy)) !== "passes") throw new Error("The properties fail without any mutant: mend that first.");
  const survivors: string[] = [];
  for (const name of patches) {
    const begun = Date.now();
    const alive = await survives(copy, path.join(PATCHES, name));
    if (alive) survivors.push(name);
    console.log(`${alive ? "SURVIVES" : "killed  "} ${name} (${Math.round((Date.now() - begun) / 1000)} s)`);
  }
  console.log(`${patches.length - survivors.length} of ${patches.length} mutants killed`);
  process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
