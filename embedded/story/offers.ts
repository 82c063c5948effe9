import { EXPIRY_GRID, type SectorRange, countSectors } from "../../lib/index.ts";
import type { Stage } from "./Stage.ts";
import { HANDOVER, SECTOR_QAP } from "../chain/genesis.ts";

/** An NFT that the storage provider mints for somebody. */
export interface Offer {
  readonly id: bigint;
  readonly holder: "Alice" | "Bob" | "Carol";
  readonly sectors: SectorRange;
  readonly spFeeBps: number;
  readonly royaltyBps: number;
  readonly expiry: bigint;
}

const FIRST_EXPIRY = (HANDOVER / EXPIRY_GRID + 2n) * EXPIRY_GRID;

export const OFFERS: readonly Offer[] = [
  {
    id: 1n,
    holder: "Alice",
    sectors: { start: 1n, count: 128n },
    spFeeBps: 800,
    royaltyBps: 200,
    expiry: FIRST_EXPIRY + EXPIRY_GRID,
  },
  {
    id: 2n,
    holder: "Bob",
    sectors: { start: 129n, count: 64n },
    spFeeBps: 500,
    royaltyBps: 0,
    expiry: FIRST_EXPIRY + EXPIRY_GRID,
  },
  {
    id: 3n,
    holder: "Carol",
    sectors: { start: 193n, count: 32n },
    spFeeBps: 1200,
    royaltyBps: 0,
    expiry: FIRST_EXPIRY,
  },
];

/** Sectors that the storage provider keeps to itself. */
export const UNSOLD: SectorRange = { start: 225n, count: 32n };

/** The highest protocol fee there can be: the minter accepts any. */
const MAX_PROTOCOL_FEE_BPS = 500;

/** What the storage provider asks PowerNFT to mint. */
export function mintRequest({ cast, miner }: Stage, offer: Omit<Offer, "id">): object {
  return {
    minerId: miner.id,
    sectors: [offer.sectors],
    nominalPower: nominalPower(offer),
    expiry: offer.expiry,
    spFeeBps: offer.spFeeBps,
    royaltyBps: offer.royaltyBps,
    maxProtocolFeeBps: MAX_PROTOCOL_FEE_BPS,
    to: cast[offer.holder].evm,
    guarantee: 0n,
  };
}

export function nominalPower({ sectors }: Pick<Offer, "sectors">): bigint {
  return countSectors([sectors]) * SECTOR_QAP;
}
