import { ATTO_PER_FIL } from "../../lib/index.ts";

const DECIMALS = 4;

/** An amount for a column headed FIL: `1,234.5678`, rounded towards zero; exact amounts are for the checks. */
export function fil(atto: bigint, decimals = DECIMALS): string {
  const unit = ATTO_PER_FIL / 10n ** BigInt(decimals);
  const magnitude = (atto < 0n ? -atto : atto) / unit;
  const scale = 10n ** BigInt(decimals);
  const whole = grouped(magnitude / scale);
  return `${atto < 0n && magnitude > 0n ? "-" : ""}${whole}.${(magnitude % scale).toString().padStart(decimals, "0")}`;
}

/** An amount in a sentence: `1,234.5678 FIL`. */
export function inFil(atto: bigint): string {
  return `${fil(atto)} FIL`;
}

/** `1,234,567`. */
export function grouped(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}
