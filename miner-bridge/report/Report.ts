import { z } from "zod";

import { type AttestedWeights, type Hex, type ReportEntry, ReportTree } from "../../lib/index.ts";
import type { MinerWeights, PinnedTipset } from "../power/types.ts";
import { entriesOf } from "./entries.ts";

/** What was found for one frame, and what follows from it. */
export class Report {
  readonly frame: number;
  readonly pinned: PinnedTipset;
  /** Every miner with living NFTs, ascending. */
  readonly miners: readonly MinerWeights[];
  /** What members had said of each living NFT, in the pinned state. */
  readonly said: ReadonlyMap<bigint, AttestedWeights>;
  readonly entries: readonly ReportEntry[];
  readonly #tree: ReportTree;

  constructor(
    frame: number,
    pinned: PinnedTipset,
    miners: readonly MinerWeights[],
    said: ReadonlyMap<bigint, AttestedWeights>,
  ) {
    this.frame = frame;
    this.pinned = pinned;
    this.miners = miners;
    this.said = said;
    this.entries = entriesOf(miners, said);
    this.#tree = new ReportTree(frame, this.entries);
  }

  get root(): Hex {
    return this.#tree.root;
  }

  /** From the leaf of an entry to the root. */
  proofOf(entry: ReportEntry): Hex[] {
    return this.#tree.proofOf(entry);
  }

  /** As JSON: bigints are text. */
  serialize(): string {
    const { frame, pinned, miners } = this;
    return JSON.stringify({ frame, pinned, miners, said: [...this.said] }, (_, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    );
  }

  /** What `serialize` wrote. */
  static parse(text: string): Report {
    const { frame, pinned, miners, said } = content.parse(JSON.parse(text));
    return new Report(frame, pinned, miners, new Map(said));
  }
}

const big = z.string().regex(/^\d+$/).transform(BigInt);
const cid = z.object({ "/": z.string() });
const weights = z.object({
  minerId: big,
  qap: big,
  weights: z.array(z.object({ id: big, weight: big, withheld: z.string().exactOptional() })),
});
const content = z.object({
  frame: z.int(),
  pinned: z.object({ cids: z.array(cid), height: big, stateRoot: cid }),
  miners: z.array(z.union([weights, z.object({ minerId: big, skipped: z.string() })])),
  said: z.array(z.tuple([big, z.object({ last: big, previous: big, frame: z.int() })])),
});
