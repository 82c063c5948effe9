/** What the real network answered, recorded call by call. */
import { readFileSync } from "node:fs";
import path from "node:path";

export interface Row {
  label: string;
  kind?: "peek" | "call" | "native" | "evmcall";
  target?: number;
  method?: number;
  flags?: number;
  params?: string;
  ok?: boolean;
  exit?: string;
  codec?: string;
  ret?: string;
  from?: string;
  to?: string;
  height?: number;
  block?: number;
  /** A native message that was refused when its gas was estimated. */
  error?: string;
  value?: string;
  data?: string;
  /** attoFIL, between this row and the one before. */
  grossRewardsBetween?: string;
  burnedBetween?: string;
  rewardsBetween?: number;
  receipt?: string | { ExitCode: number; Return: string | null };
  who?: string[];
  codehash?: string;
  size?: string;
  balance?: string;
  in?: string;
  out?: string;
}

export function golden(file: "golden" | "golden2"): Row[] {
  const text = readFileSync(path.join(import.meta.dirname, "../fixtures", `${file}.json`), "utf8");
  return JSON.parse(text) as Row[];
}

/** The exit code of a native message, from its receipt or from the error that the node gave instead. */
export function exitOf(row: Row): bigint {
  if (row.exit !== undefined) return BigInt(row.exit);
  const text = row.error ?? (typeof row.receipt === "string" ? row.receipt : "");
  const code = /RetCode=(\d+)/.exec(text)?.[1] ?? /\((\d+)\)\]/.exec(text)?.[1];
  if (code === undefined) throw new Error(`${row.label}: no exit code`);
  return BigInt(code);
}
