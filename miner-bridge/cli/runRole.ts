import { ExitCode } from "../../lib/index.ts";
import { type Bridge, type IndexBridge, compose, composeIndex } from "../compose.ts";
import { type Config, SECRETS, readConfig } from "../config/index.ts";
import { createApi } from "../indexer/index.ts";
import { checkNetwork } from "../lotus/index.ts";
import { type HttpServer, type Log, createHealth, createLog, createOpsServer } from "../ops/index.ts";
import { run } from "../run.ts";
import { type Role, type TickCounters, runTick } from "../runTick.ts";
import { type Terminal, toJson } from "./Terminal.ts";

/** A round that is older than so many pauses does not count as work. */
const MAX_TICK_AGE = 10;

export interface RunOptions {
  readonly config?: string | undefined;
  /** One round, then the end. */
  readonly once: boolean;
}

/** Runs a role until it is told to stop, or for one round. */
export async function runRole(terminal: Terminal, role: Role, { config: path, once }: RunOptions): Promise<ExitCode> {
  const { environment, stop } = terminal;
  const config = await readConfig(path, environment);
  const secrets = Object.values(SECRETS).flatMap((name) => environment[name] ?? []);
  const log = createLog({ level: config.logLevel, secrets });
  const bridge =
    role === "index"
      ? await composeIndex(config, environment, log, { signal: stop })
      : await compose(role, config, environment, log, { signal: stop });
  try {
    await checkNetwork(bridge.pool, { chainId: BigInt(config.chainId) });
    sayWhatItIs(bridge, log);
    if (once) {
      const counters = await runTick(bridge);
      terminal.print(toJson({ role, ...counters }));
      return refused(counters) ? ExitCode.refused : ExitCode.ok;
    }
    await runServed(bridge, config, log, stop);
    return ExitCode.ok;
  } finally {
    bridge.close();
  }
}

function sayWhatItIs(bridge: Bridge | IndexBridge, log: Log): void {
  if (bridge.role === "index") {
    const { role, path } = bridge;
    log.info({ event: "run.composed", role, path }, `writes the history to ${path}, sends nothing`);
    return;
  }
  const { role, account } = bridge;
  log.info(
    { event: "run.composed", role, address: account?.address, dry: account === undefined },
    account === undefined ? "no key is set: dry, nothing is sent" : `sends from ${account.address}`,
  );
}

/** Runs rounds, and answers questions about them meanwhile. */
async function runServed(bridge: Bridge | IndexBridge, config: Config, log: Log, stop: AbortSignal): Promise<void> {
  const { role, metrics } = bridge;
  const { tickSeconds, drainSeconds } = config;
  const health = createHealth({
    checks: { node: () => bridge.lotus.chainHead().then(() => undefined), state: () => bridge.checkState() },
    maxTickAgeMs: tickSeconds * 1000 * MAX_TICK_AGE,
  });
  const servers: HttpServer[] = [];
  try {
    if (config.httpPort !== 0) {
      servers.push(await createOpsServer({ host: config.httpHost, port: config.httpPort, metrics, health, log }));
    }
    if (bridge.role === "index" && config.apiPort !== 0) servers.push(await serveHistory(bridge, config, log));
    const tick = (): Promise<TickCounters> => runTick(bridge);
    await run({ role, tick, tickSeconds, drainSeconds, log, metrics: metrics.ticks, health }, stop);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

async function serveHistory({ path, metrics }: IndexBridge, config: Config, log: Log): Promise<HttpServer> {
  const answered = (status: number): void => metrics.index.requests.inc({ status });
  const api = await createApi({ path, host: config.apiHost, port: config.apiPort, log, answered });
  log.info({ event: "api.served", url: api.url }, `the history's API is at ${api.url}/v1`);
  return api;
}

/** Whether a contract, or the quorum, did not want what this round had to say. */
function refused({ attested, kept }: TickCounters): boolean {
  if (attested !== undefined) return ["refused", "outvoted", "unfunded", "givenUp"].includes(attested.outcome);
  return Object.values(kept ?? {}).some((counts) => counts.refused > 0);
}
