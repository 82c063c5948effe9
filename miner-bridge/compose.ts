import { createLotusClient } from "../lib/index.ts";
import { type Account, EthNode, Outbox, Targets, loadAccount, readSecret } from "./chain/index.ts";
import { type Config, type Environment, SECRETS } from "./config/index.ts";
import { type GuardedLog, type Metrics, createMetrics } from "./ops/index.ts";
import type { Role, TickDeps } from "./runTick.ts";
import { State, statePath } from "./state/index.ts";

/** Everything that a role works with. */
export interface Bridge extends TickDeps {
  readonly state: State;
  readonly account: Account | undefined;
  readonly metrics: Metrics;
  close(): void;
}
