import type { Environment } from "../config/index.ts";

/** Where the command line's words come from and go to. */
export interface Terminal {
  readonly environment: Environment;
  /** One line for people, or for programs with --json. */
  print(line: string): void;
  /** One line about a failure. */
  complain(line: string): void;
  /** Is aborted when the process is told to end. */
  readonly stop: AbortSignal;
}

/** JSON for programs: bigints as decimal text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part), 2);
}
