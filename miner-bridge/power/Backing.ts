import { FatalError, type SectorRange, subtractSectors, uniteSectors } from "../../lib/index.ts";
import type { NftPart } from "./reading.ts";
import type { LivingNft } from "./types.ts";

interface Owned extends SectorRange {
  /** The NFT's place in the list. */
  readonly nft: number;
}

/** Which sector backs which NFT, of all NFTs of a miner. */
export class Backing {
  readonly nfts: readonly LivingNft[];
  /** Of all NFTs, ascending, disjoint. */
  readonly #owned: readonly Owned[];

  /** @throws {FatalError} when a sector backs two of them: the contract never lets it. */
  constructor(nfts: readonly LivingNft[]) {
    this.nfts = nfts;
    const owned = nfts.flatMap(({ sectors }, nft) => sectors.map((range) => ({ ...range, nft })));
    this.#owned = owned.sort((a, b) => (a.start < b.start ? -1 : 1));
    for (const [at, range] of this.#owned.entries()) {
      const before = this.#owned[at - 1];
      if (before !== undefined && before.start + before.count > range.start) {
        throw new FatalError(`Sector ${range.start} backs two living NFTs: the list of NFTs is wrong.`);
      }
    }
  }

  /** Which of some sectors (ascending, disjoint runs) back which NFT, by its place in the list. */
  among(sectors: readonly SectorRange[]): Map<number, SectorRange[]> {
    const found = new Map<number, SectorRange[]>();
    for (const { start, count } of sectors) {
      const end = start + count;
      for (let at = this.#firstEndingAfter(start); at < this.#owned.length; at += 1) {
        const owned = this.#owned[at] as Owned;
        if (owned.start >= end) break;
        const from = owned.start > start ? owned.start : start;
        const to = owned.start + owned.count < end ? owned.start + owned.count : end;
        const runs = found.get(owned.nft);
        if (runs === undefined) found.set(owned.nft, [{ start: from, count: to - from }]);
        else runs.push({ start: from, count: to - from });
      }
    }
    return found;
  }

  #firstEndingAfter(sector: bigint): number {
    let [low, high] = [0, this.#owned.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { start, count } = this.#owned[middle] as Owned;
      if (start + count > sector) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The parts of an NFT, with the sectors that no partition has as the last. */
export function withAbsent(nft: LivingNft, parts: readonly NftPart[]): NftPart[] {
  const absent = subtractSectors(nft.sectors, uniteSectors(...parts.map(({ sectors }) => sectors)));
  if (absent.length === 0) return [...parts];
  return [...parts, { place: undefined, status: "absent", sectors: absent, qap: 0n, basis: undefined }];
}
