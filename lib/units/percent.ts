import { UsageError } from "../errors/ExplainedError.ts";

/**
 * Reads a share: `5%`, `2.5%` or `250bps`.
 *
 * @returns basis points (hundredths of a percent).
 * @throws {UsageError} without a unit, above 100 %, or finer than a basis point.
 */
export function parsePercent(text: string): number {
  const match = /^(\d+)(?:\.(\d+))?\s*(%|bps)$/i.exec(text.trim());
  if (match === null) throw new UsageError(`"${text}" is not a share: type it with its unit, like 5% or 250bps.`);
  const [, whole = "", fraction = "", unit = ""] = match;
  const decimals = unit === "%" ? 2 : 0;
  const significant = fraction.replace(/0+$/, "");
  if (significant.length > decimals) throw new UsageError(`"${text}" is finer than a basis point (0.01%).`);
  const bps = BigInt(whole + significant.padEnd(decimals, "0"));
  if (bps > 10_000n) throw new UsageError(`"${text}" is more than 100%.`);
  return Number(bps);
}

/** Basis points for people: `5%`. */
export function formatPercent(bps: number | bigint): string {
  return `${Number(bps) / 100}%`;
}
