import type { Log, LogFields } from "../../../miner-bridge/ops/types.ts";

/** A log that keeps what it is told. */
export class RecordedLog implements Log {
  readonly entries: (LogFields & { readonly level: string })[] = [];

  debug(fields: LogFields): void {
    this.entries.push({ level: "debug", ...fields });
  }
  info(fields: LogFields): void {
    this.entries.push({ level: "info", ...fields });
  }
  warn(fields: LogFields): void {
    this.entries.push({ level: "warn", ...fields });
  }
  error(fields: LogFields): void {
    this.entries.push({ level: "error", ...fields });
  }

  get events(): string[] {
    return this.entries.map(({ event }) => event);
  }
}
