import { prefixOf } from "../lib/index.ts";
import { type Account, EthNode, Outbox, Targets, loadAccount, readSecret } from "./chain/index.ts";
import { type Config, type Environment, SECRETS } from "./config/index.ts";
import { HistoryReader, type Indexer, type IndexerOptions, createIndexer } from "./indexer/index.ts";
import { EndpointPool, type EndpointPoolOptions } from "./lotus/index.ts";
import { type Log, type Metrics, createMetrics } from "./ops/index.ts";
import { createComputeMiner } from "./power/index.ts";
import type { IndexDeps, SendingDeps, SendingRole } from "./runTick.ts";
import { State, explainDisk, statePath } from "./state/index.ts";

/** A log that can be told what must never be written. */
export interface SecretiveLog extends Log {
  hide(secret: string): void;
}

/** How long a node is waited for, and how often it is asked again. */
export type Patience = Pick<EndpointPoolOptions, "timeoutMs" | "retries" | "pauseMs" | "signal">;
type PoolOptions = Patience & Pick<EndpointPoolOptions, "metrics">;

/** What every role has: its end, and a question for its readiness. */
interface Composed {
  /** Throws where what the role keeps cannot be read. */
  checkState(): void;
  close(): void;
}

/** Everything that a role that sends works with, and its end. */
export interface Bridge extends SendingDeps, Composed {
  readonly account: Account | undefined;
}

/** Everything that the index works with, and its end. */
export interface IndexBridge extends IndexDeps, Composed {
  readonly pool: EndpointPool;
  readonly metrics: Metrics;
  /** The history's file. */
  readonly path: string;
}

/** The nodes of the settings, as one. */
export async function composePool(
  config: Config,
  environment: Environment,
  log: SecretiveLog,
  options: PoolOptions = {},
): Promise<EndpointPool> {
  const token =
    config.rpcTokenFile === undefined ? environment[SECRETS.rpcToken] : await readSecret(config.rpcTokenFile);
  if (token !== undefined) log.hide(token);
  return new EndpointPool({ endpoints: config.rpcUrls.map((url) => ({ url, token })), log, ...options });
}

/** Puts a role that sends together from its settings. */
export async function compose(
  role: SendingRole,
  config: Config,
  environment: Environment,
  log: SecretiveLog,
  patience: Patience = {},
): Promise<Bridge> {
  const metrics = createMetrics();
  const pool = await composePool(config, environment, log, { ...patience, metrics: metrics.chain });
  const account = await loadAccount(config, environment);
  const state = State.open(statePath(config.dataFolder, role));
  const eth = new EthNode(pool.request);
  const targets = new Targets(pool.request, config);
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
    checkState: () => void state.discovered.place(),
    close: () => state.close(),
  };
}

/** An indexer that says of its disk what to do. */
function openIndexer(options: IndexerOptions): Indexer {
  const { path } = options;
  try {
    const indexer = createIndexer(options);
    return {
      tick: (signal) =>
        indexer.tick(signal).catch((cause: unknown) => Promise.reject(explainDisk(path, cause) as Error)),
      close: () => indexer.close(),
    };
  } catch (cause) {
    throw explainDisk(path, cause);
  }
}

/** Puts the index together from its settings. It reads no key: it has nothing to send. */
export async function composeIndex(
  config: Config,
  environment: Environment,
  log: SecretiveLog,
  patience: Patience = {},
): Promise<IndexBridge> {
  const metrics = createMetrics();
  const pool = await composePool(config, environment, log, { ...patience, metrics: metrics.chain });
  const path = statePath(config.dataFolder, "index");
  const { powerNft, minerRegistry, powerOracle, chainId } = config;
  const { request } = pool;
  const indexer = openIndexer({
    request,
    contracts: { powerNFT: powerNft, minerRegistry, powerOracle },
    startEpoch: config.deployedAt,
    path,
    log,
    metrics: metrics.index,
    prefix: prefixOf(BigInt(chainId)),
  });
  const reader = new HistoryReader(path);
  return {
    role: "index",
    config,
    pool,
    lotus: pool.lotus,
    eth: new EthNode(request),
    indexer,
    metrics,
    path,
    stop: patience.signal,
    now: Date.now,
    checkState: () => void reader.standing(),
    close: () => {
      reader.close();
      indexer.close();
    },
  };
}
