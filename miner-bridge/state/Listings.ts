import type { Hex } from "../../lib/hex.ts";
import type { Database } from "./Database.ts";

/** Somebody said that an NFT is for sale, until an epoch. */
export interface Listed {
  readonly id: bigint;
  readonly expiry: bigint;
}

/** Ids and epochs that a file can keep; larger ones nobody mints or waits for. */
const LIMIT = 2n ** 63n;

/**
 * NFTs that were listed on a market, as its events tell. Anybody may emit such an event for any NFT: it is worth a look,
 * no more.
 */
export class Listings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The epoch up to which the events of a market were read. */
  readTo(market: Hex): bigint | undefined {
    return this.#db.get("SELECT epoch FROM markets WHERE address = ?", market)?.["epoch"] as bigint | undefined;
  }

  /** Keeps what a range of events brought, and how far it reached: both or neither. */
  add(market: Hex, listed: readonly Listed[], epoch: bigint): void {
    this.#db.transaction(() => {
      for (const { id, expiry } of listed) {
        if (id >= LIMIT || expiry >= LIMIT) continue;
        this.#db.run(
          `INSERT INTO listings (market, nft_id, expiry) VALUES (?, ?, ?)
           ON CONFLICT (market, nft_id) DO UPDATE SET expiry = max(expiry, excluded.expiry)`,
          market,
          id,
          expiry,
        );
      }
      this.#db.run("DELETE FROM listings WHERE expiry <= ?", epoch);
      this.#db.run("INSERT OR REPLACE INTO markets (address, epoch) VALUES (?, ?)", market, epoch);
    });
  }

  /** Has everything after an epoch read again: the chain has changed there. */
  forgetAfter(epoch: bigint): void {
    this.#db.run("UPDATE markets SET epoch = ? WHERE epoch > ?", epoch, epoch);
  }

  /** Living NFTs that were listed for longer than an epoch; those that were looked at least lately first. */
  open(market: Hex, epoch: bigint, count: number): bigint[] {
    return this.#db
      .all(
        `SELECT nft_id FROM listings JOIN nfts ON nfts.id = nft_id
         WHERE market = ? AND listings.expiry > ? AND nfts.expiry > ? AND burned_at IS NULL
         ORDER BY looked_at, nft_id LIMIT ?`,
        market,
        epoch,
        epoch,
        BigInt(count),
      )
      .map((row) => row["nft_id"] as bigint);
  }

  /** Notes that NFTs were looked at: others come first the next time. */
  looked(market: Hex, ids: readonly bigint[], epoch: bigint): void {
    this.#db.transaction(() => {
      for (const id of ids) {
        this.#db.run("UPDATE listings SET looked_at = ? WHERE market = ? AND nft_id = ?", epoch, market, id);
      }
    });
  }
}
