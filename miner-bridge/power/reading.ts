import type { SectorRange } from "../../lib/index.ts";
import type { LivingNft } from "./types.ts";

/** `terminated` are those that expired, too, until their partition is compacted; then, like unknown ones, `absent`. */
export type SectorStatus = "active" | "faulty" | "unproven" | "terminated" | "absent";

/** How the power of a part was found. */
export type Basis =
  /** All of the partition's power is of this quality: sectors are counted. */
  | "quality 1"
  | "quality 10"
  /** All active sectors of the partition are the NFT's: its power is. */
  | "whole partition"
  /** Of various quality: each sector was read. */
  | "each sector";

/** Sectors of one NFT that lie in the same partition and are doing alike. */
export interface NftPart {
  /** Where they lie; undefined for absent ones. */
  readonly place: { readonly deadline: number; readonly partition: number } | undefined;
  readonly status: SectorStatus;
  /** Ascending, disjoint. */
  readonly sectors: readonly SectorRange[];
  /** Bytes of QAP; 0 unless active. */
  readonly qap: bigint;
  /** undefined unless active. */
  readonly basis: Basis | undefined;
}

/** An active sector that ends before the NFT that it backs. */
export interface EarlyEnd {
  readonly sector: bigint;
  readonly expiration: bigint;
}

/** What a way of reading finds out about an NFT. */
export interface NftReading {
  readonly nft: LivingNft;
  readonly parts: readonly NftPart[];
  /** The first of its sectors that ends too early; looked for before a first attestation, with all sectors active. */
  readonly early: EarlyEnd | undefined;
}

/** What a way of reading finds out about a miner. Powers are bytes of QAP. */
export interface MinerReading {
  /** What the power actor says; 0 without a claim. */
  readonly claim: bigint;
  /** What the miner's own partitions add up to. */
  readonly power: bigint;
  readonly nfts: readonly NftReading[];
}

/** Whether an NFT's first attestation hangs on when its sectors end (R-ORC-5). */
export function needsExpirations(nft: LivingNft, parts: readonly NftPart[]): boolean {
  return !nft.attested && parts.every(({ status }) => status === "active");
}
