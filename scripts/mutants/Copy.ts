import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type Mutant, ROOT, apply } from "./patches.ts";

/** What contracts and tests need. */
const SOURCES = ["contracts", "embedded", "lib", "miner-bridge", "tasks", "test", "package.json", "tsconfig.json"];

/** Libraries by themselves: their tests need none of the contracts to be compiled. */
const STANDALONE = ["test/properties/IncomeLedger.t.sol", "test/properties/SectorSet.t.sol"];

/** The repository's own settings, but quick to build: what is compiled again for each mutant matters most. */
const CONFIG = `
import { createRequire } from "node:module";
import config from "./repository.config.ts";
const solc = { version: "0.8.30", path: createRequire(import.meta.url).resolve("solc/soljson.js") };
export default {
  ...config,
  solidity: { ...solc, settings: { evmVersion: "cancun" }, splitTestsCompilation: true },
  test: { ...config.test, solidity: { fuzz: { runs: 50 } } },
};
`;

export interface Verdict {
  readonly passes: boolean;
  /** The first test that failed. */
  readonly failed: string;
  /** What the runner printed. */
  readonly output: string;
}

/** A copy of the sources, in which mutants live. The repository is not touched. */
export class Copy {
  readonly #directory = mkdtempSync(path.join(tmpdir(), "mutants-"));

  constructor() {
    for (const source of SOURCES) {
      cpSync(path.join(ROOT, source), path.join(this.#directory, source), { recursive: true });
    }
    cpSync(path.join(ROOT, "hardhat.config.ts"), path.join(this.#directory, "repository.config.ts"));
    writeFileSync(path.join(this.#directory, "hardhat.config.ts"), CONFIG);
    symlinkSync(path.join(ROOT, "node_modules"), path.join(this.#directory, "node_modules"));
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Does something while a mutant is in the copy. */
  async with<T>(mutant: Mutant, action: () => Promise<T>): Promise<T> {
    const target = path.join(this.#directory, mutant.target);
    const source = readFileSync(target);
    apply(mutant, this.#directory);
    try {
      return await action();
    } finally {
      writeFileSync(target, source);
    }
  }

  /** Runs files of tests, all of one kind. Throws when they cannot be run: a mutant that does not compile shows nothing. */
  test(files: readonly string[]): Promise<Verdict> {
    const cli = path.join(ROOT, "node_modules/hardhat/dist/src/cli.js");
    const how = ["--no-typechain", "test", files.every((file) => file.endsWith(".sol")) ? "solidity" : "mocha"];
    if (how.includes("mocha")) how.push("--bail");
    // the files themselves are compiled all the same
    if (files.every((file) => STANDALONE.includes(file))) how.push("--no-compile");
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [cli, ...how, ...files], {
        cwd: this.#directory,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      const keep = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout.on("data", keep);
      child.stderr.on("data", keep);
      child.on("error", reject);
      child.on("close", (code, signal) => {
        const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
        const failing = /^\s*[1-9]\d* failing/m.test(plain);
        const passing = /^\s*[1-9]\d* passing/m.test(plain);
        if (code === 0 && passing && !failing) resolve({ passes: true, failed: "", output: plain });
        else if (code !== 0 && failing) resolve({ passes: false, failed: firstFailure(plain), output: plain });
        else reject(new Error(`The tests did not run (${signal ?? `exit ${code}`}):\n${plain.slice(-3000)}`));
      });
    });
  }
}

/** The name that the runner gives the first test that fails: `1) ...`, at the place where it ran. */
function firstFailure(output: string): string {
  return /^\s*(?:1\)|✖) (.+)$/m.exec(output)?.[1]?.trim() ?? "";
}
