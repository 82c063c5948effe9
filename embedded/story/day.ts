import { formatPower } from "../../lib/index.ts";
import type { Column, Table } from "../print/Printer.ts";
import { fil } from "../print/figures.ts";
import type { Stage } from "./Stage.ts";

const COLUMNS: readonly Column[] = [
  { title: "day" },
  { title: "power" },
  { title: "sold" },
  { title: "block rewards" },
  { title: "holders earn" },
  { title: "harvested" },
  { title: "still owed" },
];
const SAMPLE = ["day", "00 TiB", "00 TiB", "0,000.0000", "0,000.0000", "0,000.0000", "0,000.0000"];

/** The table of the days, with its head. */
export function dayTable(stage: Stage): Table {
  const table = stage.print.columns(COLUMNS, [SAMPLE]);
  table.head();
  return table;
}

/** Goes on to a day, measures what the miner won since the last time, and takes out what is owed. */
export async function playDay(stage: Stage, table: Table, day: number): Promise<void> {
  const { cast, miner, nft } = stage;
  await stage.advanceTo(stage.dayStart(day));
  const synced = await stage.send(cast.keeper, "powerNFT", "sync", [miner.id]);
  const measured = stage.event(synced, "powerNFT", "Synced");
  const harvest = await stage.send(cast.keeper, "powerNFT", "harvest", [miner.id]);
  const harvested = stage.event(harvest, "powerNFT", "Harvested");
  const account = await nft.minerAccount(miner.id);
  table.row([
    String(day),
    formatPower(account.qap),
    formatPower(account.weight),
    fil((measured?.["rewards"] ?? 0n) as bigint),
    fil((measured?.["earned"] ?? 0n) as bigint),
    fil((harvested?.["amount"] ?? 0n) as bigint),
    fil(account.owed),
  ]);
}
