import type { Tables } from "./charts.ts";
import { type Row, fromCsv } from "./table.ts";

/** The tables of a simulation from their files. @param read The content of a file by its name. */
export async function readTables(read: (name: string) => Promise<string>): Promise<Tables> {
  const rows = async (name: string): Promise<Row[]> => fromCsv(await read(name));
  return {
    days: await rows("days.csv"),
    tickets: await rows("tickets.csv"),
    stays: await rows("stays.csv"),
    runDays: await rows("run-days.csv"),
    runPeople: await rows("run-people.csv"),
  };
}
