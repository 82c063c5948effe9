import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { ABI_FILES, abiFile } from "../lib/abi/generate.ts";
import { ExitCode } from "../lib/errors/exitCode.ts";

/** Writes lib/abi from the compiled contracts; with --check only says whether that is needed. */
export default async function abi({ check }: { check: boolean }, hre: HardhatRuntimeEnvironment): Promise<void> {
  await hre.tasks.getTask("compile").run({ quiet: true });
  for (const contract of Object.keys(ABI_FILES) as (keyof typeof ABI_FILES)[]) {
    const path = fileURLToPath(new URL(`../lib/abi/${ABI_FILES[contract].file}`, import.meta.url));
    const wanted = abiFile(contract, (await hre.artifacts.readArtifact(contract)).abi);
    if ((await readFile(path, "utf8").catch(() => "")) === wanted) continue;
    if (check) {
      console.error(`lib/abi/${ABI_FILES[contract].file} is out of date: run \`npx hardhat abi\`.`);
      process.exitCode = ExitCode.refused;
    } else {
      await writeFile(path, wanted);
      console.log(`wrote lib/abi/${ABI_FILES[contract].file}`);
    }
  }
}
