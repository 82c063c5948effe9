/** What has to outlive the process, in one SQLite file for each role. */
export { Blocks } from "./Blocks.ts";
export { Database, StateInUseError, StateUnusableError, explainDisk } from "./Database.ts";
export type { Discovered, Discovery, KnownNft, Place, Vault } from "./Discovered.ts";
export type { Attempt, Call, Intent, Journal, Outcome } from "./Journal.ts";
export type { Listed, Listings } from "./Listings.ts";
export type { Reports } from "./Reports.ts";
export { State, statePath } from "./State.ts";
