import { BadAnswerError, type SectorRange } from "../../../lib/index.ts";
import type { EarlyEnd } from "../reading.ts";
import type { LivingNft } from "../types.ts";
import type { Runs } from "./runs.ts";
import type { QapOfRows } from "./QapOfRows.ts";
import type { SectorRow } from "./SectorRow.ts";

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

/** A run of a part's sectors. */
interface OpenPart {
  readonly start: number;
  readonly end: number;
  readonly part: ActivePart;
  readonly expiry: number;
}

/** A sum of bytes that is exact: numbers, which cost no memory, as long as they hold it. */
class ByteSum {
  #whole = 0n;
  #rest = 0;

  add(bytes: number): void {
    this.#rest += bytes;
    if (this.#rest >= ByteSum.#FULL) this.#carry();
  }

  get total(): bigint {
    this.#carry();
    return this.#whole;
  }

  /** A sector's power is far below the other half of what a number holds. */
  static readonly #FULL = 2 ** 52;

  #carry(): void {
    this.#whole += BigInt(this.#rest);
    this.#rest = 0;
  }
}

/** Adds up the rows of a page, which must be exactly the sectors that were asked for, ascending. */
export class PageSum {
  readonly #qap: QapOfRows;
  readonly #sectors: Runs;
  readonly #owned: readonly OpenPart[];
  readonly #parts: Map<ActivePart, { readonly qap: ByteSum; early: EarlyEnd | undefined }>;
  readonly #power = new ByteSum();
  /** The run in which the next row is expected, and its number. */
  #run = 0;
  #next: number;
  /** The first of the owned runs that the next row can lie in. */
  #at = 0;

  constructor(qap: QapOfRows, sectors: Runs, parts: readonly ActivePart[]) {
    this.#qap = qap;
    this.#sectors = sectors;
    this.#next = sectors.starts[0] ?? 0;
    this.#parts = new Map(parts.map((part) => [part, { qap: new ByteSum(), early: undefined }]));
    this.#owned = parts
      .flatMap((part) =>
        part.sectors.map(({ start, count }) => ({
          start: Number(start),
          end: Number(start + count),
          part,
          expiry: Number(part.nft.expiry),
        })),
      )
      .sort((a, b) => a.start - b.start);
  }

  /** @throws {BadAnswerError} when this is not the sector whose turn it is. */
  add(row: SectorRow): void {
    this.#expect(row.number);
    const qap = this.#qap.of(row);
    this.#power.add(qap);
    while ((this.#owned[this.#at]?.end ?? Infinity) <= row.number) this.#at += 1;
    const owned = this.#owned[this.#at];
    if (owned === undefined || row.number < owned.start) return;
    const sum = this.#parts.get(owned.part);
    if (sum === undefined) return;
    sum.qap.add(qap);
    if (row.expiration < owned.expiry) {
      sum.early ??= { sector: BigInt(row.number), expiration: BigInt(row.expiration) };
    }
  }

  /** @throws {BadAnswerError} when sectors are missing. */
  finish(): PageReading {
    if (this.#run < this.#sectors.starts.length) throw contradiction(`sector ${this.#next} is missing`);
    const parts = [...this.#parts].map(([part, { qap, early }]) => [part, { qap: qap.total, early }] as const);
    return { power: this.#power.total, parts: new Map(parts) };
  }

  #expect(number: number): void {
    const end = this.#sectors.ends[this.#run];
    if (end === undefined || number !== this.#next) throw contradiction(`sector ${number} instead of ${this.#next}`);
    this.#next += 1;
    if (this.#next < end) return;
    this.#run += 1;
    this.#next = this.#sectors.starts[this.#run] ?? 0;
  }
}

function contradiction(details: string): BadAnswerError {
  return new BadAnswerError(
    "The node's sectors are not those of its own partitions: it is out of step, or wrong. Try another one.",
    { details },
  );
}
