import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { FatalError } from "../lib/index.ts";

/**
 * Compiles the contracts if they changed, in a process of its own: the compiler's warnings about simulated contracts
 * would only alarm. They are shown when it fails.
 *
 * @throws {FatalError}
 */
export async function compile(): Promise<void> {
  const cli = fileURLToPath(new URL("cli.js", import.meta.resolve("hardhat")));
  const child = spawn(process.execPath, [cli, "build", "--quiet", "--no-tests"], { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => output.push(part));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on("error", reject).on("close", (exit, by) => resolve([exit, by]));
  });
  if (signal !== null) throw new FatalError(`The compiler was ended by ${signal}: start again.`);
  if (code !== 0) {
    throw new FatalError("The contracts do not compile.", { details: Buffer.concat(output).toString("utf8") });
  }
}
