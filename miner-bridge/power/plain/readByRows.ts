import { Address, type LotusClient, NodeRefusedError } from "../../../lib/index.ts";
import { type EndpointPool, limitTo } from "../../lotus/index.ts";
import { Backing, withAbsent } from "../Backing.ts";
import { NoActorError } from "../errors.ts";
import { type EarlyEnd, type MinerReading, needsExpirations, type NftPart, type NftReading } from "../reading.ts";
import type { LivingNft, PinnedTipset } from "../types.ts";
import { DeadlinePages, type IdlePart, type Page } from "./DeadlinePages.ts";
import { type PageReading, PageSum } from "./PageSum.ts";
import { QapOfRows } from "./QapOfRows.ts";
import { notFromLotus } from "./readList.ts";
import { readPartitions, STATE_MINER_PARTITIONS } from "./readPartitions.ts";
import { readSectorRows, STATE_MINER_SECTORS } from "./readSectorRows.ts";
import { toRunLengths } from "./runs.ts";

/** So many requests are open at a node at the same time: Lotus holds each answer as a whole. */
const IN_FLIGHT = 4;
const DEADLINES = 48;
/** More than any deadline can have. */
const MAX_PARTITIONS = 3_000;

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
  readonly qap: QapOfRows;
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
  const qap = new QapOfRows(sectorSize);
  const limit = limitTo(IN_FLIGHT);
  const deadlines = await Promise.all(
    Array.from({ length: DEADLINES }, (_, deadline) =>
      limit(() => readDeadline({ pool, miner, cids, qap, backing }, deadline)),
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
  const { pages, idle } = await readPages(reading, deadline);
  let power = 0n;
  const parts: RowPart[] = [...idle];
  for (const page of pages) {
    const read = await readPage(reading, page);
    power += read.power;
    for (const [{ nft, place, sectors }, { qap, early }] of read.parts) {
      parts.push({ nft, place, status: "active", sectors, qap, basis: "each sector", early });
    }
  }
  return { power, parts };
}

function readPages(
  { pool, miner, cids, backing }: Reading,
  deadline: number,
): Promise<{ readonly pages: readonly Page[]; readonly idle: readonly IdlePart[] }> {
  return pool.first(async ({ stream }) => {
    const pages = new DeadlinePages(deadline, backing);
    await readPartitions(
      (take) => stream(STATE_MINER_PARTITIONS, [miner.toString(), deadline, cids], take),
      (partition) => {
        if (pages.partitions === MAX_PARTITIONS) throw notFromLotus(STATE_MINER_PARTITIONS, "partitions without end");
        pages.add(partition);
      },
    );
    return { pages: pages.finish(), idle: pages.idle };
  });
}

function readPage({ pool, miner, cids, qap }: Reading, { sectors, parts }: Page): Promise<PageReading> {
  return pool.first(async ({ stream }) => {
    const sum = new PageSum(qap, sectors, parts);
    await readSectorRows(
      (take) => stream(STATE_MINER_SECTORS, [miner.toString(), toRunLengths(sectors), cids], take),
      (row) => sum.add(row),
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
