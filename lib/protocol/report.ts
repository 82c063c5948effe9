/**
 * A report of the oracle as the contract reads it: pages of weights, and miners that could not be computed, under one
 * root. Leaves are hashed twice, nodes as OpenZeppelin's merkle trees do.
 */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { AbiCoder, keccak256 } from "ethers";

import type { Hex } from "../hex.ts";

/** Epochs of a frame: a day. */
export const FRAME_EPOCHS = 2_880n;
/** The most NFTs of a page. */
export const MAX_PAGE = 100;

/** Weights of NFTs of one miner: ids ascending, at most MAX_PAGE, QAP in bytes. */
export interface ReportPage {
  readonly minerId: bigint;
  readonly ids: readonly bigint[];
  readonly weights: readonly bigint[];
}

/** A miner that could not be computed; its weights stay as they are. */
export interface ReportSkip {
  readonly minerId: bigint;
  readonly reason: string;
}

export type ReportEntry = ReportPage | ReportSkip;

/** The frame that an epoch lies in. */
export function frameOf(epoch: bigint): number {
  return Number(epoch / FRAME_EPOCHS);
}

/** The epoch whose state the report of a frame speaks of. */
export function referenceEpoch(frame: number): bigint {
  return BigInt(frame) * FRAME_EPOCHS;
}

/** The leaf of an entry: `PowerOracle.leafOf` or `skippedLeafOf`. */
export function leafOf(frame: number, entry: ReportEntry): Hex {
  const fields =
    "reason" in entry
      ? AbiCoder.defaultAbiCoder().encode(
          ["string", "uint16", "uint64", "string"],
          ["skip", frame, entry.minerId, entry.reason],
        )
      : AbiCoder.defaultAbiCoder().encode(
          ["string", "uint16", "uint64", "uint256[]", "uint64[]"],
          ["page", frame, entry.minerId, entry.ids, entry.weights],
        );
  return keccak256(keccak256(fields)) as Hex;
}

/** The tree of a report. The order of entries does not matter: the same report has the same root. */
export class ReportTree {
  readonly frame: number;
  readonly #tree: SimpleMerkleTree;

  /** @throws {RangeError} when there are no entries. */
  constructor(frame: number, entries: readonly ReportEntry[]) {
    if (entries.length === 0) throw new RangeError("A report without entries has no root.");
    this.frame = frame;
    this.#tree = SimpleMerkleTree.of(entries.map((entry) => leafOf(frame, entry)));
  }

  get root(): Hex {
    return this.#tree.root as Hex;
  }

  /** From the leaf of an entry to the root. */
  proofOf(entry: ReportEntry): Hex[] {
    return this.#tree.getProof(leafOf(this.frame, entry)) as Hex[];
  }
}
