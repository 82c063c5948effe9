/** Which vaults and NFTs there are, and what the contract knew of them in a pinned state. */
export { ReorgBelowFinalityError, discover, tipsetKey } from "./discover.ts";
export type { DiscoverDeps } from "./discover.ts";
export { EventsMissingError, readFacts } from "./readFacts.ts";
export type { FactsDeps, NftFacts } from "./readFacts.ts";
