import { z } from "zod";

import { Clock, type Hex, type JsonRpcRequest, type NetworkPrefix, TemporaryError } from "../../lib/index.ts";
import type { Metrics } from "../ops/createMetrics.ts";
import type { Log } from "../ops/types.ts";
import { type ChainEvent, type ContractName, type IndexedContracts, decodeEvent } from "./chain/contracts.ts";
import { type Finalized, FinalizedChain } from "./chain/FinalizedChain.ts";
import { RangeRefusedError, logsOf } from "./chain/logs.ts";
import { dayOf, lastEpochOf } from "./days.ts";
import { StateGoneError, readDay } from "./income.ts";
import { HistoryStore, type Place } from "./store/HistoryStore.ts";
import { openDatabase } from "./store/openDatabase.ts";
import type { IndexCounters, Indexer } from "./types.ts";

export interface IndexerOptions {
  readonly request: JsonRpcRequest;
  readonly contracts: IndexedContracts;
  /** The epoch of the deployment, or one before it: the history begins there. */
  readonly startEpoch: bigint;
  /** The history's file, made if need be; `:memory:` keeps it in memory. */
  readonly path: string;
  readonly log: Log;
  readonly metrics?: Metrics["index"] | undefined;
  /** The letter of Filecoin addresses; `f` unless said otherwise. */
  readonly prefix?: NetworkPrefix;
}

/** Epochs between the first and the last one whose logs a Lotus node gives at once. A day's range is one less. */
const MAX_SPAN = 2_880n;

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i)
  .transform(BigInt);

/**
 * An indexer that keeps its history in SQLite. It works range by range: the logs of at most a day, then, at a day's end,
 * what the NFTs earned on that day. Each is one transaction with the place that it reaches.
 *
 * @throws {NewerHistoryError} when the file was written by a newer program.
 * @example const { epoch, lag } = await createIndexer({ request, contracts, startEpoch, path, log }).tick();
 */
export function createIndexer(options: IndexerOptions): Indexer {
  return new ChainIndexer(options);
}

/** The counters of a tick while it goes on. */
type Tally = { -readonly [K in "ranges" | "events" | "incomes" | "refusals" | "unreadableDays"]: IndexCounters[K] };

class ChainIndexer implements Indexer {
  readonly #options: IndexerOptions;
  readonly #db: ReturnType<typeof openDatabase>;
  readonly #store: HistoryStore;
  readonly #chain: FinalizedChain;
  #clock: Clock | undefined;
  /** Epochs to ask for at a time: less after a refusal, more after a success. */
  #span = MAX_SPAN;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#db = openDatabase(options.path);
    this.#store = new HistoryStore(this.#db, options.path);
    this.#chain = new FinalizedChain(options.request);
  }

  async tick(signal?: AbortSignal): Promise<IndexCounters> {
    const tally: Tally = { ranges: 0, events: 0, incomes: 0, refusals: 0, unreadableDays: 0 };
    const clock = (this.#clock ??= await this.#identify());
    const finalized = await this.#chain.finalized();
    if (finalized !== undefined) await this.#catchUp(clock, finalized, tally, signal);
    const epoch = this.#store.place()?.epoch;
    const behind = (finalized?.epoch ?? -1n) - (epoch ?? this.#options.startEpoch - 1n);
    const counters = { ...tally, epoch, lag: behind > 0n ? behind : 0n };
    if (this.#options.metrics !== undefined) measure(this.#options.metrics, counters);
    return counters;
  }

  close(): void {
    this.#db.close();
  }

  /** Makes sure that the file is the history of this deployment; the network's clock. */
  async #identify(): Promise<Clock> {
    const { request, contracts, startEpoch, prefix = "f" } = this.#options;
    const chainId = quantity.parse(await request("eth_chainId", []));
    const clock = await this.#chain.clock();
    this.#store.identify({ chainId, contracts, startEpoch, genesis: clock.genesis, prefix });
    return clock;
  }

  async #catchUp(clock: Clock, finalized: Finalized, tally: Tally, signal: AbortSignal | undefined): Promise<void> {
    let place = this.#store.place();
    // A node that lags behind the one before cannot be asked yet.
    if (place !== undefined && place.anchor.epoch > finalized.epoch) return;
    if (place !== undefined) await this.#chain.verify(place.anchor, finalized);
    while (!signal?.aborted) {
      const at = place?.epoch ?? this.#options.startEpoch - 1n;
      if (place !== undefined && isDayToClose(clock, place)) {
        await this.#closeDay(clock, place.epoch, finalized, tally);
      } else if (at < finalized.epoch) {
        await this.#indexRange(clock, at + 1n, finalized, tally);
      } else {
        return;
      }
      place = this.#store.place();
    }
  }

  /** Writes the events of the next epochs: as many as the node gives, at most to the end of their day. */
  async #indexRange(clock: Clock, from: bigint, finalized: Finalized, tally: Tally): Promise<void> {
    const dayEnd = lastEpochOf(clock, dayOf(clock, from));
    for (;;) {
      const to = [from + this.#span - 1n, dayEnd, finalized.epoch].reduce((a, b) => (a < b ? a : b));
      try {
        const events = await this.#eventsOf(from, to);
        const anchor = await this.#chain.anchorAt(to, finalized);
        this.#store.commitRange(events, to, anchor);
        tally.ranges += 1;
        tally.events += events.length;
        this.#options.log.debug({ event: "index.range", from, to, events: events.length });
        if (this.#span < MAX_SPAN) this.#span = this.#span * 2n < MAX_SPAN ? this.#span * 2n : MAX_SPAN;
        return;
      } catch (error) {
        // A range that is too much for a node may also end in silence: ask for less the next time.
        if (error instanceof TemporaryError && this.#span > 1n) this.#span /= 2n;
        if (!(error instanceof RangeRefusedError)) throw error;
        if (from === to) throw error.cause;
        tally.refusals += 1;
        this.#span = (to - from + 1n) / 2n;
        this.#options.log.info({ event: "index.refused", from, to, error: error.cause }, "asking for half the epochs");
      }
    }
  }

  async #eventsOf(from: bigint, to: bigint): Promise<ChainEvent[]> {
    const { request, contracts } = this.#options;
    const known: [Hex, ContractName][] = [
      [contracts.powerNFT, "PowerNFT"],
      [contracts.minerRegistry, "MinerRegistry"],
      [contracts.powerOracle, "PowerOracle"],
      ...this.#store.vaults().map((vault): [Hex, ContractName] => [vault, "MinerVault"]),
    ];
    const names = new Map(known.map(([address, name]) => [address.toLowerCase(), name]));
    const decode = async (addresses: readonly Hex[]): Promise<ChainEvent[]> =>
      (await logsOf(request, addresses, from, to)).map((log) =>
        decodeEvent(names.get(log.address) ?? "MinerVault", log),
      );

    const events = await decode(known.map(([address]) => address));
    const created = events.filter(({ name }) => name === "VaultCreated").map(({ args }) => args["vault"] as Hex);
    if (created.length === 0) return events;
    return [...events, ...(await decode(created))].sort(byPlace);
  }

  async #closeDay(clock: Clock, epoch: bigint, finalized: Finalized, tally: Tally): Promise<void> {
    const { request, contracts, log } = this.#options;
    const day = dayOf(clock, epoch);
    try {
      const closed = await readDay(request, contracts.powerNFT, this.#store, {
        day,
        epoch,
        finalized: finalized.epoch,
      });
      this.#store.commitDay(closed);
      tally.incomes += closed.incomes.length;
      log.info({ event: "index.day", day, incomes: closed.incomes.length });
    } catch (error) {
      if (!(error instanceof StateGoneError)) throw error;
      this.#store.commitDay({ day, epoch, incomes: [], expectations: [] });
      tally.unreadableDays += 1;
      log.warn({ event: "index.day.unreadable", day, error }, "its income will show on a later day");
    }
  }
}

function measure(metrics: Metrics["index"], counters: IndexCounters): void {
  metrics.epoch.set(Number(counters.epoch ?? 0n));
  metrics.lag.set(Number(counters.lag));
  metrics.events.inc(counters.events);
  metrics.incomes.inc(counters.incomes);
  metrics.refusals.inc(counters.refusals);
  metrics.unreadableDays.inc(counters.unreadableDays);
}

/** Whether the events of a whole day are there, and its income is not. */
function isDayToClose(clock: Clock, { epoch, closed }: Place): boolean {
  return epoch === lastEpochOf(clock, dayOf(clock, epoch)) && closed !== epoch;
}

function byPlace(a: ChainEvent, b: ChainEvent): number {
  return Number(a.epoch - b.epoch) || a.transactionIndex - b.transactionIndex || a.logIndex - b.logIndex;
}
