import { type Account, EthNode, Outbox, Targets, loadAccount, readSecret } from "./chain/index.ts";
import { type Config, type Environment, SECRETS } from "./config/index.ts";
import { EndpointPool, type EndpointPoolOptions } from "./lotus/index.ts";
import { type Log, createMetrics } from "./ops/index.ts";
import { createComputeMiner } from "./power/index.ts";
import type { Role, TickDeps } from "./runTick.ts";
import { State, statePath } from "./state/index.ts";

/** A log that can be told what must never be written. */
export interface SecretiveLog extends Log {
  hide(secret: string): void;
}

/** How long a node is waited for, and how often it is asked again. */
export type Patience = Pick<EndpointPoolOptions, "timeoutMs" | "retries" | "pauseMs" | "signal">;

/** Everything that a role works with, and its end. */
export interface Bridge extends TickDeps {
  readonly account: Account | undefined;
  close(): void;
}

/** The nodes of the settings, as one. */
export async function composePool(
  config: Config,
  environment: Environment,
  log: SecretiveLog,
  patience: Patience = {},
): Promise<EndpointPool> {
  const token =
    config.rpcTokenFile === undefined ? environment[SECRETS.rpcToken] : await readSecret(config.rpcTokenFile);
  if (token !== undefined) log.hide(token);
  return new EndpointPool({ endpoints: config.rpcUrls.map((url) => ({ url, token })), log, ...patience });
}

/** Puts a role together from its settings. */
export async function compose(
  role: Role,
  config: Config,
  environment: Environment,
  log: SecretiveLog,
  patience: Patience = {},
): Promise<Bridge> {
  const pool = await composePool(config, environment, log, patience);
  const account = await loadAccount(config, environment);
  const state = State.open(statePath(config.dataFolder, role));
  const eth = new EthNode(pool.request);
  const targets = new Targets(pool.request, config);
  const metrics = createMetrics();
  const { journal, blocks } = state;
  return {
    role,
    config,
    pool,
    lotus: pool.lotus,
    eth,
    state,
    account,
    targets,
    outbox: new Outbox({ eth, journal, targets, account, settings: config, log, metrics: metrics.transactions }),
    computeMiner: createComputeMiner({ pool, way: config.sectorSource, blocks, log }),
    log,
    metrics,
    now: Date.now,
    close: () => state.close(),
  };
}
