import {
  eachSector,
  EPOCHS_PER_DAY,
  fromBitfield,
  inBatches,
  MethodUnavailableError,
  NodeRefusedError,
  type Sector,
  type SectorRange,
} from "../../lib/index.ts";
import type { Miner } from "./miner.ts";
import type { TaskContext } from "./TaskContext.ts";

/** The chain divides the day of a miner into so many deadlines. */
const DEADLINES = 48;
/** So many sectors that do not fit are named. */
const NAMED = 5;
/** So many sectors are asked for at once: about 400 bytes of answer each. */
const PAGE = 2_000n;

/** What a node says about named sectors. */
export interface SectorReading {
  readonly sectors: ReadonlyMap<bigint, Sector>;
  readonly missing: readonly bigint[];
  /** Sectors that earn now; undefined where the node does not tell. */
  readonly active: ReadonlySet<bigint> | undefined;
}

/** Reads named sectors, from any node: with few questions where it can, one by one where it must. */
export async function readSectors(
  context: TaskContext,
  miner: Miner,
  ranges: readonly SectorRange[],
): Promise<SectorReading> {
  const found = new Map<bigint, Sector>();
  for (const page of pages(ranges)) {
    for (const sector of await readPage(context, miner, page)) found.set(sector.SectorNumber, sector);
  }
  const missing = [...eachSector(ranges)].filter((number) => !found.has(number));
  return { sectors: found, missing, active: await readActive(context, miner, ranges) };
}

/** What keeps sectors from backing an NFT: each a sentence without its end, the first ones by their numbers. */
export function sectorFaults(
  { network }: TaskContext,
  miner: Miner,
  { sectors, missing, active }: SectorReading,
  expiry: bigint,
): string[] {
  const faults = missing.map((sector) => `Sector ${sector} does not exist on ${miner.name}`);
  for (const sector of sectors.values()) {
    if (active !== undefined && !active.has(sector.SectorNumber)) {
      faults.push(`Sector ${sector.SectorNumber} is not active: it is faulty, unproven or terminated`);
    } else if (sector.Expiration < expiry) {
      faults.push(
        `Sector ${sector.SectorNumber} expires ${early(expiry - sector.Expiration)} early (${network.clock.format(sector.Expiration).slice(0, 10)})`,
      );
    }
  }
  const more = faults.length - NAMED;
  return more > 0 ? [...faults.slice(0, NAMED), `${more} more sectors do not fit either`] : faults;
}

function early(epochs: bigint): string {
  const days = (epochs + EPOCHS_PER_DAY - 1n) / EPOCHS_PER_DAY;
  return days === 1n ? "1 day" : `${days} days`;
}

async function readPage(context: TaskContext, miner: Miner, page: readonly SectorRange[]): Promise<Sector[]> {
  try {
    return await context.lotus.stateMinerSectors(miner.address, page);
  } catch (error) {
    // One absent number fails the whole page; a gateway does not offer pages at all.
    if (!(error instanceof NodeRefusedError) && !(error instanceof MethodUnavailableError)) throw error;
  }
  const one = (number: bigint): Promise<Sector | null> => context.lotus.stateSectorGetInfo(miner.address, number);
  return (await inBatches([...eachSector(page)], one)).filter((sector) => sector !== null);
}

async function readActive(
  context: TaskContext,
  miner: Miner,
  ranges: readonly SectorRange[],
): Promise<ReadonlySet<bigint> | undefined> {
  const deadlines = Array.from({ length: DEADLINES }, (_, index) => index);
  try {
    const partitions = await inBatches(deadlines, (deadline) =>
      context.lotus.stateMinerPartitions(miner.address, deadline),
    );
    const runs = partitions.flat().flatMap((partition) => fromBitfield(partition.ActiveSectors));
    const isActive = (sector: bigint): boolean =>
      runs.some(({ start, count }) => sector >= start && sector < start + count);
    return new Set([...eachSector(ranges)].filter(isActive));
  } catch (error) {
    if (error instanceof MethodUnavailableError) return undefined;
    throw error;
  }
}

function* pages(ranges: readonly SectorRange[]): Generator<SectorRange[]> {
  let page: SectorRange[] = [];
  let room = PAGE;
  for (let { start, count } of ranges) {
    while (count > 0n) {
      const part = count < room ? count : room;
      page.push({ start, count: part });
      [start, count, room] = [start + part, count - part, room - part];
      if (room === 0n) {
        yield page;
        [page, room] = [[], PAGE];
      }
    }
  }
  if (page.length > 0) yield page;
}
