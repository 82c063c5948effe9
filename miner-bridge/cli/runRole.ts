import { ExitCode } from "../../lib/index.ts";
import { compose } from "../compose.ts";
import { SECRETS, readConfig } from "../config/index.ts";
import { checkNetwork } from "../lotus/index.ts";
import { type HttpServer, createHealth, createLog, createOpsServer } from "../ops/index.ts";
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
  const bridge = await compose(role, config, environment, log, { signal: stop });
  let server: HttpServer | undefined;
  try {
    await checkNetwork(bridge.pool, { chainId: BigInt(config.chainId) });
    log.info(
      { event: "run.composed", role, address: bridge.account?.address, dry: bridge.account === undefined },
      bridge.account === undefined ? "no key is set: dry, nothing is sent" : `sends from ${bridge.account.address}`,
    );
    if (once) {
      const counters = await runTick(bridge);
      terminal.print(toJson({ role, ...counters }));
      return refused(counters) ? ExitCode.refused : ExitCode.ok;
    }
    const health = createHealth({
      checks: {
        node: () => bridge.lotus.chainHead().then(() => undefined),
        state: () => void bridge.state.discovered.place(),
      },
      maxTickAgeMs: config.tickSeconds * 1000 * MAX_TICK_AGE,
    });
    if (config.httpPort !== 0) {
      server = await createOpsServer({
        host: config.httpHost,
        port: config.httpPort,
        metrics: bridge.metrics,
        health,
        log,
      });
    }
    const { tickSeconds, drainSeconds } = config;
    const { metrics } = bridge;
    await run(
      { role, tick: () => runTick(bridge), tickSeconds, drainSeconds, log, metrics: metrics.ticks, health },
      stop,
    );
    return ExitCode.ok;
  } finally {
    await server?.close();
    bridge.close();
  }
}

/** Whether a contract, or the quorum, did not want what this round had to say. */
function refused({ attested, kept }: TickCounters): boolean {
  if (attested !== undefined) return ["refused", "outvoted", "unfunded", "givenUp"].includes(attested.outcome);
  return Object.values(kept ?? {}).some((counts) => counts.refused > 0);
}
