import { type AttestDeps, type Attested, attest } from "./attestor/index.ts";
import { type NodeDeps, type Reconciled, checkNode } from "./chain/index.ts";
import type { Config } from "./config/index.ts";
import { type DiscoverDeps, discover } from "./discovery/index.ts";
import { type Kept, type KeeperDeps, keep } from "./keeper/index.ts";
import type { Metrics } from "./ops/index.ts";
import type { State } from "./state/index.ts";

export type Role = "attestor" | "keeper";

export interface TickDeps
  extends NodeDeps, DiscoverDeps, Omit<AttestDeps, "metrics" | "config">, Omit<KeeperDeps, "metrics" | "config"> {
  readonly role: Role;
  readonly config: Config;
  readonly state: State;
  readonly metrics: Metrics;
}

/** What one round came to. */
export interface TickCounters {
  readonly head: bigint;
  readonly finalized: bigint;
  /** Events of vaults and NFTs that were new. */
  readonly found: number;
  /** What became of transactions of earlier rounds. */
  readonly transactions: Reconciled;
  readonly attested?: Attested;
  readonly kept?: Kept;
}

/** One round: look at the node, settle what was sent before, find what is new, do what the role does. */
export async function runTick(deps: TickDeps): Promise<TickCounters> {
  const { metrics, role, outbox } = deps;
  const position = await checkNode(deps);
  const { head, finalized } = position;
  metrics.chain.head.set(Number(head.Height));
  metrics.chain.finalized.set(Number(finalized.Height));
  const transactions = await outbox.reconcile();
  const found = await discover(deps, finalized);
  const counters = { head: head.Height, finalized: finalized.Height, found, transactions };
  return role === "attestor"
    ? { ...counters, attested: await attest({ ...deps, metrics: metrics.attestor }, finalized) }
    : { ...counters, kept: await keep({ ...deps, metrics: metrics.keeper }, position) };
}
