import {
  countSectors,
  eachSector,
  intersectSectors,
  type SectorRange,
  sectorQap,
  subtractSectors,
} from "../../../lib/index.ts";
import { Backing, withAbsent } from "../Backing.ts";
import type { BlockReader } from "../blocks/BlockReader.ts";
import { BadStateError } from "../errors.ts";
import {
  type Basis,
  type EarlyEnd,
  type MinerReading,
  needsExpirations,
  type NftPart,
  type NftReading,
} from "../reading.ts";
import type { LivingNft, PinnedTipset } from "../types.ts";
import { readActorHead, readClaim } from "./actors.ts";
import { type MinerState, type PartitionState, readMiner, readPartitions, readSectors } from "./miner.ts";

/** Quality of sectors that verified deals fill all their life. */
const VERIFIED_QUALITY = 10n;
/** Sectors that are read in one go. */
const SECTORS_AT_ONCE = 2_048;

/**
 * Reads a miner's power from the chain's state, block by block from the state root: the power of its partitions as it
 * is stored there, and of each NFT's sectors in them. Sectors themselves are read only where a partition of various
 * quality is shared, and before a first attestation.
 *
 * @throws {NoActorError} when there is no such miner.
 * @throws {BadStateError} when its state is not what a miner's is.
 */
export async function readByState(
  reader: BlockReader,
  { stateRoot }: PinnedTipset,
  minerId: bigint,
  nfts: readonly LivingNft[],
): Promise<MinerReading> {
  const backing = new Backing(nfts);
  const head = await readActorHead(reader, stateRoot, minerId);
  const [claim, miner] = await Promise.all([readClaim(reader, stateRoot, minerId), readMiner(reader, head)]);
  const deadlines = await Promise.all(
    miner.deadlines.map(async (cid, deadline) => {
      const partitions = await readPartitions(reader, cid, deadline);
      return Promise.all(partitions.map((partition) => readPartition(reader, miner, partition, backing)));
    }),
  );
  const partitions = deadlines.flat();
  return {
    claim,
    power: partitions.reduce((sum, { power }) => sum + power, 0n),
    nfts: await Promise.all(
      nfts.map(async (nft, place): Promise<NftReading> => {
        const parts = withAbsent(
          nft,
          partitions.flatMap(({ parts }) => parts.get(place) ?? []),
        );
        const early = needsExpirations(nft, parts) ? await firstEarlyEnd(reader, miner, nft) : undefined;
        return { nft, parts, early };
      }),
    ),
  };
}

interface PartitionReading {
  /** Bytes of QAP. */
  readonly power: bigint;
  /** By the NFT's place in the list. */
  readonly parts: ReadonlyMap<number, readonly NftPart[]>;
}

async function readPartition(
  reader: BlockReader,
  miner: MinerState,
  partition: PartitionState,
  backing: Backing,
): Promise<PartitionReading> {
  const { all, terminated, faulty, unproven, activePower } = partition;
  const active = [terminated, faulty, unproven].reduce<readonly SectorRange[]>(subtractSectors, all);
  if (countSectors(active) * miner.sectorSize !== activePower.raw) {
    throw new BadStateError(
      `partition ${partition.deadline}/${partition.partition}: its power does not fit its sectors`,
    );
  }
  const parts = new Map<number, readonly NftPart[]>();
  for (const [nft, sectors] of backing.among(all)) {
    parts.set(nft, [
      ...(await activePart(reader, miner, partition, intersectSectors(sectors, active))),
      ...idlePart(partition, "faulty", intersectSectors(sectors, faulty)),
      ...idlePart(partition, "unproven", intersectSectors(sectors, unproven)),
      ...idlePart(partition, "terminated", intersectSectors(sectors, terminated)),
    ]);
  }
  return { power: activePower.qa, parts };
}

async function activePart(
  reader: BlockReader,
  miner: MinerState,
  partition: PartitionState,
  sectors: readonly SectorRange[],
): Promise<NftPart[]> {
  if (sectors.length === 0) return [];
  const place = { deadline: partition.deadline, partition: partition.partition };
  const part = (basis: Basis, qap: bigint): NftPart[] => [{ place, status: "active", sectors, qap, basis }];
  const { raw, qa } = partition.activePower;
  const size = countSectors(sectors) * miner.sectorSize;
  // No sector's quality is below 1 or above 10: a sum at either end says that each one is there.
  if (qa === raw) return part("quality 1", size);
  if (qa === raw * VERIFIED_QUALITY) return part("quality 10", size * VERIFIED_QUALITY);
  if (size === raw) return part("whole partition", qa);
  let qap = 0n;
  for (const numbers of atOnce(sectors)) {
    for (const sector of await readSectors(reader, miner.sectors, numbers)) qap += sectorQap(miner.sectorSize, sector);
  }
  if (qap > qa) {
    throw new BadStateError(`partition ${place.deadline}/${place.partition}: its sectors have more power than it has`);
  }
  return part("each sector", qap);
}

function idlePart(
  { deadline, partition }: PartitionState,
  status: "faulty" | "unproven" | "terminated",
  sectors: readonly SectorRange[],
): NftPart[] {
  return sectors.length === 0 ? [] : [{ place: { deadline, partition }, status, sectors, qap: 0n, basis: undefined }];
}

/** The first sector of an NFT that ends before it. */
async function firstEarlyEnd(reader: BlockReader, miner: MinerState, nft: LivingNft): Promise<EarlyEnd | undefined> {
  for (const numbers of atOnce(nft.sectors)) {
    const sectors = await readSectors(reader, miner.sectors, numbers);
    const at = sectors.findIndex(({ expiration }) => expiration < nft.expiry);
    const [sector, found] = [numbers[at], sectors[at]];
    if (sector !== undefined && found !== undefined) return { sector, expiration: found.expiration };
  }
  return undefined;
}

function* atOnce(sectors: readonly SectorRange[]): Generator<bigint[]> {
  let numbers: bigint[] = [];
  for (const sector of eachSector(sectors)) {
    numbers.push(sector);
    if (numbers.length < SECTORS_AT_ONCE) continue;
    yield numbers;
    numbers = [];
  }
  if (numbers.length > 0) yield numbers;
}
