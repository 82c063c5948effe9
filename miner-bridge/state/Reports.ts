import type { Hex } from "../../lib/hex.ts";
import type { Database } from "./Database.ts";

/** A report as it is kept: of which tipset, its root, and all of it as text. */
export interface KeptReport {
  readonly tipset: string;
  readonly root: Hex;
  readonly content: string;
}

/** Reports that were computed, as text, by frame and by the tipset that they speak of. */
export class Reports {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(frame: number): KeptReport | undefined {
    const row = this.#db.get("SELECT tipset, root, content FROM reports WHERE frame = ?", BigInt(frame));
    if (row === undefined) return undefined;
    return { tipset: row["tipset"] as string, root: row["root"] as Hex, content: row["content"] as string };
  }

  put(frame: number, { tipset, root, content }: KeptReport): void {
    this.#db.run(
      "INSERT OR REPLACE INTO reports (frame, tipset, root, content) VALUES (?, ?, ?, ?)",
      BigInt(frame),
      tipset,
      root,
      content,
    );
  }

  /** Notes that a quorum agreed on another root. @returns whether that is new. */
  noteOutvoted(frame: number): boolean {
    const unnoted = "SELECT 1 FROM reports WHERE frame = ? AND outvoted = 0";
    if (this.#db.get(unnoted, BigInt(frame)) === undefined) return false;
    this.#db.run("UPDATE reports SET outvoted = 1 WHERE frame = ?", BigInt(frame));
    return true;
  }
}
