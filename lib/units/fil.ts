import { UsageError } from "../errors/ExplainedError.ts";

/** attoFIL in 1 FIL. */
export const ATTO_PER_FIL = 10n ** 18n;

const DECIMALS = 18;
const MAX_TYPED_LENGTH = 50;

/**
 * Reads an amount as Lotus does: a plain number is FIL; `FIL`, `attoFIL` or `aFIL` may follow, in any case.
 *
 * @returns attoFIL.
 * @throws {UsageError} for anything else, for negative amounts and for parts of an attoFIL.
 * @example parseFil("1.5") === 1_500_000_000_000_000_000n
 * @example parseFil("25 afil") === 25n
 */
export function parseFil(text: string): bigint {
  const typed = text.trim();
  const match = /^(-?)(\d*)(?:\.(\d*))?\s*([a-z]*)$/i.exec(typed);
  const [, sign = "", whole = "", fraction = "", unit = ""] = match ?? [];
  if (match === null || whole + fraction === "" || typed.length > MAX_TYPED_LENGTH) {
    throw new UsageError(`"${text}" is not an amount: type a number of FIL like 25 or 1.5, or attoFIL like 25afil.`);
  }
  const decimals = decimalsOf(unit, text);
  const significant = fraction.replace(/0+$/, "");
  if (significant.length > decimals) {
    throw new UsageError(
      decimals === 0
        ? `"${text}" has parts of an attoFIL: 1 attoFIL is the smallest amount, so type a whole number.`
        : `"${text}" is finer than 1 attoFIL: FIL amounts have at most 18 decimals.`,
    );
  }
  const atto = BigInt(whole + significant.padEnd(decimals, "0"));
  if (sign !== "" && atto !== 0n) throw new UsageError(`"${text}" is negative: amounts are 0 or more.`);
  return atto;
}

function decimalsOf(unit: string, text: string): number {
  switch (unit.toLowerCase()) {
    case "":
    case "fil":
      return DECIMALS;
    case "afil":
    case "attofil":
      return 0;
    default:
      throw new UsageError(`"${text}" has the unknown unit "${unit}": use FIL or attoFIL (afil).`);
  }
}

/**
 * An amount as Lotus prints it: `1.5 FIL`, exact unless told otherwise.
 *
 * @param digits At most so many decimals, rounded towards zero; for tables.
 */
export function formatFil(atto: bigint, digits = DECIMALS): string {
  const magnitude = atto < 0n ? -atto : atto;
  const fraction = (magnitude % ATTO_PER_FIL).toString().padStart(DECIMALS, "0").slice(0, digits).replace(/0+$/, "");
  const sign = atto < 0n ? "-" : "";
  return `${sign}${magnitude / ATTO_PER_FIL}${fraction === "" ? "" : `.${fraction}`} FIL`;
}
