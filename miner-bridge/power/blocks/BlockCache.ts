/**
 * Blocks of state by content id, kept between frames: what did not change is never fetched again. A cache may forget
 * and need not be trusted: every block that it gives is checked against its id.
 */
export interface BlockCache {
  /** @param cid In base32, as Lotus writes it. */
  get(cid: string): Uint8Array | undefined;
  put(cid: string, block: Uint8Array): void;
}

/** A cache in memory that forgets what was not used for the longest time. */
export class MemoryBlockCache implements BlockCache {
  readonly #maxBytes: number;
  /** In the order of use. */
  readonly #blocks = new Map<string, Uint8Array>();
  #bytes = 0;

  /** @param maxBytes Of blocks; what keeps them comes on top. */
  constructor(maxBytes = 64 * 2 ** 20) {
    this.#maxBytes = maxBytes;
  }

  get(cid: string): Uint8Array | undefined {
    const block = this.#blocks.get(cid);
    if (block === undefined) return undefined;
    this.#blocks.delete(cid);
    this.#blocks.set(cid, block);
    return block;
  }

  put(cid: string, block: Uint8Array): void {
    this.#forget(cid);
    this.#blocks.set(cid, block);
    this.#bytes += block.length;
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#forget(oldest);
    }
  }

  #forget(cid: string): void {
    this.#bytes -= this.#blocks.get(cid)?.length ?? 0;
    this.#blocks.delete(cid);
  }
}
