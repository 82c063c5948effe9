import type { BlockCache } from "../power/index.ts";
import type { Database } from "./Database.ts";

/** Blocks that no report has used for so many frames are forgotten. */
const FRAMES_KEPT = 7;

/**
 * Blocks of the chain's state by their CID: what did not change between frames is not asked for again. What a report
 * used is written when it is done, in one go.
 */
export class Blocks implements BlockCache {
  readonly #db: Database;
  readonly #fresh = new Map<string, Uint8Array>();
  readonly #used = new Set<string>();

  constructor(db: Database) {
    this.#db = db;
  }

  get(cid: string): Uint8Array | undefined {
    const fresh = this.#fresh.get(cid);
    if (fresh !== undefined) return fresh;
    const kept = this.#db.get("SELECT bytes FROM blocks WHERE cid = ?", cid)?.["bytes"] as Uint8Array | undefined;
    if (kept !== undefined) this.#used.add(cid);
    return kept;
  }

  put(cid: string, bytes: Uint8Array): void {
    this.#fresh.set(cid, bytes);
  }

  /** Writes what the report of a frame used, and forgets what has not been used for long. */
  keep(frame: number): void {
    const usedAt = BigInt(frame);
    this.#db.transaction(() => {
      for (const [cid, bytes] of this.#fresh) {
        this.#db.run("INSERT OR REPLACE INTO blocks (cid, bytes, used_at) VALUES (?, ?, ?)", cid, bytes, usedAt);
      }
      for (const cid of this.#used) this.#db.run("UPDATE blocks SET used_at = ? WHERE cid = ?", usedAt, cid);
      this.#db.run("DELETE FROM blocks WHERE used_at < ?", usedAt - BigInt(FRAMES_KEPT));
    });
    this.#fresh.clear();
    this.#used.clear();
  }
}
