/** What the bridge's roles share in operation: log, metrics, health. */
export { createHealth } from "./health.ts";
export type { Check, Health, HealthOptions, Readiness } from "./health.ts";
export { createLog } from "./createLog.ts";
export type { GuardedLog, LogLevel, LogOptions } from "./createLog.ts";
export { createMetrics, filOf } from "./createMetrics.ts";
export type { Metrics } from "./createMetrics.ts";
export { createOpsServer } from "./createOpsServer.ts";
export type { OpsServerOptions } from "./createOpsServer.ts";
export { CannotListenError } from "./serveHttp.ts";
export type { HttpServer } from "./serveHttp.ts";
export type { Log, LogFields } from "./types.ts";
