/** What of a row of `StateMinerSectors` power follows from. Epochs and numbers, as JSON has them. */
export interface SectorRow {
  readonly number: number;
  readonly expiration: number;
  readonly powerBaseEpoch: number;
  /** Verified deal weight, byte-epochs. */
  readonly verified: Weight;
}

/**
 * A whole number that may exceed what one JavaScript number holds: high * 10^15 + low. A text or a BigInt for each of
 * millions of sectors would cost more than to read them.
 */
export interface Weight {
  readonly high: number;
  readonly low: number;
}

/** Decimal digits that a number holds, whatever they are. */
export const NUMBER_DIGITS = 15;
/** The most digits of a weight. The largest sector's has 19. */
export const WEIGHT_DIGITS = 2 * NUMBER_DIGITS;

export function toWeight(digits: string): Weight {
  return { high: Number(digits.slice(0, -NUMBER_DIGITS)), low: Number(digits.slice(-NUMBER_DIGITS)) };
}

export function fromWeight({ high, low }: Weight): bigint {
  return BigInt(high) * 10n ** BigInt(NUMBER_DIGITS) + BigInt(low);
}
