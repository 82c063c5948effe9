/** Which vaults, NFTs and listings there are, and what the contract knew of NFTs in a pinned state. */
export { ReorgBelowFinalityError, discover, tipsetKey } from "./discover.ts";
export type { DiscoverDeps } from "./discover.ts";
export { discoverListings } from "./discoverListings.ts";
export type { DiscoverListingsDeps } from "./discoverListings.ts";
export { EventsMissingError, readFacts } from "./readFacts.ts";
export type { FactsDeps, NftFacts } from "./readFacts.ts";
