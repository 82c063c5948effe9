/** The sectors of a synthetic miner by rule, as main.go builds their state: a node needs no list of five million. */
import { readFileSync } from "node:fs";

export type Kind = "uniform" | "mixed" | "ragged";

/** What main.go wrote beside the blocks. */
export interface Miner {
  readonly kind: Kind;
  readonly sectors: number;
  /** Sectors of a partition. */
  readonly partition: number;
  readonly miner: number;
  readonly stateRoot: string;
  /** Bytes of QAP, decimal. */
  readonly power: string;
  readonly nfts: readonly { readonly start: number; readonly count: number; readonly weight: string }[];
}

export const SECTOR_SIZE = 32n * 2n ** 30n;
const DEADLINES = 48;

export function readMiner(blocksFile: string): Miner {
  return JSON.parse(readFileSync(`${blocksFile}.json`, "utf8")) as Miner;
}

/** Numbers in a partition, ascending. */
function* numbersOf({ kind, sectors, partition: size }: Miner, partition: number): Generator<number> {
  const [start, step] = kind === "ragged" ? [(partition >> 1) * 2 * size + (partition & 1), 2] : [partition * size, 1];
  for (let at = 0, number = start; at < size && number < sectors; at += 1, number += step) yield number;
}

function partitionCount({ kind, sectors, partition }: Miner): number {
  const count = Math.ceil(sectors / partition);
  return kind === "ragged" ? count + (count % 2) : count;
}

type Status = "active" | "dead" | "faulty" | "unproven";

function statusOf({ kind }: Miner, number: number): Status {
  if (kind !== "ragged") return "active";
  if (number % 13 === 0) return "dead";
  if (number % 11 === 0) return "faulty";
  return number % 17 === 0 ? "unproven" : "active";
}

/** Run lengths as Lotus writes bitfields, of the numbers that are wanted. */
function bitfield(numbers: readonly number[]): number[] {
  const runs: number[] = [];
  let next = 0;
  for (const number of numbers) {
    if (number === next && runs.length > 0) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    else runs.push(number - next, 1);
    next = number + 1;
  }
  return runs.length === 0 ? [0] : runs;
}

/** The answer to `StateMinerPartitions`. */
export function partitionsOf(miner: Miner, deadline: number): object[] | null {
  const found: object[] = [];
  for (let partition = deadline; partition < partitionCount(miner); partition += DEADLINES) {
    const all = [...numbersOf(miner, partition)];
    const only = (...wanted: readonly Status[]): number[] =>
      bitfield(all.filter((number) => wanted.includes(statusOf(miner, number))));
    found.push({
      AllSectors: bitfield(all),
      FaultySectors: only("faulty"),
      RecoveringSectors: [0],
      LiveSectors: only("active", "faulty", "unproven"),
      ActiveSectors: only("active"),
    });
  }
  return found.length === 0 ? null : found;
}

const SEALED = "bagboea4b5abcaa4bnv6wsgxjavjbm6knobwsxnnq3ndmvn5n3tejlbtp3bb6ob6m";

/** A row of `StateMinerSectors`. */
export function rowOf({ kind }: Miner, number: number): string {
  const base = 1_000 + (number % 5) * 100;
  const expiration = 1_500_000 + (number % 7) * 2_880;
  return (
    `{"SectorNumber":${number},"SealProof":8,"SealedCID":{"/":"${SEALED}"},"Activation":1000,` +
    `"Expiration":${expiration},"DealWeight":"0","VerifiedDealWeight":"${verified(kind, number, expiration - base)}",` +
    `"InitialPledge":"100000000000000000","ExpectedDayReward":null,"ExpectedStoragePledge":null,` +
    `"PowerBaseEpoch":${base},"ReplacedDayReward":null,"SectorKeyCID":null,"Flags":1,"DailyFee":"1000000000000"}`
  );
}

const verifiedFull = new Map<number, bigint>();

function verified(kind: Kind, number: number, duration: number): string {
  if (kind === "uniform" || (kind === "mixed" && number % 3 === 2)) return "0";
  let full = verifiedFull.get(duration);
  if (full === undefined) verifiedFull.set(duration, (full = SECTOR_SIZE * BigInt(duration)));
  return String(kind === "ragged" || number % 3 === 0 ? full : full / 2n + BigInt(number));
}
