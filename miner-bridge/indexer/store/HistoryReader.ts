import Database from "better-sqlite3";

import type { NetworkPrefix } from "../../../lib/index.ts";
import type { Day } from "../days.ts";

/** Rows as they lie in the tables (`migrations.ts`), with what belongs to them. */
export interface MinerRow {
  miner_id: bigint;
  vault: string;
  created_epoch: bigint;
  active: bigint;
  activated_epoch: bigint | null;
  released_epoch: bigint | null;
  operator: string | null;
  last_sync: bigint | null;
  qap: string;
  rewards: string;
  earned: string;
  covered: string;
  gaps: bigint;
  /** The newest expectation of the miner, if there is one. */
  per_tib: string | null;
}
export interface NftRow {
  nft_id: bigint;
  miner_id: bigint;
  holder: string;
  minted_epoch: bigint;
  nominal_power: string;
  expiry: bigint;
  sp_fee_bps: bigint;
  protocol_fee_bps: bigint;
  royalty_bps: bigint;
  sectors: string;
  weight: string;
  attested_epoch: bigint | null;
  claimed: string;
  credited: string;
  burned_epoch: bigint | null;
  earned: string;
  earned_epoch: bigint | null;
  per_tib: string | null;
}
export interface IncomeRow {
  nft_id: bigint;
  day: Day;
  from_epoch: bigint;
  epoch: bigint;
  income: string;
  earned: string;
}
export interface WeightRow {
  seq: bigint;
  nft_id: bigint;
  epoch: bigint;
  frame: bigint;
  cause: string;
  old_weight: string;
  weight: string;
  tx: string;
}
export interface EventRow {
  seq: bigint;
  epoch: bigint;
  tx: string;
  contract: string;
  address: string;
  name: string;
  miner_id: bigint | null;
  nft_id: bigint | null;
  args: string;
}

/** How far the history goes, and what it is of. */
export interface Standing {
  readonly chainId: bigint;
  readonly genesis: bigint;
  readonly prefix: NetworkPrefix;
  /** The last epoch whose events are there. */
  readonly epoch: bigint;
  /** The tipset at or before it. */
  readonly tipset: string;
  /** The last epoch of the last day whose income is there. */
  readonly closed: bigint | null;
}

/** A piece of a list: at most `limit` rows behind the cursor, which is the key of the last row before. */
export interface Page<C> {
  readonly cursor: C | undefined;
  readonly limit: number;
}

export interface EventFilter {
  readonly contract?: string | undefined;
  readonly name?: string | undefined;
  readonly minerId?: bigint | undefined;
  readonly nftId?: bigint | undefined;
  readonly account?: string | undefined;
  /** Epochs, both included. */
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
}

type Value = string | bigint | number;
/** A condition, and the value of its question mark; without a value it does not apply. */
type Condition = readonly [sql: string, value: Value | undefined];

const PER_TIB = `(SELECT per_tib FROM expectations x WHERE x.miner_id = t.miner_id ORDER BY day DESC LIMIT 1) AS per_tib`;

/** The history as others read it. A file that is being written can be read meanwhile. */
export class HistoryReader {
  readonly #db: Database.Database;

  /** @param path Of a file that an indexer has made. */
  constructor(path: string) {
    this.#db = new Database(path, { readonly: true });
    this.#db.defaultSafeIntegers();
  }

  close(): void {
    this.#db.close();
  }

  /** Whatever `read` reads is of one moment. */
  atOnce<T>(read: () => T): T {
    return this.#db.transaction(read)();
  }

  /** Undefined before the first range. */
  standing(): Standing | undefined {
    return this.#db
      .prepare<[], Standing>(
        `SELECT chain_id AS chainId, genesis, prefix, epoch, anchor_tipset AS tipset, closed_epoch AS closed
         FROM identity JOIN place USING (one)`,
      )
      .get();
  }

  miners({ cursor, limit }: Page<bigint>): MinerRow[] {
    return this.#select(`SELECT t.*, ${PER_TIB} FROM miners t`, [["miner_id > ?", cursor]], "miner_id", limit);
  }

  miner(id: bigint): MinerRow | undefined {
    return this.#select<MinerRow>(`SELECT t.*, ${PER_TIB} FROM miners t`, [["miner_id = ?", id]], "miner_id", 1)[0];
  }

  /** NFTs of a holder are those that it holds now: a burned NFT has none. */
  nfts(filter: { holder?: string | undefined; minerId?: bigint | undefined }, page: Page<bigint>): NftRow[] {
    const conditions: Condition[] = [
      ["nft_id > ?", page.cursor],
      ["burned_epoch IS NULL AND holder = ?", filter.holder],
      ["miner_id = ?", filter.minerId],
    ];
    return this.#select(`SELECT t.*, ${PER_TIB} FROM nfts t`, conditions, "nft_id", page.limit);
  }

  nft(id: bigint): NftRow | undefined {
    return this.#select<NftRow>(`SELECT t.*, ${PER_TIB} FROM nfts t`, [["nft_id = ?", id]], "nft_id", 1)[0];
  }

  /** Both days included. */
  incomes(nftId: bigint, days: { from?: Day | undefined; to?: Day | undefined }, page: Page<Day>): IncomeRow[] {
    const conditions: Condition[] = [
      ["nft_id = ?", nftId],
      ["day > ?", page.cursor],
      ["day >= ?", days.from],
      ["day <= ?", days.to],
    ];
    return this.#select("SELECT * FROM incomes", conditions, "day", page.limit);
  }

  weights(nftId: bigint, page: Page<bigint>): WeightRow[] {
    const conditions: Condition[] = [
      ["w.nft_id = ?", nftId],
      ["w.seq > ?", page.cursor],
    ];
    return this.#select("SELECT w.*, tx FROM weights w JOIN events e USING (seq)", conditions, "w.seq", page.limit);
  }

  /** @param newestFirst The cursor then is the key of a newer row. */
  events(filter: EventFilter, newestFirst: boolean, page: Page<bigint>): EventRow[] {
    const conditions: Condition[] = [
      [newestFirst ? "e.seq < ?" : "e.seq > ?", page.cursor],
      ["contract = ?", filter.contract],
      ["name = ?", filter.name],
      ["miner_id = ?", filter.minerId],
      ["nft_id = ?", filter.nftId],
      ["epoch >= ?", filter.from],
      ["epoch <= ?", filter.to],
      ["account = ?", filter.account],
    ];
    const accounts = filter.account === undefined ? "" : "JOIN event_accounts a USING (seq)";
    const order = newestFirst ? "e.seq DESC" : "e.seq";
    return this.#select(`SELECT e.* FROM events e ${accounts}`, conditions, order, page.limit);
  }

  #select<R>(sql: string, conditions: readonly Condition[], order: string, limit: number): R[] {
    const given = conditions.filter(([, value]) => value !== undefined);
    const where = given.length === 0 ? "" : `WHERE ${given.map(([condition]) => condition).join(" AND ")}`;
    const values = given.map(([, value]) => value as Value);
    return this.#db.prepare<Value[], R>(`${sql} ${where} ORDER BY ${order} LIMIT ?`).all(...values, limit);
  }
}
