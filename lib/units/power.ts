import { UsageError } from "../errors/ExplainedError.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/**
 * Reads quality-adjusted power: a number and a binary unit.
 *
 * @returns bytes.
 * @throws {UsageError} without a unit, with a decimal unit (TB), or for parts of a byte.
 * @example parsePower("16TiB") === 16n * 2n ** 40n
 */
export function parsePower(text: string): bigint {
  const match = /^(\d+)(?:\.(\d+))?\s*([a-z]+)$/i.exec(text.trim());
  if (match === null)
    throw new UsageError(`"${text}" is not an amount of power: type a number and a unit, like 16TiB.`);
  const [, whole = "", fraction = "", unit = ""] = match;
  const index = UNITS.findIndex((name) => name.toLowerCase() === unit.toLowerCase());
  if (index < 0) {
    throw new UsageError(`"${text}" has the unknown unit "${unit}": power is counted in ${UNITS.join(", ")}.`);
  }
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * 1024n ** BigInt(index);
  if (scaled % scale !== 0n) throw new UsageError(`"${text}" is not a whole number of bytes.`);
  return scaled / scale;
}

/** Power for people: `16 TiB`, `31.9 TiB`; at most three decimals, rounded down. */
export function formatPower(bytes: bigint): string {
  const magnitude = bytes < 0n ? -bytes : bytes;
  let index = 0;
  while (index < UNITS.length - 1 && magnitude >= 1024n ** BigInt(index + 1)) index += 1;
  const thousandths = (magnitude * 1000n) / 1024n ** BigInt(index);
  const fraction = (thousandths % 1000n).toString().padStart(3, "0").replace(/0+$/, "");
  const sign = bytes < 0n ? "-" : "";
  return `${sign}${thousandths / 1000n}${fraction === "" ? "" : `.${fraction}`} ${UNITS[index] ?? "B"}`;
}
