import { type AttestDeps, type Attested, attest } from "./attestor/index.ts";
import { type NodeDeps, type Reconciled, checkNode } from "./chain/index.ts";
import type { Config } from "./config/index.ts";
import { type DiscoverDeps, discover } from "./discovery/index.ts";
import type { IndexCounters, Indexer } from "./indexer/index.ts";
import { type Kept, type KeeperDeps, keep } from "./keeper/index.ts";
import type { Metrics } from "./ops/index.ts";
import type { State } from "./state/index.ts";

/** A role that sends, and keeps a memory of what it sent. */
export type SendingRole = "attestor" | "keeper";
export type Role = SendingRole | "index";

/** What a role that sends works with. */
export interface SendingDeps
  extends NodeDeps, DiscoverDeps, Omit<AttestDeps, "metrics" | "config">, Omit<KeeperDeps, "metrics" | "config"> {
  readonly role: SendingRole;
  readonly config: Config;
  readonly state: State;
  readonly metrics: Metrics;
}

/** What the index works with: it sends nothing and has no key. */
export interface IndexDeps extends NodeDeps {
  readonly role: "index";
  readonly indexer: Pick<Indexer, "tick">;
  readonly metrics: Pick<Metrics, "chain">;
  /** Ends a round between two ranges of epochs. */
  readonly stop?: AbortSignal | undefined;
}

/** What one round came to. */
export interface TickCounters {
  readonly head: bigint;
  readonly finalized: bigint;
  /** Events of vaults and NFTs that were new. */
  readonly found?: number;
  /** What became of transactions of earlier rounds. */
  readonly transactions?: Reconciled;
  readonly attested?: Attested;
  readonly kept?: Kept;
  readonly indexed?: IndexCounters;
}

/** One round: look at the node, settle what was sent before, find what is new, do what the role does. */
export async function runTick(deps: SendingDeps | IndexDeps): Promise<TickCounters> {
  const position = await checkNode(deps);
  const { head, finalized } = position;
  deps.metrics.chain.head.set(Number(head.Height));
  deps.metrics.chain.finalized.set(Number(finalized.Height));
  const counters = { head: head.Height, finalized: finalized.Height };
  if (deps.role === "index") return { ...counters, indexed: await deps.indexer.tick(deps.stop) };
  const transactions = await deps.outbox.reconcile();
  const found = await discover(deps, finalized);
  return deps.role === "attestor"
    ? {
        ...counters,
        found,
        transactions,
        attested: await attest({ ...deps, metrics: deps.metrics.attestor }, finalized),
      }
    : { ...counters, found, transactions, kept: await keep({ ...deps, metrics: deps.metrics.keeper }, position) };
}
