/** What NFTs weigh, from the chain's state at one tipset. */
export { MemoryBlockCache } from "./blocks/BlockCache.ts";
export type { BlockCache } from "./blocks/BlockCache.ts";
export { createComputeMiner, createReadMiner } from "./createComputeMiner.ts";
export type { PowerOptions, ReadMiner, Way } from "./createComputeMiner.ts";
export { BadStateError, NoActorError } from "./errors.ts";
export { explainNft } from "./explain.ts";
export type { Explanation } from "./explain.ts";
export type { Basis, EarlyEnd, MinerReading, NftPart, NftReading, SectorStatus } from "./reading.ts";
export type * from "./types.ts";
