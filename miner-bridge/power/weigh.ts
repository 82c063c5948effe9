import type { SectorRange } from "../../lib/index.ts";
import type { MinerReading, NftReading, SectorStatus } from "./reading.ts";
import type { MinerWeights, NftWeight } from "./types.ts";

/** How far a miner's claim may be from what its sectors add up to: 0.01 %, as genesis claims are rounded otherwise. */
const TOLERANCE_PARTS = 10_000n;

const DOING: Readonly<Record<Exclude<SectorStatus, "active">, string>> = {
  faulty: "faulty",
  unproven: "not proven yet",
  terminated: "terminated",
  absent: "not there",
};

/** What a miner's NFTs weigh, from what was read. The same reading gives the same words: they are part of a report. */
export function weighMiner(minerId: bigint, { claim, power, nfts }: MinerReading): MinerWeights {
  const apart = claim > power ? claim - power : power - claim;
  if (apart * TOLERANCE_PARTS > claim) {
    return { minerId, skipped: `its sectors have ${power} bytes of power, but its claim is ${claim}` };
  }
  return { minerId, qap: claim, weights: nfts.map(weighNft) };
}

/** QAP of the active sectors, at most nominal; 0 while a first attestation is withheld. */
export function weighNft(reading: NftReading): NftWeight {
  const { id, nominalPower } = reading.nft;
  const withheld = reasonToWithhold(reading);
  if (withheld !== undefined) return { id, weight: 0n, withheld };
  const power = reading.parts.reduce((sum, { qap }) => sum + qap, 0n);
  return { id, weight: power < nominalPower ? power : nominalPower };
}

/** A first attestation needs every sector active and lasting to the NFT's expiry (R-ORC-5). */
function reasonToWithhold({ nft, parts, early }: NftReading): string | undefined {
  if (nft.attested) return undefined;
  const idle = parts
    .flatMap(({ status, sectors }) => (status === "active" ? [] : [{ sector: firstOf(sectors), doing: DOING[status] }]))
    .reduce<{ sector: bigint; doing: string } | undefined>(
      (first, one) => (first === undefined || one.sector < first.sector ? one : first),
      undefined,
    );
  if (idle !== undefined) return `sector ${idle.sector} is ${idle.doing}`;
  if (early === undefined) return undefined;
  return `sector ${early.sector} expires at epoch ${early.expiration}, before the NFT at ${nft.expiry}`;
}

function firstOf(sectors: readonly SectorRange[]): bigint {
  const [first] = sectors;
  if (first === undefined) throw new RangeError("A part without sectors");
  return first.start;
}
