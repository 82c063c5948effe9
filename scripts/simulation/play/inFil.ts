const ATTO_PER_MICRO = 10n ** 12n;
const MICRO_PER_FIL = 1e6;

/** attoFIL as FIL, to the microFIL, rounded down: for records, not for accounts. */
export function inFil(atto: bigint): number {
  return Number(atto / ATTO_PER_MICRO) / MICRO_PER_FIL;
}
