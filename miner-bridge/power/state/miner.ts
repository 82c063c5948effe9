import { type Cid, type DagCborValue, type SectorQuality, type SectorRange } from "../../../lib/index.ts";
import type { BlockReader } from "../blocks/BlockReader.ts";
import { BadStateError } from "../errors.ts";
import { Amt } from "./Amt.ts";
import { amount, count, integer, link, sectorSet, tuple } from "./fields.ts";

/** Where the fields of built-in actors v18 lie, and how many there are. */
const MINER = { fields: 15, info: 0, sectors: 9, deadlines: 12 } as const;
const INFO = { fields: 14, sectorSize: 7 } as const;
const DEADLINE = { fields: 13, partitions: 0, total: 5 } as const;
const PARTITION = {
  fields: 11,
  sectors: 0,
  unproven: 1,
  faults: 2,
  terminated: 4,
  live: 7,
  unprovenPower: 8,
  faultyPower: 9,
} as const;
/** The daily fee is missing in sectors that are older than it. */
const SECTOR = { fields: [15, 16], number: 0, expiration: 5, verified: 7, powerBase: 11 } as const;

const DEADLINES = 48;
const MAX_PARTITIONS = 3_000;
const PARTITIONS_BITWIDTH = 3;
const MAX_SECTORS = 2 ** 25;
const SECTORS_BITWIDTH = 5;

/** What of a miner's state its power follows from. */
export interface MinerState {
  /** Bytes. */
  readonly sectorSize: bigint;
  readonly deadlines: readonly Cid[];
  readonly sectors: Cid;
}

/** Power in bytes. */
export interface PowerPair {
  readonly raw: bigint;
  readonly qa: bigint;
}

export interface PartitionState {
  readonly deadline: number;
  readonly partition: number;
  /** All of it, terminated sectors that are not compacted yet included. */
  readonly all: readonly SectorRange[];
  readonly terminated: readonly SectorRange[];
  readonly faulty: readonly SectorRange[];
  readonly unproven: readonly SectorRange[];
  /** Live, less unproven, less faulty: what the miner's claim counts. */
  readonly activePower: PowerPair;
}

/** What a sector's power and life follow from. */
export type SectorState = SectorQuality;

/** @throws {BadStateError} when a block is not what a miner has; so do all below. */
export async function readMiner(reader: BlockReader, head: Cid): Promise<MinerState> {
  const state = tuple(await reader.read(head), "miner", MINER.fields);
  const [info, deadlines] = await Promise.all([
    reader.read(link(state[MINER.info], "miner's info")),
    reader.read(link(state[MINER.deadlines], "miner's deadlines")),
  ]);
  const size = tuple(info, "miner's info", INFO.fields)[INFO.sectorSize];
  const [due] = tuple(deadlines, "deadlines", 1);
  return {
    sectorSize: BigInt(count(size, "sector size")),
    deadlines: tuple(due, "deadlines", DEADLINES).map((deadline) => link(deadline, "deadline")),
    sectors: link(state[MINER.sectors], "miner's sectors"),
  };
}

/** The partitions of a deadline, in order. */
export async function readPartitions(reader: BlockReader, cid: Cid, deadline: number): Promise<PartitionState[]> {
  const state = tuple(await reader.read(cid), "deadline", DEADLINE.fields);
  if (count(state[DEADLINE.total], "deadline's sectors") === 0) return [];
  const partitions = await Amt.load(
    reader,
    link(state[DEADLINE.partitions], "deadline's partitions"),
    PARTITIONS_BITWIDTH,
    MAX_PARTITIONS,
  );
  return (await partitions.entries()).map(([index, value], at) => {
    if (index !== BigInt(at)) throw new BadStateError(`partition ${at} of deadline ${deadline} is missing`);
    return partitionOf(value, deadline, at);
  });
}

function partitionOf(value: DagCborValue, deadline: number, partition: number): PartitionState {
  const what = `partition ${deadline}/${partition}`;
  const state = tuple(value, what, PARTITION.fields);
  const power = (at: number): PowerPair => {
    const [raw, qa] = tuple(state[at], `${what}: power`, 2);
    return { raw: amount(raw, `${what}: raw power`), qa: amount(qa, `${what}: power`) };
  };
  const [live, unproven, faulty] = [
    power(PARTITION.live),
    power(PARTITION.unprovenPower),
    power(PARTITION.faultyPower),
  ];
  const activePower = { raw: live.raw - unproven.raw - faulty.raw, qa: live.qa - unproven.qa - faulty.qa };
  if (activePower.raw < 0n || activePower.qa < 0n) throw new BadStateError(`${what}: more idle power than it has`);
  return {
    deadline,
    partition,
    all: sectorSet(state[PARTITION.sectors], what),
    terminated: sectorSet(state[PARTITION.terminated], what),
    faulty: sectorSet(state[PARTITION.faults], what),
    unproven: sectorSet(state[PARTITION.unproven], what),
    activePower,
  };
}

/** Some sectors of a miner, in the order asked for; only the blocks on the way to them are read. */
export async function readSectors(
  reader: BlockReader,
  sectors: Cid,
  numbers: readonly bigint[],
): Promise<SectorState[]> {
  if (numbers.length === 0) return [];
  const array = await Amt.load(reader, sectors, SECTORS_BITWIDTH, MAX_SECTORS);
  return (await array.get(numbers)).map((value, at) => sectorOf(value, numbers[at] ?? 0n));
}

function sectorOf(value: DagCborValue | undefined, number: bigint): SectorState {
  const what = `sector ${number}`;
  if (value === undefined) throw new BadStateError(`${what}: in a partition, but not among the miner's sectors`);
  const fields = tuple(value, what, ...SECTOR.fields);
  if (integer(fields[SECTOR.number], what) !== number) throw new BadStateError(`${what}: another one is in its place`);
  const sector = {
    expiration: integer(fields[SECTOR.expiration], `${what}: expiration`),
    powerBaseEpoch: integer(fields[SECTOR.powerBase], `${what}: power base epoch`),
    verifiedDealWeight: amount(fields[SECTOR.verified], `${what}: verified deal weight`),
  };
  return sector;
}
