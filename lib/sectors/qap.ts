/** What the quality-adjusted power of a sector follows from. */
export interface SectorQuality {
  /** Epoch from which its quality counts. */
  readonly powerBaseEpoch: bigint;
  readonly expiration: bigint;
  /** Byte-epochs of verified deals. Unverified deals count nothing. */
  readonly verifiedDealWeight: bigint;
}

const QUALITY_PRECISION = 20n;
const QUALITY_BASE = 10n;
const UNVERIFIED = QUALITY_BASE << QUALITY_PRECISION;
/** What verified deals count more than others, in the base: 100 - 10. */
const VERIFIED_MORE = 90n;

/**
 * Quality-adjusted power of one sector in bytes, exactly as the chain computes it: its quality is the quotient of
 * ((size * duration - verified) * 10 + verified * 100) * 2^20 and size * duration, rounded down; here the part of it that
 * is a whole number anyway was taken out.
 */
export function sectorQap(sectorSize: bigint, sector: SectorQuality): bigint {
  const spacetime = sectorSize * (sector.expiration - sector.powerBaseEpoch);
  if (spacetime <= 0n) return 0n;
  const more = ((sector.verifiedDealWeight * VERIFIED_MORE) << QUALITY_PRECISION) / spacetime;
  return (sectorSize * ((UNVERIFIED + more) / QUALITY_BASE)) >> QUALITY_PRECISION;
}
