import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import Sqlite from "better-sqlite3";

import { FatalError, RefusedError } from "../../lib/errors/ExplainedError.ts";

/** The memory cannot be read or written: the bridge stops, because it could no longer tell what it has sent. */
export class StateUnusableError extends FatalError {
  override readonly name = "StateUnusableError";
  readonly code: string;

  constructor(path: string, code: string, cause: unknown) {
    super(`${path}: ${ADVICE[code.split("_").slice(0, 2).join("_")] ?? "look after the disk, then start again."}`, {
      details: code,
      cause,
    });
    this.code = code;
  }
}

/** Another process works with the same memory. */
export class StateInUseError extends RefusedError {
  override readonly name = "StateInUseError";
}

const ADVICE: Readonly<Record<string, string>> = {
  SQLITE_FULL: "the disk is full. Make room, then start again; nothing is lost.",
  SQLITE_READONLY: "it cannot be written. Give this user the right to, then start again; nothing is lost.",
  SQLITE_CANTOPEN: "it cannot be opened. Check the folder (dataFolder) and its rights.",
  SQLITE_IOERR: "the disk fails. Look after it, then start again.",
  SQLITE_CORRUPT:
    "it is damaged. Move it away and start again: everything in it but the list of what was sent is read again.",
  SQLITE_NOTADB: "it is not a memory of the bridge. Name another folder (dataFolder).",
};

const SCHEMA = `
  -- how far the events of the contracts were read, and the tipset there
  CREATE TABLE IF NOT EXISTS places (epoch INTEGER PRIMARY KEY, tipset TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS vaults (miner_id INTEGER PRIMARY KEY, address TEXT NOT NULL, epoch INTEGER NOT NULL) STRICT;
  -- powers in bytes, as text: they exceed 63 bits; sectors as JSON [[start, count], ...]
  CREATE TABLE IF NOT EXISTS nfts (
    id INTEGER PRIMARY KEY, miner_id INTEGER NOT NULL, nominal_power TEXT NOT NULL, expiry INTEGER NOT NULL,
    sectors TEXT NOT NULL, minted_at INTEGER NOT NULL, burned_at INTEGER, freed_at INTEGER) STRICT;
  -- NFTs that were listed on a market, when they were looked at last, and how far the market's events were read
  CREATE TABLE IF NOT EXISTS markets (address TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS listings (
    market TEXT NOT NULL, nft_id INTEGER NOT NULL, expiry INTEGER NOT NULL, looked_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (market, nft_id)) STRICT;
  CREATE TABLE IF NOT EXISTS reports (
    frame INTEGER PRIMARY KEY, tipset TEXT NOT NULL, root TEXT NOT NULL, content TEXT NOT NULL,
    outvoted INTEGER NOT NULL DEFAULT 0) STRICT;
  -- what is to be sent, once for each purpose, and every transaction that was signed for it
  CREATE TABLE IF NOT EXISTS intents (
    id INTEGER PRIMARY KEY, sender TEXT NOT NULL, purpose TEXT NOT NULL, target TEXT NOT NULL, data TEXT NOT NULL,
    nonce INTEGER NOT NULL, status TEXT NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS once ON intents (sender, purpose) WHERE status IN ('open', 'done');
  CREATE TABLE IF NOT EXISTS attempts (
    hash TEXT PRIMARY KEY, intent_id INTEGER NOT NULL REFERENCES intents (id), raw TEXT NOT NULL, fills INTEGER NOT NULL,
    gas_limit TEXT NOT NULL, max_fee TEXT NOT NULL, priority_fee TEXT NOT NULL, epoch INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS attempts_of ON attempts (intent_id);
  CREATE TABLE IF NOT EXISTS blocks (cid TEXT PRIMARY KEY, bytes BLOB NOT NULL, used_at INTEGER NOT NULL) STRICT;
`;

export type Value = string | bigint | Uint8Array | null;
/** Whole numbers come as bigint. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * One SQLite file that only one process works with. Everything that was written is there after a kill at any line.
 *
 * @throws {StateUnusableError} from every method, when the disk is full, read-only or failing.
 */
export class Database {
  readonly path: string;
  readonly #db: Sqlite.Database;
  readonly #lock: Sqlite.Database | undefined;

  /** @throws {StateInUseError} when another process works with it. */
  constructor(path: string, { readonly = false }: { readonly?: boolean } = {}) {
    this.path = path;
    if (readonly) {
      this.#db = this.#guard(() => new Sqlite(path, { readonly: true }));
    } else {
      this.#guard(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      });
      this.#lock = this.#takeLock();
      this.#db = this.#guard(() => new Sqlite(path));
      this.#guard(() => {
        this.#db.pragma("journal_mode = WAL");
        this.#db.pragma("synchronous = FULL");
        this.#db.exec(SCHEMA);
      });
    }
    this.#db.defaultSafeIntegers(true);
  }

  all(sql: string, ...values: readonly Value[]): Row[] {
    return this.#guard(() => this.#db.prepare<Value[], Row>(sql).all(...values));
  }

  get(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#guard(() => this.#db.prepare<Value[], Row>(sql).get(...values));
  }

  /** @returns the id of the row that was inserted. */
  run(sql: string, ...values: readonly Value[]): bigint {
    return this.#guard(() => BigInt(this.#db.prepare<Value[]>(sql).run(...values).lastInsertRowid));
  }

  /** All of it or nothing. */
  transaction<T>(body: () => T): T {
    return this.#guard(() => this.#db.transaction(body).immediate());
  }

  close(): void {
    this.#db.close();
    this.#lock?.close();
  }

  /** The operating system drops the lock with the process, however it ends. */
  #takeLock(): Sqlite.Database {
    const lock = this.#guard(() => new Sqlite(`${this.path}.lock`, { timeout: 0 }));
    try {
      lock.pragma("locking_mode = EXCLUSIVE");
      lock.exec("BEGIN EXCLUSIVE");
      return lock;
    } catch (cause) {
      lock.close();
      if (cause instanceof Sqlite.SqliteError && cause.code.startsWith("SQLITE_BUSY")) {
        throw new StateInUseError(
          `${this.path} is in use: another bridge of this role runs with it. Stop that one, or set another dataFolder.`,
          { cause },
        );
      }
      throw explainDisk(this.path, cause);
    }
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (cause) {
      throw explainDisk(this.path, cause);
    }
  }
}

/** What is wrong with a file of SQLite and what to do about it, where that is what went wrong; else the cause itself. */
export function explainDisk(path: string, cause: unknown): unknown {
  if (cause instanceof Sqlite.SqliteError && !cause.code.startsWith("SQLITE_CONSTRAINT")) {
    return new StateUnusableError(path, cause.code, cause);
  }
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const known = code === undefined ? undefined : DISK_ERRORS[code];
  return known === undefined ? cause : new StateUnusableError(path, known, cause);
}

/** What the file system says, as SQLite would. */
const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: "SQLITE_FULL",
  EROFS: "SQLITE_READONLY",
  EACCES: "SQLITE_CANTOPEN",
  EEXIST: "SQLITE_CANTOPEN",
  ENOTDIR: "SQLITE_CANTOPEN",
};
