import {
  fromBitfield,
  intersectSectors,
  type Partition,
  type SectorRange,
  subtractSectors,
} from "../../../lib/index.ts";
import type { Backing } from "../Backing.ts";
import type { NftPart } from "../reading.ts";
import type { LivingNft } from "../types.ts";
import type { ActivePart } from "./PageSum.ts";
import { countOf, type Runs, runsOf, uniteDisjoint } from "./runs.ts";

/** Sectors of a page, about 20 MB of JSON. */
const PAGE_SECTORS = 50_000;

/** Active sectors that are asked for together, and the parts that lie among them. */
export interface Page {
  readonly sectors: Runs;
  readonly parts: readonly ActivePart[];
}

/** Sectors of an NFT that are not active. */
export interface IdlePart extends NftPart {
  readonly nft: LivingNft;
}

/** Lays the active sectors of a deadline's partitions out in pages. Partitions are added in order, and not kept. */
export class DeadlinePages {
  readonly idle: IdlePart[] = [];
  readonly #deadline: number;
  readonly #backing: Backing;
  readonly #pages: Page[] = [];
  #partitions = 0;
  /** What the page that is filled has so far. */
  #actives: Runs[] = [];
  #parts: ActivePart[] = [];
  #size = 0;

  constructor(deadline: number, backing: Backing) {
    this.#deadline = deadline;
    this.#backing = backing;
  }

  /** How many partitions were added. */
  get partitions(): number {
    return this.#partitions;
  }

  add(json: Partition): void {
    const active = runsOf(json.ActiveSectors);
    const count = countOf(active);
    if (this.#size + count > PAGE_SECTORS) this.#turn();
    this.#actives.push(active);
    this.#size += count;
    const place = { deadline: this.#deadline, partition: this.#partitions };
    this.#partitions += 1;
    for (const [at, sectors] of backed(json, this.#backing)) {
      const nft = this.#backing.nfts[at];
      if (nft === undefined) continue;
      const of = intersectSectors(sectors, fromBitfield(json.ActiveSectors));
      if (of.length > 0) this.#parts.push({ nft, place, sectors: of });
      this.idle.push(...idleParts(nft, place, json, sectors));
    }
  }

  /** All pages, of which none is empty. */
  finish(): readonly Page[] {
    this.#turn();
    return this.#pages;
  }

  #turn(): void {
    if (this.#size > 0) this.#pages.push({ sectors: uniteDisjoint(this.#actives), parts: this.#parts });
    this.#actives = [];
    this.#parts = [];
    this.#size = 0;
  }
}

/** Which sectors of a partition back which NFT; most partitions have none between their first and last. */
function backed({ AllSectors }: Partition, backing: Backing): ReadonlyMap<number, readonly SectorRange[]> {
  const start = AllSectors[0] ?? 0;
  const end = AllSectors.reduce((sum, length) => sum + length, 0);
  const around = backing.among([{ start: BigInt(start), count: BigInt(end - start) }]);
  return around.size === 0 ? around : backing.among(fromBitfield(AllSectors));
}

/** What an NFT has in a partition that is not active. */
function idleParts(
  nft: LivingNft,
  place: ActivePart["place"],
  { LiveSectors, FaultySectors, ActiveSectors }: Partition,
  sectors: readonly SectorRange[],
): IdlePart[] {
  const live = intersectSectors(sectors, fromBitfield(LiveSectors));
  const faulty = intersectSectors(sectors, fromBitfield(FaultySectors));
  const sets = [
    ["faulty", faulty],
    ["unproven", subtractSectors(subtractSectors(live, faulty), fromBitfield(ActiveSectors))],
    ["terminated", subtractSectors(sectors, live)],
  ] as const;
  return sets.flatMap(([status, of]) =>
    of.length === 0 ? [] : [{ nft, place, status, sectors: of, qap: 0n, basis: undefined }],
  );
}
