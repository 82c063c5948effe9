import {
  Address,
  countSectors,
  fromBitfield,
  intersectSectors,
  type LotusClient,
  NodeRefusedError,
  type Partition,
  type SectorRange,
  subtractSectors,
  toBitfield,
  uniteSectors,
} from "../../../lib/index.ts";
import type { EndpointPool, Limit } from "../../lotus/index.ts";
import { limitTo } from "../../lotus/index.ts";
import { Backing, withAbsent } from "../Backing.ts";
import { NoActorError } from "../errors.ts";
import { type MinerReading, needsExpirations, type NftPart, type NftReading } from "../reading.ts";
import type { LivingNft, PinnedTipset } from "../types.ts";
import { type ActivePart, type PageReading, PageSum, type PartReading } from "./PageSum.ts";
import { readSectorRows } from "./sectorRows.ts";

/** So many requests are open at a node at the same time: Lotus holds each answer as a whole. */
const IN_FLIGHT = 4;
/** Sectors of a page, about 20 MB of JSON. */
const PAGE_SECTORS = 50_000n;
const DEADLINES = 48;

/** Active sectors that are asked for together, and the parts that lie among them. */
interface Page {
  readonly sectors: readonly SectorRange[];
  readonly parts: readonly ActivePart[];
}

/** What the partitions tell. */
interface Survey {
  readonly pages: readonly Page[];
  /** Parts that bring no power, by the NFT's place in the list. */
  readonly idle: ReadonlyMap<number, readonly NftPart[]>;
}

/**
 * Reads a miner's power sector by sector: `StateMinerPartitions` tells which are active, pages of `StateMinerSectors`
 * what each brings. Needs a node of one's own, and believes it.
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
  const limit = limitTo(IN_FLIGHT);
  const miner = Address.fromId(minerId);
  await mustExist(pool.lotus, miner, cids);
  const [{ MinerPower }, { SectorSize }] = await Promise.all([
    pool.lotus.stateMinerPower(miner, cids),
    pool.lotus.stateMinerInfo(miner, cids),
  ]);
  const { pages, idle } = await surveyPartitions(pool.lotus, limit, miner, cids, new Backing(nfts));
  const read = await Promise.all(pages.map((page) => limit(() => readPage(pool, miner, cids, SectorSize, page))));
  return {
    claim: MinerPower.QualityAdjPower,
    power: read.reduce((sum, { power }) => sum + power, 0n),
    nfts: nfts.map((nft, place) =>
      readingOf(
        nft,
        idle.get(place) ?? [],
        read.flatMap(({ parts }) => [...parts].filter(([part]) => part.nft === nft)),
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

async function surveyPartitions(
  lotus: LotusClient,
  limit: Limit,
  miner: Address,
  cids: PinnedTipset["cids"],
  backing: Backing,
): Promise<Survey> {
  const deadlines = await Promise.all(
    Array.from({ length: DEADLINES }, (_, deadline) =>
      limit(async () => surveyed(await lotus.stateMinerPartitions(miner, deadline, cids), deadline, backing)),
    ),
  );
  const idle = new Map<number, NftPart[]>();
  const pages: Page[] = [];
  let actives: (readonly SectorRange[])[] = [];
  let parts: ActivePart[] = [];
  let size = 0n;
  const turn = (): void => {
    if (size > 0n) pages.push({ sectors: uniteSectors(...actives), parts: parts });
    [actives, parts, size] = [[], [], 0n];
  };
  for (const partition of deadlines.flat()) {
    for (const [nft, part] of partition.idle) idle.set(nft, [...(idle.get(nft) ?? []), part]);
    const count = countSectors(partition.active);
    if (size + count > PAGE_SECTORS) turn();
    actives.push(partition.active);
    parts.push(...partition.parts);
    size += count;
  }
  turn();
  return { pages, idle };
}

interface SurveyedPartition {
  readonly active: readonly SectorRange[];
  readonly parts: readonly ActivePart[];
  readonly idle: readonly (readonly [nft: number, part: NftPart])[];
}

function surveyed(partitions: readonly Partition[], deadline: number, backing: Backing): SurveyedPartition[] {
  return partitions.map((json, partition) => {
    const all = fromBitfield(json.AllSectors);
    const live = fromBitfield(json.LiveSectors);
    const faulty = fromBitfield(json.FaultySectors);
    const active = fromBitfield(json.ActiveSectors);
    const place = { deadline, partition };
    const ofNfts = [...backing.among(all)];
    const idle = (nft: number, status: "faulty" | "unproven" | "terminated", sectors: readonly SectorRange[]) =>
      sectors.length === 0 ? [] : [[nft, { place, status, sectors, qap: 0n, basis: undefined }] as const];
    return {
      active,
      parts: ofNfts.flatMap(([at, sectors]) => {
        const [nft, of] = [backing.nfts[at], intersectSectors(sectors, active)];
        return nft === undefined || of.length === 0 ? [] : [{ nft, place, sectors: of }];
      }),
      idle: ofNfts.flatMap(([nft, sectors]) => [
        ...idle(nft, "faulty", intersectSectors(sectors, faulty)),
        ...idle(nft, "unproven", subtractSectors(subtractSectors(intersectSectors(sectors, live), faulty), active)),
        ...idle(nft, "terminated", subtractSectors(sectors, live)),
      ]),
    };
  });
}

function readPage(
  pool: EndpointPool,
  miner: Address,
  cids: PinnedTipset["cids"],
  sectorSize: bigint,
  { sectors, parts }: Page,
): Promise<PageReading> {
  return pool.first(async ({ stream }) => {
    const sum = new PageSum(sectorSize, sectors, parts);
    const answer = await stream("Filecoin.StateMinerSectors", [miner.toString(), toBitfield(sectors), cids]);
    await readSectorRows(answer, (row) => sum.add(row));
    return sum.finish();
  });
}

function readingOf(
  nft: LivingNft,
  idle: readonly NftPart[],
  active: readonly (readonly [ActivePart, PartReading])[],
): NftReading {
  const parts = withAbsent(nft, [
    ...active.map(([{ place, sectors }, { qap }]): NftPart => ({
      place,
      status: "active",
      sectors,
      qap,
      basis: "each sector",
    })),
    ...idle,
  ]);
  const early = active.flatMap(([, { early }]) => early ?? []).sort((a, b) => (a.sector < b.sector ? -1 : 1));
  return { nft, parts, early: needsExpirations(nft, parts) ? early[0] : undefined };
}
