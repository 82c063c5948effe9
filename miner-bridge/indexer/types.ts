/** What one tick of the indexer did, and where it stands. */
export interface IndexCounters {
  /** Ranges of epochs that were written. */
  readonly ranges: number;
  readonly events: number;
  /** Incomes of an NFT on a day. */
  readonly incomes: number;
  /** Requests for logs that the node refused; they were repeated for a smaller range. */
  readonly refusals: number;
  /** Days whose state no node had any more: their income is in the next day's. */
  readonly unreadableDays: number;
  /** The last epoch that the history holds; undefined before the first. */
  readonly epoch: bigint | undefined;
  /** Final epochs that it does not hold yet. */
  readonly lag: bigint;
}

/** Keeps a local history of the protocol, of finalized epochs only. */
export interface Indexer {
  /**
   * Writes what became final since the last time, range by range, until there is no more or `signal` stops it between
   * two ranges. May be ended at any point: what was not written is asked for again.
   *
   * @throws {WrongHistoryError} when the file is the history of another deployment.
   * @throws {HistoryChangedError} when what was final has changed.
   * @throws {HistoryIncompleteError} when the node's logs do not add up to the ledger.
   */
  tick(signal?: AbortSignal): Promise<IndexCounters>;
  close(): void;
}
