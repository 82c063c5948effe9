import { FatalError } from "../../lib/index.ts";
import type { ReadMiner } from "./createComputeMiner.ts";
import type { NftPart } from "./reading.ts";
import type { LivingNft, NftWeight, PinnedTipset } from "./types.ts";
import { weighMiner, weighNft } from "./weigh.ts";

/** How an NFT's weight came about. Powers are bytes of QAP. */
export interface Explanation extends NftWeight {
  readonly minerId: bigint;
  /** The tipset whose parent state was read. */
  readonly height: bigint;
  readonly nominalPower: bigint;
  readonly claim: bigint;
  /** What the miner's partitions add up to. */
  readonly power: bigint;
  /** Why the miner is skipped, so that its weights stay as they are; undefined where they are set. */
  readonly skipped: string | undefined;
  /** Every sector of the NFT once, by place and status; the weight is the sum of their power, at most nominal. */
  readonly parts: readonly NftPart[];
}

/**
 * Explains one NFT.
 *
 * @throws {NoActorError} when its miner is not there.
 */
export async function explainNft(read: ReadMiner, pinned: PinnedTipset, nft: LivingNft): Promise<Explanation> {
  const reading = await read(pinned, nft.minerId, [nft]);
  const [of] = reading.nfts;
  if (of === undefined) throw new FatalError("A miner was read without the NFT that was asked for.");
  const miner = weighMiner(nft.minerId, reading);
  return {
    ...weighNft(of),
    minerId: nft.minerId,
    height: pinned.height,
    nominalPower: nft.nominalPower,
    claim: reading.claim,
    power: reading.power,
    skipped: "skipped" in miner ? miner.skipped : undefined,
    parts: of.parts,
  };
}
