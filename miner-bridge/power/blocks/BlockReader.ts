import { BadAnswerError, type Cid, cidOf, type DagCborValue, decodeDagCbor } from "../../../lib/index.ts";
import type { EndpointPool } from "../../lotus/index.ts";
import { BadStateError } from "../errors.ts";
import type { BlockCache } from "./BlockCache.ts";

/** Fetches the bytes of a block, whoever gives them. */
export type FetchBlock = (cid: Cid) => Promise<Uint8Array>;

/** Blocks by `ChainReadObj`. An endpoint that gives other bytes than those of the id lies: another one is asked. */
export function fetchBlocks(pool: EndpointPool): FetchBlock {
  return (cid) =>
    pool.first(async ({ name, lotus }) => {
      const block = await lotus.chainReadObj(cid);
      if (isBlock(block, cid)) return block;
      throw new BadAnswerError(
        `${name} gives another block than the one that was asked for: do not use this endpoint.`,
        { details: `wanted ${cid["/"]}, got ${cidOf(block)["/"]}` },
      );
    });
}

/** Reads the chain's state block by block. What it answers has the content id that was asked for, whoever served it. */
export class BlockReader {
  readonly #fetch: FetchBlock;
  readonly #cache: BlockCache;
  /** Blocks that are on their way. */
  readonly #pending = new Map<string, Promise<Uint8Array>>();

  constructor(fetch: FetchBlock, cache: BlockCache) {
    this.#fetch = fetch;
    this.#cache = cache;
  }

  /**
   * @throws {BadStateError} when the block is no DAG-CBOR.
   * @throws {BadAnswerError} when nobody gives the block that the id names.
   */
  async read(cid: Cid): Promise<DagCborValue> {
    const block = await this.#block(cid);
    try {
      return decodeDagCbor(block);
    } catch (cause) {
      throw new BadStateError(`block ${cid["/"]}: ${(cause as Error).message}`, { cause });
    }
  }

  async #block(cid: Cid): Promise<Uint8Array> {
    const key = cid["/"];
    const cached = this.#cache.get(key);
    if (cached !== undefined && isBlock(cached, cid)) return cached;
    const pending = this.#pending.get(key) ?? this.#fetched(cid);
    this.#pending.set(key, pending);
    try {
      return await pending;
    } finally {
      this.#pending.delete(key);
    }
  }

  async #fetched(cid: Cid): Promise<Uint8Array> {
    const block = await this.#fetch(cid);
    if (!isBlock(block, cid)) {
      throw new BadAnswerError("A block was given that is not the one that was asked for.", {
        details: `wanted ${cid["/"]}, got ${cidOf(block)["/"]}`,
      });
    }
    this.#cache.put(cid["/"], block);
    return block;
  }
}

function isBlock(block: Uint8Array, cid: Cid): boolean {
  return cidOf(block)["/"] === cid["/"];
}
