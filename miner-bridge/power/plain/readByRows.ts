import {
  Address,
  fromBitfield,
  intersectSectors,
  type LotusClient,
  NodeRefusedError,
  type Partition,
  type SectorRange,
  subtractSectors,
} from "../../../lib/index.ts";
import { type EndpointPool, limitTo } from "../../lotus/index.ts";
import { Backing, withAbsent } from "../Backing.ts";
import { NoActorError } from "../errors.ts";
import { type EarlyEnd, type MinerReading, needsExpirations, type NftPart, type NftReading } from "../reading.ts";
import type { LivingNft, PinnedTipset } from "../types.ts";
import { type ActivePart, type PageReading, PageSum } from "./PageSum.ts";
import { countOf, type Runs, runsOf, toRunLengths, uniteDisjoint } from "./runs.ts";
import { readSectorRows } from "./sectorRows.ts";

/** So many requests are open at a node at the same time: Lotus holds each answer as a whole. */
const IN_FLIGHT = 4;
/** Sectors of a page, about 20 MB of JSON. */
const PAGE_SECTORS = 50_000;
const DEADLINES = 48;

/** What one deadline's sectors bring. */
interface DeadlineReading {
  /** Bytes of QAP. */
  readonly power: bigint;
  readonly parts: readonly RowPart[];
}

/** A part, and the first of its sectors that ends before the NFT. */
interface RowPart extends NftPart {
  readonly nft: LivingNft;
  readonly early?: EarlyEnd | undefined;
}

/** What is read of one miner. */
interface Reading {
  readonly pool: EndpointPool;
  readonly miner: Address;
  readonly cids: PinnedTipset["cids"];
  /** Bytes. */
  readonly sectorSize: bigint;
  readonly backing: Backing;
}

/**
 * Reads a miner's power sector by sector: `StateMinerPartitions` tells which are active, pages of `StateMinerSectors`
 * what each brings. Needs a node of one's own, and believes it. Memory grows with a few deadlines, not with the miner.
 *
 * @throws {NoActorError} when there is no such miner.
 * @throws {BadAnswerError} when the node contradicts itself.
 */
export async function readByRows(
  pool: EndpointPool,
  { cids }: PinnedTipset,
  minerId: bigint,
  nfts: readonly LivingNft[],
): Promise<MinerReading> {
  const miner = Address.fromId(minerId);
  const backing = new Backing(nfts);
  await mustExist(pool.lotus, miner, cids);
  const [{ MinerPower }, { SectorSize: sectorSize }] = await Promise.all([
    pool.lotus.stateMinerPower(miner, cids),
    pool.lotus.stateMinerInfo(miner, cids),
  ]);
  const limit = limitTo(IN_FLIGHT);
  const deadlines = await Promise.all(
    Array.from({ length: DEADLINES }, (_, deadline) =>
      limit(() => readDeadline({ pool, miner, cids, sectorSize, backing }, deadline)),
    ),
  );
  const parts = deadlines.flatMap(({ parts }) => parts);
  return {
    claim: MinerPower.QualityAdjPower,
    power: deadlines.reduce((sum, { power }) => sum + power, 0n),
    nfts: nfts.map((nft) =>
      readingOf(
        nft,
        parts.filter((part) => part.nft === nft),
      ),
    ),
  };
}

async function mustExist(lotus: LotusClient, miner: Address, cids: PinnedTipset["cids"]): Promise<void> {
  try {
    await lotus.stateGetActor(miner, cids);
  } catch (error) {
    if (error instanceof NodeRefusedError && error.shortMessage.includes("actor not found")) {
      throw new NoActorError(miner.id);
    }
    throw error;
  }
}

/** One request at a time, so that as many are open as there are deadlines being read. */
async function readDeadline(reading: Reading, deadline: number): Promise<DeadlineReading> {
  const partitions = await reading.pool.lotus.stateMinerPartitions(reading.miner, deadline, reading.cids);
  let power = 0n;
  const parts: RowPart[] = [];
  for (const page of pagesOf(partitions, { deadline, backing: reading.backing, idle: parts })) {
    const read = await readPage(reading, page);
    power += read.power;
    for (const [{ nft, place, sectors }, { qap, early }] of read.parts) {
      parts.push({ nft, place, status: "active", sectors, qap, basis: "each sector", early });
    }
  }
  return { power, parts };
}

/** Active sectors that are asked for together, and the parts that lie among them. */
interface Page {
  readonly sectors: Runs;
  readonly parts: readonly ActivePart[];
}

/** The pages of a deadline. What NFTs have there that is not active is put into `idle`. */
function* pagesOf(
  partitions: readonly Partition[],
  { deadline, backing, idle }: { deadline: number; backing: Backing; idle: RowPart[] },
): Generator<Page> {
  let actives: Runs[] = [];
  let parts: ActivePart[] = [];
  let size = 0;
  for (const [partition, json] of partitions.entries()) {
    const active = runsOf(json.ActiveSectors);
    const count = countOf(active);
    if (size > 0 && size + count > PAGE_SECTORS) {
      yield { sectors: uniteDisjoint(actives), parts };
      [actives, parts, size] = [[], [], 0];
    }
    actives.push(active);
    size += count;
    const place = { deadline, partition };
    for (const [at, sectors] of backed(json, backing)) {
      const nft = backing.nfts[at];
      if (nft === undefined) continue;
      const of = intersectSectors(sectors, fromBitfield(json.ActiveSectors));
      if (of.length > 0) parts.push({ nft, place, sectors: of });
      idle.push(...idleParts(nft, place, json, sectors));
    }
  }
  if (size > 0) yield { sectors: uniteDisjoint(actives), parts };
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
): RowPart[] {
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

function readPage({ pool, miner, cids, sectorSize }: Reading, { sectors, parts }: Page): Promise<PageReading> {
  const bitfield = toRunLengths(sectors);
  return pool.first(async ({ stream }) => {
    const sum = new PageSum(sectorSize, sectors, parts);
    await readSectorRows(await stream("Filecoin.StateMinerSectors", [miner.toString(), bitfield, cids]), (row) =>
      sum.add(row),
    );
    return sum.finish();
  });
}

function readingOf(nft: LivingNft, of: readonly RowPart[]): NftReading {
  const parts = withAbsent(
    nft,
    of.map(({ place, status, sectors, qap, basis }) => ({ place, status, sectors, qap, basis })),
  );
  const early = of.flatMap(({ early }) => early ?? []).sort((a, b) => (a.sector < b.sector ? -1 : 1));
  return { nft, parts, early: needsExpirations(nft, parts) ? early[0] : undefined };
}
