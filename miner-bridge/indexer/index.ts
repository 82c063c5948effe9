/** Keeps a local history of the protocol, and answers questions about it. */
export { createIndexer } from "./createIndexer.ts";
export type { IndexerOptions } from "./createIndexer.ts";
export { createApi } from "./api/createApi.ts";
export type { ApiOptions } from "./api/createApi.ts";
export type { IndexedContracts } from "./chain/contracts.ts";
export {
  HistoryChangedError,
  HistoryIncompleteError,
  MissingBeginningError,
  NewerHistoryError,
  WrongHistoryError,
} from "./errors.ts";
export type { IndexCounters, Indexer } from "./types.ts";
