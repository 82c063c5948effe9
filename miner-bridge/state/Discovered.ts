import { z } from "zod";

import type { Hex } from "../../lib/hex.ts";
import type { SectorRange } from "../../lib/sectors/ranges.ts";
import type { Database, Row } from "./Database.ts";

/** How far the events were read: all up to this epoch, on the chain that this tipset is of. */
export interface Place {
  readonly epoch: bigint;
  /** The CIDs of the tipset at the epoch, or of the last one before it. */
  readonly tipset: string;
}

export interface Vault {
  readonly minerId: bigint;
  readonly address: Hex;
}

/** What the events say of an NFT. Power is bytes of QAP. */
export interface KnownNft {
  readonly id: bigint;
  readonly minerId: bigint;
  readonly nominalPower: bigint;
  readonly expiry: bigint;
  readonly sectors: readonly SectorRange[];
}

/** What one range of events brought, in the order of the chain. */
export type Discovery =
  | { readonly kind: "vault"; readonly vault: Vault; readonly epoch: bigint }
  | { readonly kind: "minted"; readonly nft: KnownNft; readonly epoch: bigint }
  | { readonly kind: "burned" | "freed"; readonly id: bigint; readonly epoch: bigint };

/** So many places are kept, to find out where a chain has changed. */
const PLACES = 64n;

const sectorsText = z.array(z.tuple([z.string().transform(BigInt), z.string().transform(BigInt)]));

/** Vaults and NFTs, as the events up to a place tell. */
export class Discovered {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The newest place. */
  place(): Place | undefined {
    return this.places()[0];
  }

  /** The newest first. */
  places(): Place[] {
    return this.#db
      .all("SELECT epoch, tipset FROM places ORDER BY epoch DESC")
      .map((row) => ({ epoch: row["epoch"] as bigint, tipset: row["tipset"] as string }));
  }

  /** Keeps what a range of events brought, and how far it reached: both or neither. */
  add(found: readonly Discovery[], place: Place): void {
    this.#db.transaction(() => {
      for (const discovery of found) this.#addOne(discovery);
      this.#db.run("INSERT OR REPLACE INTO places (epoch, tipset) VALUES (?, ?)", place.epoch, place.tipset);
      this.#db.run(
        "DELETE FROM places WHERE epoch NOT IN (SELECT epoch FROM places ORDER BY epoch DESC LIMIT ?)",
        PLACES,
      );
    });
  }

  /** Forgets everything after an epoch: the chain has changed there. */
  forgetAfter(epoch: bigint): void {
    this.#db.transaction(() => {
      this.#db.run("DELETE FROM places WHERE epoch > ?", epoch);
      this.#db.run("DELETE FROM vaults WHERE epoch > ?", epoch);
      this.#db.run("DELETE FROM nfts WHERE minted_at > ?", epoch);
      this.#db.run("UPDATE nfts SET burned_at = NULL WHERE burned_at > ?", epoch);
      this.#db.run("UPDATE nfts SET freed_at = NULL WHERE freed_at > ?", epoch);
    });
  }

  /** In order of miners. */
  vaults(): Vault[] {
    return this.#db
      .all("SELECT miner_id, address FROM vaults ORDER BY miner_id")
      .map((row) => ({ minerId: row["miner_id"] as bigint, address: row["address"] as Hex }));
  }

  /** NFTs that were minted and neither burned nor expired in the state after an epoch, in order of ids. */
  livingAfter(epoch: bigint): KnownNft[] {
    return this.#db
      .all(
        `SELECT * FROM nfts WHERE minted_at <= ? AND (burned_at IS NULL OR burned_at > ?) AND expiry > ? ORDER BY id`,
        epoch,
        epoch,
        epoch + 1n,
      )
      .map(knownNft);
  }

  /** NFTs that expired by an epoch, were not burned, and whose sectors were not freed. */
  expiredBy(epoch: bigint): KnownNft[] {
    return this.#db
      .all(
        "SELECT * FROM nfts WHERE expiry <= ? AND burned_at IS NULL AND freed_at IS NULL ORDER BY miner_id, id",
        epoch,
      )
      .map(knownNft);
  }

  nft(id: bigint): KnownNft | undefined {
    const row = this.#db.get("SELECT * FROM nfts WHERE id = ?", id);
    return row === undefined ? undefined : knownNft(row);
  }

  /** How many NFTs had been minted after an epoch. */
  mintedBy(epoch: bigint): bigint {
    return this.#db.get("SELECT count(*) AS count FROM nfts WHERE minted_at <= ?", epoch)?.["count"] as bigint;
  }

  #addOne(discovery: Discovery): void {
    const { kind, epoch } = discovery;
    if (kind === "vault") {
      const { minerId, address } = discovery.vault;
      this.#db.run(
        "INSERT OR REPLACE INTO vaults (miner_id, address, epoch) VALUES (?, ?, ?)",
        minerId,
        address,
        epoch,
      );
    } else if (kind === "minted") {
      const { id, minerId, nominalPower, expiry, sectors } = discovery.nft;
      this.#db.run(
        "INSERT OR REPLACE INTO nfts (id, miner_id, nominal_power, expiry, sectors, minted_at) VALUES (?, ?, ?, ?, ?, ?)",
        id,
        minerId,
        nominalPower.toString(),
        expiry,
        JSON.stringify(sectors.map(({ start, count }) => [start.toString(), count.toString()])),
        epoch,
      );
    } else {
      const column = kind === "burned" ? "burned_at" : "freed_at";
      this.#db.run(`UPDATE nfts SET ${column} = ? WHERE id = ?`, epoch, discovery.id);
    }
  }
}

function knownNft(row: Row): KnownNft {
  return {
    id: row["id"] as bigint,
    minerId: row["miner_id"] as bigint,
    nominalPower: BigInt(row["nominal_power"] as string),
    expiry: row["expiry"] as bigint,
    sectors: sectorsText.parse(JSON.parse(row["sectors"] as string)).map(([start, count]) => ({ start, count })),
  };
}
