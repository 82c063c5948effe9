/** A structured log keyed by event: `log.info({ event: "report.submitted", frame }, "…")`. pino's Logger is one. */
export interface Log {
  debug(fields: LogFields, message?: string): void;
  info(fields: LogFields, message?: string): void;
  warn(fields: LogFields, message?: string): void;
  error(fields: LogFields, message?: string): void;
}

export interface LogFields {
  /** `room.deed`, for instance `page.applied`. */
  readonly event: string;
  readonly [field: string]: unknown;
}
