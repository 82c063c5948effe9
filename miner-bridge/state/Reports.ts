import type { Database } from "./Database.ts";

/** Reports that were computed, as text, by frame and by the tipset that they speak of. */
export class Reports {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(frame: number): { readonly tipset: string; readonly content: string } | undefined {
    const row = this.#db.get("SELECT tipset, content FROM reports WHERE frame = ?", BigInt(frame));
    return row === undefined ? undefined : { tipset: row["tipset"] as string, content: row["content"] as string };
  }

  put(frame: number, tipset: string, content: string): void {
    this.#db.run(
      "INSERT OR REPLACE INTO reports (frame, tipset, content) VALUES (?, ?, ?)",
      BigInt(frame),
      tipset,
      content,
    );
  }
}
