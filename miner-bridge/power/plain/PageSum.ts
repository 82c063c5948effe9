import { BadAnswerError, type SectorRange, sectorQap } from "../../../lib/index.ts";
import type { EarlyEnd } from "../reading.ts";
import type { LivingNft } from "../types.ts";
import type { SectorRow } from "./sectorRows.ts";

/** Sectors of a partition that back one NFT and are active. Its power is added up from rows. */
export interface ActivePart {
  readonly nft: LivingNft;
  readonly place: { readonly deadline: number; readonly partition: number };
  readonly sectors: readonly SectorRange[];
}

/** What rows say of a part: its QAP in bytes, and the first of its sectors that ends before the NFT. */
export interface PartReading {
  readonly qap: bigint;
  readonly early: EarlyEnd | undefined;
}

export interface PageReading {
  /** Bytes of QAP of all its sectors. */
  readonly power: bigint;
  readonly parts: ReadonlyMap<ActivePart, PartReading>;
}

/** Runs of numbers that JSON can carry. */
interface Run {
  readonly start: number;
  readonly end: number;
}

interface OpenPart extends Run {
  readonly part: ActivePart;
  readonly expiry: number;
}

/** Adds up the rows of a page, which must be exactly the sectors that were asked for, ascending. */
export class PageSum {
  readonly #sectorSize: bigint;
  readonly #runs: readonly Run[];
  readonly #owned: readonly OpenPart[];
  readonly #parts: Map<ActivePart, { qap: bigint; early: EarlyEnd | undefined }>;
  #power = 0n;
  /** The run in which the next row is expected, and its number. */
  #run = 0;
  #next: number;
  /** The first of the owned runs that the next row can lie in. */
  #at = 0;
  /** Rows like the last one have its power. */
  #last = { duration: -1, verified: "", qap: 0n };

  constructor(sectorSize: bigint, sectors: readonly SectorRange[], parts: readonly ActivePart[]) {
    this.#sectorSize = sectorSize;
    this.#runs = sectors.map(runOf);
    this.#next = this.#runs[0]?.start ?? 0;
    this.#parts = new Map(parts.map((part) => [part, { qap: 0n, early: undefined }]));
    this.#owned = parts
      .flatMap((part) => part.sectors.map((range) => ({ ...runOf(range), part, expiry: Number(part.nft.expiry) })))
      .sort((a, b) => a.start - b.start);
  }

  /** @throws {BadAnswerError} when this is not the sector whose turn it is. */
  add(row: SectorRow): void {
    this.#expect(row.number);
    const qap = this.#qapOf(row);
    this.#power += qap;
    while ((this.#owned[this.#at]?.end ?? Infinity) <= row.number) this.#at += 1;
    const owned = this.#owned[this.#at];
    if (owned === undefined || row.number < owned.start) return;
    const sum = this.#parts.get(owned.part);
    if (sum === undefined) return;
    sum.qap += qap;
    if (row.expiration < owned.expiry) {
      sum.early ??= { sector: BigInt(row.number), expiration: BigInt(row.expiration) };
    }
  }

  /** @throws {BadAnswerError} when sectors are missing. */
  finish(): PageReading {
    if (this.#run < this.#runs.length) throw contradiction(`sector ${this.#next} is missing`);
    return { power: this.#power, parts: this.#parts };
  }

  #expect(number: number): void {
    const run = this.#runs[this.#run];
    if (run === undefined || number !== this.#next) throw contradiction(`sector ${number} instead of ${this.#next}`);
    this.#next += 1;
    if (this.#next < run.end) return;
    this.#run += 1;
    this.#next = this.#runs[this.#run]?.start ?? 0;
  }

  #qapOf({ expiration, powerBaseEpoch, verifiedDealWeight }: SectorRow): bigint {
    const duration = expiration - powerBaseEpoch;
    const last = this.#last;
    if (duration === last.duration && verifiedDealWeight === last.verified) return last.qap;
    const qap = sectorQap(this.#sectorSize, {
      expiration: BigInt(expiration),
      powerBaseEpoch: BigInt(powerBaseEpoch),
      verifiedDealWeight: BigInt(verifiedDealWeight),
    });
    this.#last = { duration, verified: verifiedDealWeight, qap };
    return qap;
  }
}

function runOf({ start, count }: SectorRange): Run {
  return { start: Number(start), end: Number(start + count) };
}

function contradiction(details: string): BadAnswerError {
  return new BadAnswerError(
    "The node's sectors are not those of its own partitions: it is out of step, or wrong. Try another one.",
    { details },
  );
}
