import { LotusRows } from "./LotusRows.ts";
import { type ListSource, notFromLotus, readList } from "./readList.ts";
import { type SectorRow, toWeight, type Weight, WEIGHT_DIGITS } from "./SectorRow.ts";

export const STATE_MINER_SECTORS = "Filecoin.StateMinerSectors";
const DIGITS = /^\d+$/;

/**
 * Reads the rows of `StateMinerSectors` while they come: those in Lotus' own form from their bytes, others as any JSON.
 *
 * @param take Gets every row, in the order of the answer.
 * @throws as `readList`, and {BadAnswerError} for a row that is no sector.
 */
export function readSectorRows(source: ListSource, take: (row: SectorRow) => void): Promise<void> {
  return readList(source, {
    method: STATE_MINER_SECTORS,
    take: (item) => take(sectorRow(item)),
    takeBytes: (bytes, length) => {
      const rows = new LotusRows(bytes, length);
      for (let row = rows.next(); row !== undefined; row = rows.next()) take(row);
      return rows.start;
    },
  });
}

function sectorRow(row: unknown): SectorRow {
  if (typeof row !== "object" || row === null) throw notSectors("a row that is none");
  const { SectorNumber, Expiration, PowerBaseEpoch, VerifiedDealWeight } = row as Readonly<Record<string, unknown>>;
  return {
    number: whole(SectorNumber, "SectorNumber"),
    expiration: whole(Expiration, "Expiration"),
    powerBaseEpoch: whole(PowerBaseEpoch, "PowerBaseEpoch"),
    verified: weight(VerifiedDealWeight, "VerifiedDealWeight"),
  };
}

function whole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw notSectors(`${what}: ${String(value)} is no whole number`);
}

function weight(value: unknown, what: string): Weight {
  if (typeof value === "string" && value.length <= WEIGHT_DIGITS && DIGITS.test(value)) return toWeight(value);
  throw notSectors(`${what}: not digits`);
}

function notSectors(details: string): Error {
  return notFromLotus(STATE_MINER_SECTORS, details);
}
