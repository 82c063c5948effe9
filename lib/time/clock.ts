import { UsageError } from "../errors/ExplainedError.ts";

/** Seconds between two epochs. */
export const EPOCH_SECONDS = 30n;
/** Epochs in one day. */
export const EPOCHS_PER_DAY = 2880n;

/** When epoch 0 was, in seconds since 1970. */
export const MAINNET_GENESIS = 1_598_306_400n;
export const CALIBRATION_GENESIS = 1_667_326_380n;

/** Turns epochs of one network into dates and back. */
export class Clock {
  /** Seconds since 1970 of epoch 0. */
  readonly genesis: bigint;

  constructor(genesis: bigint) {
    this.genesis = genesis;
  }

  /** For a network without a published genesis: from the time of any of its blocks. */
  static fromBlock(epoch: bigint, timestamp: bigint): Clock {
    return new Clock(timestamp - epoch * EPOCH_SECONDS);
  }

  dateOf(epoch: bigint): Date {
    return new Date(Number((this.genesis + epoch * EPOCH_SECONDS) * 1000n));
  }

  /** The first epoch that begins at or after a time. */
  epochAt(date: Date): bigint {
    const seconds = BigInt(Math.ceil(date.getTime() / 1000)) - this.genesis;
    const epochs = seconds / EPOCH_SECONDS;
    return seconds % EPOCH_SECONDS > 0n ? epochs + 1n : epochs;
  }

  /** `2028-03-01 12:30 UTC`. */
  format(epoch: bigint): string {
    const iso = this.dateOf(epoch).toISOString();
    return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  }

  /**
   * Reads a point in time: `2028-03-01` (its beginning in UTC), `2028-03-01T12:00:00Z`, or a bare epoch number.
   *
   * @throws {UsageError} for anything else.
   */
  parse(text: string): bigint {
    const typed = text.trim();
    if (/^\d+$/.test(typed)) return BigInt(typed);
    const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2})?Z)?$/.exec(typed);
    const date = new Date(match === null ? Number.NaN : typed);
    // The calendar check: JavaScript turns 2028-02-31 into March.
    if (match === null || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== match[1]) {
      throw new UsageError(`"${text}" is not a date: type it like 2028-03-01, or the number of an epoch.`);
    }
    return this.epochAt(date);
  }
}

/** A span for people: `3 days`, `5 h`, `4 min`. */
export function formatSpan(epochs: bigint): string {
  const magnitude = epochs < 0n ? -epochs : epochs;
  if (magnitude >= 2n * EPOCHS_PER_DAY) return `${magnitude / EPOCHS_PER_DAY} days`;
  if (magnitude >= 240n) return `${magnitude / 120n} h`;
  return `${magnitude / 2n} min`;
}
