import { parseArgs } from "node:util";

import { UsageError } from "../lib/index.ts";

export interface Options {
  /** Leave the network running after the story. */
  readonly keep: boolean;
  /** Whether the story is played. */
  readonly story: boolean;
  /** Loopback port; 0: any free one. */
  readonly port: number;
  readonly help: boolean;
}

const DEFAULT_PORT = 1235;
const MAX_PORT = 65_535;

export const USAGE = `npm start -- [options]

Plays the life of a miner on an embedded Filecoin. Options:
  --keep        leave the network running for the tasks (--network embedded); Ctrl-C ends it
  --no-story    with --keep: start it with the contracts deployed and f01000 not enrolled yet
  --port N      port on 127.0.0.1 for Lotus JSON-RPC (default ${DEFAULT_PORT}; 0: any free one)
  --help        this text
`;

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        keep: { type: "boolean", default: false },
        "no-story": { type: "boolean", default: false },
        port: { type: "string", default: String(DEFAULT_PORT) },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= MAX_PORT))
    throw new UsageError(`--port ${values.port} is not a port: type a number up to ${MAX_PORT}.`);
  if (values["no-story"] && !values.keep)
    throw new UsageError("--no-story goes with --keep: there is nothing else to do.");
  return { keep: values.keep, story: !values["no-story"], port, help: values.help };
}
