import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import Database from "better-sqlite3";

import { NewerHistoryError } from "../errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Milliseconds that one connection waits for another. */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens the history for writing, and brings it to the newest layout, version by version, each whole or not at all.
 * Integers are bigints.
 *
 * @param path A file, made if need be, or `:memory:`.
 * @throws {NewerHistoryError}
 */
export function openDatabase(path: string, migrations: readonly string[] = MIGRATIONS): Database.Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path, { timeout: BUSY_TIMEOUT });
  try {
    db.defaultSafeIntegers();
    // Readers go on while a range is written; a process that is killed loses nothing that was committed.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = ON");
    const version = (): number => Number(db.pragma("user_version", { simple: true }));
    if (version() > migrations.length) throw new NewerHistoryError(path, version(), migrations.length);
    for (const [index, migration] of migrations.entries()) {
      const migrate = db.transaction(() => {
        // looked at within the transaction: another process may be opening the same file
        if (version() > index) return;
        db.exec(migration);
        db.pragma(`user_version = ${index + 1}`);
      });
      migrate.immediate();
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
