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
const VERIFIED_MULTIPLIER = 100n;

/** Quality-adjusted power of one sector in bytes, exactly as the chain computes it. */
export function sectorQap(sectorSize: bigint, sector: SectorQuality): bigint {
  const spacetime = sectorSize * (sector.expiration - sector.powerBaseEpoch);
  if (spacetime <= 0n) return 0n;
  const verified = sector.verifiedDealWeight;
  const weighted = (spacetime - verified) * QUALITY_BASE + verified * VERIFIED_MULTIPLIER;
  const quality = (weighted << QUALITY_PRECISION) / spacetime / QUALITY_BASE;
  return (sectorSize * quality) >> QUALITY_PRECISION;
}
