import type { Cid } from "../../lib/lotus/answers.ts";
import type { SectorRange } from "../../lib/sectors/ranges.ts";

/**
 * The one state that a report speaks of: the parent state of the first tipset at or after the frame's reference epoch.
 * `eth_*` sees the same state at block `height - 1`.
 */
export interface PinnedTipset {
  readonly cids: readonly Cid[];
  readonly height: bigint;
  readonly stateRoot: Cid;
}

/** An NFT as the contract knows it in the pinned state. Powers are bytes of QAP. */
export interface LivingNft {
  readonly id: bigint;
  readonly minerId: bigint;
  /** Ascending, disjoint. */
  readonly sectors: readonly SectorRange[];
  readonly nominalPower: bigint;
  /** The first epoch without income. */
  readonly expiry: bigint;
  /** Whether it had a weight before: only the first attestation needs every sector active to the expiry (R-ORC-5). */
  readonly attested: boolean;
}

/** What one NFT weighs, and why not more. */
export interface NftWeight {
  readonly id: bigint;
  /** Bytes of QAP, never above nominal. */
  readonly weight: bigint;
  /** Why a first attestation is withheld; undefined where the weight is what its active sectors bring. */
  readonly withheld?: string;
}

/** A miner's part of a report. */
export type MinerWeights =
  | { readonly minerId: bigint; readonly qap: bigint; readonly weights: readonly NftWeight[] }
  | { readonly minerId: bigint; readonly skipped: string };

/**
 * Computes the weights of one miner's NFTs. A miner that cannot be computed for a reason that every honest attestor
 * finds alike (it is gone, its parts do not add up to its claim) is `skipped`; what only this node meets is thrown.
 */
export type ComputeMiner = (pinned: PinnedTipset, minerId: bigint, nfts: readonly LivingNft[]) => Promise<MinerWeights>;
