import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { main } from "../../../miner-bridge/cli/main.ts";
import type { Environment } from "../../../miner-bridge/config/index.ts";
import { type World, configOn } from "../support/bridge.ts";

/** What a command came to. */
export interface Typed {
  readonly exitCode: number;
  /** What it printed, and what it complained about. */
  readonly out: string;
  readonly err: string;
}

/** Types a command, as an operator does. */
export async function type(
  argv: readonly string[],
  environment: Environment = {},
  stop = new AbortController().signal,
): Promise<Typed> {
  const out: string[] = [];
  const err: string[] = [];
  const print = (line: string) => void out.push(line);
  const complain = (line: string) => void err.push(line);
  const exitCode = await main(argv, { environment, print, complain, stop });
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}

/** Writes the settings of a bridge on a fake node; the path of the file. */
export function writeConfig(world: World, changes: Readonly<Record<string, unknown>> = {}): string {
  const path = join(world.folder, "miner-bridge.json");
  const config = configOn(world.node, "data", { httpPort: 0, apiPort: 0, logLevel: "error", ...changes });
  writeFileSync(
    path,
    JSON.stringify(config, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
  );
  return path;
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
