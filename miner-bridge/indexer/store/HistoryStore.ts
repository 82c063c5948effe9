import type Database from "better-sqlite3";

import type { Hex, NetworkPrefix } from "../../../lib/index.ts";
import type { ChainEvent, IndexedContracts } from "../chain/contracts.ts";
import type { Anchor } from "../chain/FinalizedChain.ts";
import { weightChanges } from "../chain/weightChanges.ts";
import type { Day } from "../days.ts";
import { WrongHistoryError } from "../errors.ts";
import { createProjections } from "./projections.ts";

/** What a file is the history of. */
export interface Identity {
  readonly chainId: bigint;
  readonly contracts: IndexedContracts;
  /** The epoch that the history begins with. */
  readonly startEpoch: bigint;
  /** When epoch 0 was, seconds since 1970. */
  readonly genesis: bigint;
  readonly prefix: NetworkPrefix;
}

/** How far the history goes. */
export interface Place {
  /** The last epoch whose events it holds. */
  readonly epoch: bigint;
  readonly anchor: Anchor;
  /** The end of the last day whose income it holds. */
  readonly closed: bigint | undefined;
}

/** An NFT whose earned income may have changed since it was read last. */
export interface UnreadNft {
  readonly id: bigint;
  readonly minerId: bigint;
  readonly expiry: bigint;
  readonly attestedEpoch: bigint;
  readonly burned: boolean;
  /** What was paid out of it or credited, attoFIL. */
  readonly paid: bigint;
  /** `earnedOf` when it was read last, attoFIL, and when that was. */
  readonly earned: bigint;
  readonly earnedEpoch: bigint | undefined;
  /** The epoch up to which its miner was measured. */
  readonly lastSync: bigint;
}

/** A miner whose income was measured since the last day that was closed. */
export interface MeasuredMiner {
  readonly id: bigint;
  /** Sum of its Synced events, attoFIL. */
  readonly earned: bigint;
}

/** What is written when a day is over. Amounts are attoFIL. */
export interface ClosedDay {
  readonly day: Day;
  /** Its last epoch. */
  readonly epoch: bigint;
  readonly incomes: readonly { readonly nft: UnreadNft; readonly earned: bigint; readonly final: boolean }[];
  readonly expectations: readonly { readonly minerId: bigint; readonly perTib: bigint }[];
}

interface PlaceRow {
  epoch: bigint;
  anchor_epoch: bigint;
  anchor_tipset: string;
  closed_epoch: bigint | null;
}

interface UnreadRow {
  nft_id: bigint;
  miner_id: bigint;
  expiry: bigint;
  attested_epoch: bigint;
  burned_epoch: bigint | null;
  claimed: string;
  credited: string;
  earned: string;
  earned_epoch: bigint | null;
  last_sync: bigint;
}

/** The history as the indexer writes it: each step whole or not at all, the place together with the rows. */
export class HistoryStore {
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #projections: ReturnType<typeof createProjections>;

  constructor(db: Database.Database, path: string) {
    this.#db = db;
    this.#path = path;
    this.#projections = createProjections(db);
  }

  /**
   * Writes what the file is the history of, or compares it.
   *
   * @throws {WrongHistoryError}
   */
  identify({ chainId, contracts, startEpoch, genesis, prefix }: Identity): void {
    const wanted = {
      chain_id: chainId,
      power_nft: contracts.powerNFT,
      miner_registry: contracts.minerRegistry,
      power_oracle: contracts.powerOracle,
      start_epoch: startEpoch,
      genesis,
      prefix,
    };
    const names = Object.keys(wanted);
    this.#db
      .prepare(
        `INSERT INTO identity (one, ${names.join(", ")}) VALUES (1, ${names.map(() => "?").join(", ")})
         ON CONFLICT DO NOTHING`,
      )
      .run(...Object.values(wanted));
    const found = this.#db.prepare<[], Record<string, string | bigint>>("SELECT * FROM identity").get() ?? {};
    for (const [name, value] of Object.entries(wanted)) {
      const [had, has] = [String(found[name]), String(value)];
      if (had.toLowerCase() !== has.toLowerCase()) throw new WrongHistoryError(this.#path, name, had, has);
    }
  }

  /** Undefined before the first range. */
  place(): Place | undefined {
    const row = this.#db.prepare<[], PlaceRow>("SELECT * FROM place").get();
    if (row === undefined) return undefined;
    return {
      epoch: row.epoch,
      anchor: { epoch: row.anchor_epoch, tipset: row.anchor_tipset },
      closed: row.closed_epoch ?? undefined,
    };
  }

  vaults(): Hex[] {
    return this.#db.prepare<[], Hex>("SELECT vault FROM miners ORDER BY miner_id").pluck().all();
  }

  /**
   * Writes the events up to an epoch, and that the history goes so far.
   *
   * @param events All since the place, in the chain's order.
   * @throws {MissingBeginningError}
   */
  commitRange(events: readonly ChainEvent[], epoch: bigint, anchor: Anchor): void {
    this.#db
      .transaction(() => {
        this.#insert(events);
        this.#db
          .prepare(
            `INSERT INTO place (one, epoch, anchor_epoch, anchor_tipset) VALUES (1, ?, ?, ?)
             ON CONFLICT DO UPDATE SET epoch = excluded.epoch, anchor_epoch = excluded.anchor_epoch,
               anchor_tipset = excluded.anchor_tipset`,
          )
          .run(epoch, anchor.epoch, anchor.tipset);
      })
      .immediate();
  }

  /** NFTs that may have earned something since they were read last. */
  unreadNfts(): UnreadNft[] {
    return this.#db
      .prepare<[], UnreadRow>(
        `SELECT nft_id, miner_id, expiry, attested_epoch, burned_epoch, claimed, credited, nfts.earned, earned_epoch,
           last_sync
         FROM nfts JOIN miners USING (miner_id)
         WHERE attested_epoch IS NOT NULL AND NOT earned_final AND last_sync > coalesce(earned_epoch, -1)
         ORDER BY nft_id`,
      )
      .all()
      .map((row) => ({
        id: row.nft_id,
        minerId: row.miner_id,
        expiry: row.expiry,
        attestedEpoch: row.attested_epoch,
        burned: row.burned_epoch !== null,
        paid: BigInt(row.claimed) + BigInt(row.credited),
        earned: BigInt(row.earned),
        earnedEpoch: row.earned_epoch ?? undefined,
        lastSync: row.last_sync,
      }));
  }

  /** Miners that were measured after an epoch. */
  minersMeasuredAfter(epoch: bigint): MeasuredMiner[] {
    return this.#db
      .prepare<[bigint], { miner_id: bigint; earned: string }>(
        "SELECT miner_id, earned FROM miners WHERE last_sync > ? ORDER BY miner_id",
      )
      .all(epoch)
      .map((row) => ({ id: row.miner_id, earned: BigInt(row.earned) }));
  }

  /** Miners with NFTs that have not reached their expiry. */
  minersWithLivingNfts(epoch: bigint): bigint[] {
    return this.#db
      .prepare<[bigint], bigint>("SELECT DISTINCT miner_id FROM nfts WHERE expiry > ? ORDER BY miner_id")
      .pluck()
      .all(epoch);
  }

  /** Writes what a day brought, and that it is over. */
  commitDay({ day, epoch, incomes, expectations }: ClosedDay): void {
    const addIncome = this.#db.prepare(
      "INSERT INTO incomes (nft_id, day, from_epoch, epoch, income, earned) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const setEarned = this.#db.prepare(
      "UPDATE nfts SET earned = ?, earned_epoch = ?, earned_final = ? WHERE nft_id = ?",
    );
    const expect = this.#db.prepare("INSERT INTO expectations (miner_id, day, per_tib) VALUES (?, ?, ?)");
    this.#db
      .transaction(() => {
        for (const { nft, earned, final } of incomes) {
          const from = nft.earnedEpoch ?? nft.attestedEpoch - 1n;
          addIncome.run(nft.id, day, from, epoch, String(earned - nft.earned), String(earned));
          setEarned.run(String(earned), epoch, final ? 1 : 0, nft.id);
        }
        for (const { minerId, perTib } of expectations) expect.run(minerId, day, String(perTib));
        this.#db.prepare("UPDATE place SET closed_epoch = ?").run(epoch);
      })
      .immediate();
  }

  #insert(events: readonly ChainEvent[]): void {
    const insert = this.#db.prepare(
      `INSERT INTO events (epoch, transaction_index, log_index, tx, contract, address, name, miner_id, nft_id, args)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const name = this.#db.prepare("INSERT INTO event_accounts (account, seq) VALUES (?, ?)");
    const weigh = this.#db.prepare(
      "INSERT INTO weights (seq, nft_id, epoch, frame, cause, old_weight, weight) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    const minerOf = this.#db.prepare<[bigint], bigint>("SELECT miner_id FROM nfts WHERE nft_id = ?").pluck();
    const changes = weightChanges(events);
    // a minted NFT's own Transfer comes before the event that says its miner
    const minted = new Map(
      events.filter((event) => event.name === "Minted").map(({ args }) => [args["id"], args["minerId"]]),
    );
    for (const event of events) {
      const { args } = event;
      const nft = (args["id"] ?? args["tokenId"]) as bigint | undefined;
      const miner = args["minerId"] ?? (nft === undefined ? undefined : (minted.get(nft) ?? minerOf.get(nft)));
      const seq = insert.run(
        event.epoch,
        event.transactionIndex,
        event.logIndex,
        event.transaction,
        event.contract,
        event.address,
        event.name,
        miner ?? null,
        nft ?? null,
        JSON.stringify(args, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
      ).lastInsertRowid;
      for (const account of event.accounts) name.run(account, seq);
      this.#projections[`${event.contract}.${event.name}`]?.(event);
      const change = changes.get(event);
      if (change === undefined || nft === undefined) continue;
      weigh.run(
        seq,
        nft,
        event.epoch,
        change.frame,
        change.cause,
        String(args["oldWeight"]),
        String(args["newWeight"]),
      );
    }
  }
}
