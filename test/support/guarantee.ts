/** NFTs with a guarantee, and what of it is due when. */
import { attest, mint, type Request } from "./nft.ts";
import { type Enrolled, QAP, enrolled } from "./protocol.ts";

export interface Guaranteed extends Enrolled {
  /** An NFT of half of the miner's power, sectors 0 to 49, for about a year; not attested yet. */
  readonly id: bigint;
  readonly nominal: bigint;
  readonly promised: bigint;
}

/** Half of the miner's power with a guarantee. */
export async function promising(promised: bigint, changes: Partial<Request> = {}): Promise<Guaranteed> {
  const p = await enrolled();
  const nominal = QAP / 2n;
  const sectors = [{ start: 0n, count: 50n }];
  const id = await mint(p, { sectors, nominalPower: nominal, guarantee: promised, ...changes });
  return { ...p, id, nominal, promised };
}

/** The same, attested at full weight. */
export async function delivering(promised: bigint, changes: Partial<Request> = {}): Promise<Guaranteed> {
  const p = await promising(promised, changes);
  await attest(p, p.id, p.nominal);
  return p;
}

/** Two reports running find the NFT with a weight; the epoch of the second. */
export async function attestTwice(p: Enrolled, id: bigint, weight: bigint): Promise<bigint> {
  await attest(p, id, weight);
  await attest(p, id, weight);
  return p.fil.epoch();
}

/** The part of an NFT's guarantee that runs off in so many epochs, rounded down, attoFIL. */
export async function partOf(p: Enrolled, id: bigint, epochs: bigint): Promise<bigint> {
  const { attestedAt, expiry } = await p.nft.powerOf(id);
  const { promised } = await p.nft.guaranteeOf(id);
  return (promised * epochs) / (expiry - attestedAt);
}

/** The chain proves that an NFT has no more than a weight. */
export async function prove(p: Enrolled, id: bigint, weight: bigint): Promise<void> {
  await p.nft.connect(p.oracle).lowerWeight(id, 1n, weight);
}
