import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

import { ATTO_PER_FIL } from "../../lib/index.ts";

/** What the names of all metrics begin with. */
const PREFIX = "miner_bridge_";
/** Seconds that a report may take. */
const REPORT_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1_800];
/** Seconds that a cycle may take. */
const TICK_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900];

/** FIL as a floating-point number, for figures that nobody pays by. */
export function filOf(attoFil: bigint): number {
  return Number(attoFil / 10n ** 9n) / Number(ATTO_PER_FIL / 10n ** 9n);
}

/** Every metric of the bridge. Names, labels and units: the table in README.md. */
export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own with every metric of the bridge in it, and those of the process. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers });
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const histogram = <L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> => new Histogram({ name: PREFIX + name, help, buckets, labelNames, registers });

  collectDefaultMetrics({ register: registry });
  return {
    registry,
    /** The cycle of each role: `attestor`, `keeper`, `index`. */
    ticks: {
      done: counter("ticks_total", "Cycles by outcome: ok, temporary, fatal", ["role", "outcome"]),
      seconds: histogram("tick_seconds", "How long a cycle took", TICK_BUCKETS, ["role"]),
      last: gauge("last_tick_timestamp_seconds", "When a cycle last went well, Unix time", ["role"]),
    },
    chain: {
      head: gauge("chain_head_epoch", "The newest epoch that the node shows"),
      finalized: gauge("chain_finalized_epoch", "The newest epoch that is final"),
      endpointRequests: counter("endpoint_requests_total", "Requests to a node", ["endpoint"]),
      endpointErrors: counter(
        "endpoint_errors_total",
        "Requests to a node that failed, by kind: unreachable, refused, nonsense, unauthorized, missing",
        ["endpoint", "kind"],
      ),
      disagreements: counter("endpoint_disagreements_total", "Answers that differed between two nodes", ["endpoint"]),
    },
    attestor: {
      lastSubmitted: gauge("attestor_last_frame_submitted", "The last frame that this member submitted"),
      lastAgreed: gauge("attestor_last_frame_agreed", "The last frame that a quorum agreed on"),
      framesBehind: gauge(
        "attestor_frames_behind",
        "Frames between the present one and the last one that was agreed on",
      ),
      reportSeconds: histogram("attestor_report_seconds", "How long it took to compute a report", REPORT_BUCKETS),
      minersComputed: counter("attestor_miners_computed_total", "Miners whose weights were computed"),
      minersSkipped: counter("attestor_miners_skipped_total", "Miners that a report skipped, by reason", ["reason"]),
      outvoted: counter("attestor_outvoted_total", "Frames for which the quorum agreed on another root"),
    },
    transactions: {
      sent: counter("transactions_sent_total", "Transactions that were sent, by deed", ["deed"]),
      confirmed: counter("transactions_confirmed_total", "Transactions that did what they should", ["deed"]),
      failed: counter("transactions_failed_total", "Transactions that were included but failed", ["deed"]),
      replaced: counter("transactions_replaced_total", "Transactions sent again with a higher fee", ["deed"]),
      pending: gauge("transactions_pending", "Transactions that are not included yet"),
      gasSpent: counter("gas_spent_fil_total", "What gas has cost, FIL", ["deed"]),
      walletBalance: gauge("wallet_balance_fil", "What is left for gas, FIL", ["address"]),
    },
    keeper: {
      duties: counter("keeper_duties_total", "Duties by outcome: done, nothing, failed", ["duty", "outcome"]),
      syncDeadline: gauge("keeper_sync_deadline_epochs", "Epochs left until a sync must have come", ["miner"]),
      owed: gauge("keeper_owed_fil", "What a miner still owes its holders, FIL", ["miner"]),
      arrears: gauge("keeper_arrears_fil", "Income that was owed but went elsewhere, FIL", ["miner"]),
      poolUnsettled: gauge(
        "keeper_pool_unsettled_epochs",
        "Epochs since a pool was settled; 0 while it has no machine",
        ["pool"],
      ),
      poolWaiting: gauge("keeper_pool_waiting_ratio", "Part of a pool's shares that waits to be paid, 0 to 1", [
        "pool",
      ]),
      poolListings: gauge("keeper_pool_listings", "Listings that a pool's policy took at the last look", ["pool"]),
      poolUnsold: gauge("keeper_pool_unsold_fil", "FIL that a stablecoin pool has not sold", ["pool"]),
    },
    index: {
      epoch: gauge("index_epoch", "The last epoch that the history holds"),
      lag: gauge("index_lag_epochs", "Final epochs that the history does not hold yet"),
      events: counter("index_events_total", "Events written to the history"),
      incomes: counter("index_incomes_total", "Incomes of an NFT on a day written to the history"),
      refusals: counter("index_ranges_refused_total", "Ranges of logs that a node refused"),
      unreadableDays: counter("index_days_unreadable_total", "Days whose state no node had any more"),
      requests: counter("index_api_requests_total", "Requests to the history's API, by status", ["status"]),
    },
  };
}
