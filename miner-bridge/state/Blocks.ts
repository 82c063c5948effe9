import type { Database } from "./Database.ts";

/** Blocks of the chain's state by their CID: what did not change between frames is not asked for again. */
export class Blocks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(cid: string): Uint8Array | undefined {
    return this.#db.get("SELECT bytes FROM blocks WHERE cid = ?", cid)?.["bytes"] as Uint8Array | undefined;
  }

  /** @param frame The frame that is being computed, by which `prune` tells old from new. */
  put(cid: string, bytes: Uint8Array, frame: number): void {
    this.#db.run("INSERT OR REPLACE INTO blocks (cid, bytes, used_at) VALUES (?, ?, ?)", cid, bytes, BigInt(frame));
  }

  /** Says that a block is still in use. */
  touch(cid: string, frame: number): void {
    this.#db.run("UPDATE blocks SET used_at = ?1 WHERE cid = ?2 AND used_at < ?1", BigInt(frame), cid);
  }

  /** Forgets blocks that were last used before a frame. */
  prune(frame: number): void {
    this.#db.run("DELETE FROM blocks WHERE used_at < ?", BigInt(frame));
  }
}
