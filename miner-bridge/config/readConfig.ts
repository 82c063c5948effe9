import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { z } from "zod";

import { UsageError } from "../../lib/errors/ExplainedError.ts";
import { type Config, environmentName, settings } from "./schema.ts";
import { SECRETS } from "./secrets.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that name a file or folder: relative ones in the file are meant from where the file is. */
const PATHS = ["dataFolder", "keyFile", "keystoreFile", "keystorePasswordFile", "rpcTokenFile"] as const;

const DEFAULT_FILE = "miner-bridge.json";

/**
 * Reads the settings: the environment wins over the file.
 *
 * @param path The file; without one, miner-bridge.json if it is there.
 * @throws {UsageError} that names each setting that is missing, unknown or wrong.
 */
export async function readConfig(path: string | undefined, environment: Environment): Promise<Config> {
  const file = path ?? environment[environmentName("config")] ?? DEFAULT_FILE;
  const named = file !== DEFAULT_FILE;
  const merged: Record<string, unknown> = { ...(await readFileSettings(file, named)), ...fromEnvironment(environment) };
  const parsed = settings.safeParse(merged);
  if (!parsed.success) {
    throw new UsageError(`The settings are not complete or not right: mend ${file}, see the table in the README.`, {
      details: z.prettifyError(parsed.error),
    });
  }
  return parsed.data;
}

async function readFileSettings(file: string, named: boolean): Promise<Record<string, unknown>> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (cause) {
    if (!named && (cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new UsageError(
      `${file} cannot be read: write it with \`miner-bridge init\`, or name another with --config.`,
      {
        cause,
      },
    );
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(content));
  if (!parsed.success) throw new UsageError(`${file} is not a JSON object: write it again with \`miner-bridge init\`.`);
  return withAbsolutePaths(parsed.data, dirname(file));
}

function withAbsolutePaths(found: Record<string, unknown>, folder: string): Record<string, unknown> {
  const absolute = PATHS.flatMap((name) => {
    const value = found[name];
    return typeof value === "string" ? [[name, resolve(folder, value)] as const] : [];
  });
  return { ...found, ...Object.fromEntries(absolute) };
}

function fromEnvironment(environment: Environment): Record<string, string> {
  const names = Object.keys(settings.shape);
  const known = new Set([...names.map(environmentName), ...Object.values(SECRETS), environmentName("config")]);
  const unknown = Object.keys(environment).filter((name) => name.startsWith(environmentName("")) && !known.has(name));
  if (unknown.length > 0) {
    throw new UsageError(`${unknown.join(", ")} is not a setting of the bridge: see the table in the README.`);
  }
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[environmentName(name)];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}
