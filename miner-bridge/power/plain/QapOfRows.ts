import { sectorQap } from "../../../lib/index.ts";
import { fromWeight, type SectorRow, type Weight } from "./SectorRow.ts";

/** Places for kinds of sectors: a power of two. */
const PLACES = 2 ** 10;
/** Knuth's: spreads what differs little. */
const SPREAD = 0x9e3779b1;

/**
 * The power of a miner's sectors, bytes of QAP. Many sectors have the same duration and verified deals, so what was
 * computed exactly is kept for the next of the kind, in plain numbers: a map would need a key for each of millions.
 */
export class QapOfRows {
  readonly #sectorSize: bigint;
  readonly #durations = new Float64Array(PLACES).fill(-1);
  readonly #highs = new Float64Array(PLACES);
  readonly #lows = new Float64Array(PLACES);
  readonly #qaps = new Float64Array(PLACES);

  /** @param sectorSize Bytes. */
  constructor(sectorSize: bigint) {
    this.#sectorSize = sectorSize;
  }

  of({ expiration, powerBaseEpoch, verified }: SectorRow): number {
    const duration = expiration - powerBaseEpoch;
    if (duration <= 0) return 0;
    const place = placeOf(duration, verified);
    const isKnown =
      this.#durations[place] === duration && this.#highs[place] === verified.high && this.#lows[place] === verified.low;
    if (isKnown) return this.#qaps[place] as number;
    const qap = Number(
      sectorQap(this.#sectorSize, {
        expiration: BigInt(duration),
        powerBaseEpoch: 0n,
        verifiedDealWeight: fromWeight(verified),
      }),
    );
    this.#durations[place] = duration;
    this.#highs[place] = verified.high;
    this.#lows[place] = verified.low;
    this.#qaps[place] = qap;
    return qap;
  }
}

function placeOf(duration: number, { high, low }: Weight): number {
  return (Math.imul(duration ^ Math.imul(low, SPREAD) ^ high, SPREAD) >>> 0) % PLACES;
}
