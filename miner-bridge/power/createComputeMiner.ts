import { limitTo, type EndpointPool } from "../lotus/index.ts";
import type { Log } from "../ops/types.ts";
import type { BlockCache } from "./blocks/BlockCache.ts";
import { BlockReader, fetchBlocks } from "./blocks/BlockReader.ts";
import { BadStateError, NoActorError } from "./errors.ts";
import { readByRows } from "./plain/readByRows.ts";
import type { MinerReading } from "./reading.ts";
import { readByState } from "./state/readByState.ts";
import type { ComputeMiner, LivingNft, PinnedTipset } from "./types.ts";
import { weighMiner } from "./weigh.ts";

/**
 * How power is read: `state` from the chain's state, checked block by block, by any endpoint that serves `ChainReadObj`;
 * `plain` sector by sector from a node of one's own, which is believed.
 */
export type Way = "state" | "plain";

export interface PowerOptions {
  readonly pool: EndpointPool;
  readonly way: Way;
  /** Keeps blocks between frames; the state way alone uses it. */
  readonly blocks: BlockCache;
  readonly log: Log;
}

/** Reads what there is to say about a miner's NFTs. */
export type ReadMiner = (pinned: PinnedTipset, minerId: bigint, nfts: readonly LivingNft[]) => Promise<MinerReading>;

/** So many blocks are asked for at the same time. */
const BLOCKS_IN_FLIGHT = 8;

/** Reads miners by the way that was chosen. */
export function createReadMiner({ pool, way, blocks }: PowerOptions): ReadMiner {
  if (way === "plain") return (pinned, minerId, nfts) => readByRows(pool, pinned, minerId, nfts);
  const limit = limitTo(BLOCKS_IN_FLIGHT);
  const fetch = fetchBlocks(pool);
  const reader = new BlockReader((cid) => limit(() => fetch(cid)), blocks);
  return (pinned, minerId, nfts) => readByState(reader, pinned, minerId, nfts);
}

/**
 * Computes miners' weights.
 *
 * @example const compute = createComputeMiner({ pool, way: "state", blocks: new MemoryBlockCache(), log });
 */
export function createComputeMiner(options: PowerOptions): ComputeMiner {
  const read = createReadMiner(options);
  return async (pinned, minerId, nfts) => {
    try {
      const weights = weighMiner(minerId, await read(pinned, minerId, nfts));
      if ("skipped" in weights) {
        options.log.warn({ event: "miner.skipped", miner: `f0${minerId}`, reason: weights.skipped });
      }
      return weights;
    } catch (error) {
      // both are read from what the state root names: every honest attestor finds them
      if (!(error instanceof NoActorError || error instanceof BadStateError)) throw error;
      options.log.warn({ event: "miner.skipped", miner: `f0${minerId}`, reason: error.shortMessage });
      return { minerId, skipped: error.shortMessage };
    }
  };
}
