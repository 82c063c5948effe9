import { z } from "zod";

import type { Hex } from "../../lib/hex.ts";
import type { Database, Row } from "./Database.ts";

/** A call of a contract: no FIL goes with it. */
export interface Call {
  readonly to: Hex;
  readonly data: Hex;
}

/** One signed transaction. Fees are attoFIL for a unit of gas. */
export interface Attempt {
  readonly hash: Hex;
  /** The signed bytes: sending them again is the same transaction. */
  readonly raw: Hex;
  /** Whether it does nothing but use the nonce up. */
  readonly fills: boolean;
  readonly gasLimit: bigint;
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
  /** When it was signed. */
  readonly epoch: bigint;
}

/**
 * How an intent ended. `done`: its call was included and succeeded. `failed`: it was included and did not. `cancelled`:
 * its nonce was used up by a transaction that does nothing. `lost`: another process used its nonce.
 */
export type Outcome = "done" | "failed" | "cancelled" | "lost";

/** Something that is to be sent exactly once. */
export interface Intent {
  readonly id: bigint;
  /** Whose nonce it uses. */
  readonly sender: Hex;
  /** What for, for instance `submit:412:0xab…`: of one purpose of a sender at most one is open or done. */
  readonly purpose: string;
  readonly call: Call;
  readonly nonce: bigint;
  readonly status: "open" | Outcome;
  /** The oldest first; at most one of them can be included, because they share the nonce. */
  readonly attempts: readonly Attempt[];
}

const hexText = z.templateLiteral(["0x", z.string()]);
const intentRow = z.object({
  id: z.bigint(),
  sender: hexText,
  purpose: z.string(),
  target: hexText,
  data: hexText,
  nonce: z.bigint(),
  status: z.enum(["open", "done", "failed", "cancelled", "lost"]),
});
const number = z.string().transform(BigInt);
const attemptRow = z.object({
  hash: hexText,
  raw: hexText,
  fills: z.bigint(),
  gas_limit: number,
  max_fee: number,
  priority_fee: number,
  epoch: z.bigint(),
});

/** What the bridge means to send and has signed. It is written before anything is sent. */
export class Journal {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Intents of a sender without an outcome, in order of nonces. */
  open(sender: Hex): Intent[] {
    return this.#db
      .all("SELECT * FROM intents WHERE sender = ? AND status = 'open' ORDER BY nonce", sender)
      .map((row) => this.#intent(row));
  }

  /** The last intent of a purpose. */
  last(sender: Hex, purpose: string): Intent | undefined {
    const sql = "SELECT * FROM intents WHERE sender = ? AND purpose = ? ORDER BY id DESC LIMIT 1";
    const row = this.#db.get(sql, sender, purpose);
    return row === undefined ? undefined : this.#intent(row);
  }

  /** How often a purpose was tried and failed on chain. */
  failures(sender: Hex, purpose: string): number {
    const sql = "SELECT count(*) AS count FROM intents WHERE sender = ? AND purpose = ? AND status = 'failed'";
    return Number(this.#db.get(sql, sender, purpose)?.["count"]);
  }

  /** Purposes that begin so and failed on chain, each as often as it did. */
  failed(sender: Hex, beginning: string): string[] {
    const sql = "SELECT purpose FROM intents WHERE sender = ? AND substr(purpose, 1, ?) = ? AND status = 'failed'";
    return this.#db.all(sql, sender, BigInt(beginning.length), beginning).map((row) => row["purpose"] as string);
  }

  /** The newest intents first. */
  recent(count: number): Intent[] {
    return this.#db
      .all("SELECT * FROM intents ORDER BY id DESC LIMIT ?", BigInt(count))
      .map((row) => this.#intent(row));
  }

  /** Writes what is to be sent together with its signed transaction, before it is sent. */
  begin(sender: Hex, purpose: string, call: Call, nonce: bigint, attempt: Attempt): void {
    this.#db.transaction(() => {
      const id = this.#db.run(
        "INSERT INTO intents (sender, purpose, target, data, nonce, status) VALUES (?, ?, ?, ?, ?, 'open')",
        sender,
        purpose,
        call.to,
        call.data,
        nonce,
      );
      this.addAttempt(id, attempt);
    });
  }

  /** Writes a replacement with the same nonce, before it is sent. */
  addAttempt(id: bigint, attempt: Attempt): void {
    this.#db.run(
      `INSERT INTO attempts (hash, intent_id, raw, fills, gas_limit, max_fee, priority_fee, epoch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      attempt.hash,
      id,
      attempt.raw,
      attempt.fills ? 1n : 0n,
      attempt.gasLimit.toString(),
      attempt.maxFee.toString(),
      attempt.priorityFee.toString(),
      attempt.epoch,
    );
  }

  end(id: bigint, outcome: Outcome): void {
    this.#db.run("UPDATE intents SET status = ? WHERE id = ?", outcome, id);
  }

  #intent(row: Row): Intent {
    const { id, sender, purpose, target, data, nonce, status } = intentRow.parse(row);
    const attempts = this.#db
      .all("SELECT * FROM attempts WHERE intent_id = ? ORDER BY rowid", id)
      .map((attempt) => attemptRow.parse(attempt))
      .map(({ hash, raw, fills, gas_limit, max_fee, priority_fee, epoch }) => ({
        hash,
        raw,
        fills: fills === 1n,
        gasLimit: gas_limit,
        maxFee: max_fee,
        priorityFee: priority_fee,
        epoch,
      }));
    return {
      id,
      sender,
      purpose,
      call: { to: target, data },
      nonce,
      status,
      attempts,
    };
  }
}
