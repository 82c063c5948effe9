import { pino } from "pino";

import { Redactor } from "./redact.ts";
import type { Log, LogFields } from "./types.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface LogOptions {
  /** What is less important than this is left out; `info` unless said otherwise. */
  readonly level?: LogLevel;
  /** Values that must never come out: keys, tokens, passwords. */
  readonly secrets?: readonly string[];
  /** Where lines go; standard output unless said otherwise. */
  readonly destination?: { write(line: string): void };
}

/** A log that can be told of secrets that are learnt later. */
export interface GuardedLog extends Log {
  hide(secret: string): void;
}

/**
 * A log of one JSON object a line: `{"level","time","service","event",...,"message"}`.
 *
 * Everything is redacted before it reaches pino (see `Redactor`): a key that slips into a field, an error or an answer
 * of a node is not written.
 *
 * @example createLog({ secrets: [token] }).info({ event: "page.applied", frame: 2100 }, "applied a page of 12 NFTs");
 */
export function createLog({ level = "info", secrets = [], destination }: LogOptions = {}): GuardedLog {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.hide(secret);
  const logger = pino(
    {
      level,
      base: { service: "miner-bridge" },
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  const write = (at: Exclude<LogLevel, "silent">, fields: LogFields, message?: string): void => {
    if (!logger.isLevelEnabled(at)) return;
    const clean = redactor.value(fields) as object;
    if (message === undefined) logger[at](clean);
    else logger[at](clean, redactor.text(message));
  };
  return {
    debug: (fields, message) => write("debug", fields, message),
    info: (fields, message) => write("info", fields, message),
    warn: (fields, message) => write("warn", fields, message),
    error: (fields, message) => write("error", fields, message),
    hide: (secret) => redactor.hide(secret),
  };
}
