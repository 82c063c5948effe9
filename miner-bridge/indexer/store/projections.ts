import type Database from "better-sqlite3";

import { type SectorRange, formatSectors } from "../../../lib/index.ts";
import type { ChainEvent } from "../chain/contracts.ts";
import { MissingBeginningError } from "../errors.ts";

type Apply = (event: ChainEvent) => void;

/** What each event means for the tables of miners and NFTs, by `contract.name`. Others are only kept as events. */
export function createProjections(db: Database.Database): Readonly<Record<string, Apply>> {
  /** Runs an update of the row of a miner or an NFT, which has to be there. */
  const update = (
    table: "miners" | "nfts",
    assignments: string,
  ): ((event: ChainEvent, ...values: unknown[]) => void) => {
    const [column, argument] = table === "miners" ? ["miner_id", "minerId"] : ["nft_id", "id"];
    const statement = db.prepare(`UPDATE ${table} SET ${assignments} WHERE ${column} = ?`);
    return (event, ...values) => {
      const id = (event.args[argument] ?? event.args["tokenId"]) as bigint;
      if (statement.run(...values, id).changes === 0) {
        throw new MissingBeginningError(event.epoch, table === "miners" ? `f0${id}` : `NFT ${id}`);
      }
    };
  };
  /** Adds to an amount, which is text because it may exceed SQLite's integers. */
  const add = (table: "miners" | "nfts", column: string): ((event: ChainEvent, amount: bigint) => void) => {
    const key = table === "miners" ? "miner_id" : "nft_id";
    const read = db.prepare<[bigint], string>(`SELECT ${column} FROM ${table} WHERE ${key} = ?`).pluck();
    const write = update(table, `${column} = ?`);
    return (event, amount) => {
      if (amount === 0n) return;
      const before = read.get(event.args[table === "miners" ? "minerId" : "id"] as bigint) ?? "0";
      write(event, (BigInt(before) + amount).toString());
    };
  };

  const createMiner = db.prepare("INSERT INTO miners (miner_id, vault, created_epoch) VALUES (?, ?, ?)");
  const activate = update("miners", "active = 1, activated_epoch = ?");
  const release = update("miners", "active = 0, released_epoch = ?");
  const nameOperator = update("miners", "operator = ?");
  const measure = update("miners", "last_sync = ?, qap = ?");
  const leaveGap = update("miners", "gaps = gaps + 1");
  const addRewards = add("miners", "rewards");
  const addEarned = add("miners", "earned");
  const addCovered = add("miners", "covered");

  const mint = db.prepare(
    `INSERT INTO nfts (nft_id, miner_id, holder, minted_epoch, nominal_power, expiry, sp_fee_bps, protocol_fee_bps,
       royalty_bps, sectors)
     SELECT ?, miner_id, ?, ?, ?, ?, ?, ?, ?, ? FROM miners WHERE miner_id = ?`,
  );
  const move = update("nfts", "holder = ?");
  const burn = update("nfts", "burned_epoch = ?, weight = '0'");
  const weigh = update("nfts", "weight = ?, attested_epoch = coalesce(attested_epoch, ?)");
  const addClaimed = add("nfts", "claimed");
  const addCredited = add("nfts", "credited");

  return {
    "MinerRegistry.VaultCreated": ({ args, epoch }) => createMiner.run(args["minerId"], args["vault"], epoch),
    "MinerVault.Activated": (event) => activate(event, event.epoch),
    "MinerVault.Released": (event) => release(event, event.epoch),
    "MinerVault.OperatorSet": (event) =>
      nameOperator(event, isZero(event.args["operator"]) ? null : event.args["operator"]),
    "PowerNFT.Synced": (event) => {
      measure(event, event.args["to"], String(event.args["qap"]));
      addRewards(event, event.args["rewards"] as bigint);
      addEarned(event, event.args["earned"] as bigint);
    },
    "PowerNFT.IncomeGap": (event) => leaveGap(event),
    "PowerNFT.Harvested": (event) => addCovered(event, event.args["amount"] as bigint),
    "PowerNFT.Minted": ({ args, epoch }) => {
      const { changes } = mint.run(
        args["id"],
        args["to"],
        epoch,
        String(args["nominalPower"]),
        args["expiry"],
        args["spFeeBps"],
        args["protocolFeeBps"],
        args["royaltyBps"],
        formatSectors(args["sectors"] as SectorRange[]),
        args["minerId"],
      );
      if (changes === 0) throw new MissingBeginningError(epoch, `f0${String(args["minerId"])}`);
    },
    // An NFT that is minted has no row yet, and one that is burned keeps its last holder.
    "PowerNFT.Transfer": (event) => {
      if (!isZero(event.args["from"]) && !isZero(event.args["to"])) move(event, event.args["to"]);
    },
    "PowerNFT.Burned": (event) => burn(event, event.epoch),
    "PowerNFT.WeightSet": (event) => weigh(event, String(event.args["newWeight"]), event.epoch),
    "PowerNFT.Claimed": (event) => addClaimed(event, event.args["amount"] as bigint),
    "PowerNFT.Credited": (event) => addCredited(event, event.args["amount"] as bigint),
  };
}

function isZero(address: unknown): boolean {
  return BigInt(address as string) === 0n;
}
