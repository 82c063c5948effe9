import { readFileSync } from "node:fs";
import { join } from "node:path";

import { fromBase64, fromBitfield, eachSector } from "../../../lib/index.ts";
import { BlockReader } from "../../../miner-bridge/power/blocks/BlockReader.ts";
import { MemoryBlockCache, type LivingNft, type PinnedTipset } from "../../../miner-bridge/power/index.ts";
import { type Answer, NodeError } from "./LoopbackNode.ts";

interface Cid {
  readonly "/": string;
}
type Blocks = Readonly<Record<string, string>>;
type Row = Readonly<Record<string, unknown>> & { readonly SectorNumber: number };

/** What test/miner-bridge/power/record.ts recorded of the real network. */
export interface Recording {
  readonly miner: string;
  readonly tipset: { readonly Cids: readonly Cid[]; readonly Height: number; readonly stateRoot: Cid };
  readonly faulty: number;
  readonly terminated: number;
  readonly sectorNumbers: readonly number[];
  readonly blocks: Blocks;
  readonly answers: {
    readonly StateGetActor: object;
    readonly StateMinerInfo: { readonly SectorSize: number };
    readonly StateMinerPower: { readonly MinerPower: { readonly QualityAdjPower: string } };
    readonly StateMinerPartitions: readonly (readonly object[] | null)[];
    readonly StateMinerSectors: readonly Row[];
  };
}

/** What bench/synthetic built with Lotus' own code. */
export interface Synthetic {
  readonly miner: number;
  readonly stateRoot: string;
  readonly power: string;
  readonly nfts: readonly { readonly start: number; readonly count: number; readonly weight: string }[];
  /** RLE+ in CBOR, hexadecimal, to its runs. */
  readonly bitfields: Readonly<Record<string, readonly (readonly [start: number, count: number])[]>>;
  readonly blocks: Blocks;
}

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures", name), "utf8"));

export const recording = (): Recording => fixture("power.json") as Recording;
export const synthetic = (kind: "mixed" | "ragged"): Synthetic => fixture(`power-${kind}.json`) as Synthetic;

/** Blocks that nobody had to fetch; what is not among them fails. */
export function readerOf(blocks: Blocks): BlockReader {
  return new BlockReader((cid) => Promise.resolve(blockOf(blocks, cid)), new MemoryBlockCache());
}

export function pinnedOf({ tipset }: Recording): PinnedTipset {
  return { cids: tipset.Cids, height: BigInt(tipset.Height), stateRoot: tipset.stateRoot };
}

/** An NFT of one sector each of some numbers, attested, of no limit, ending soon. */
export function nftOf(
  minerId: bigint,
  numbers: readonly (number | bigint)[],
  more: Partial<LivingNft> = {},
): LivingNft {
  const sectors = numbers.map((number) => ({ start: BigInt(number), count: 1n }));
  return { id: 1n, minerId, sectors, nominalPower: 10n ** 18n, expiry: 1n, attested: true, ...more };
}

/** The methods of a node that has what was recorded, and nothing else. */
export function recordedNode({ miner, tipset, blocks, answers }: Recording): Record<string, Answer> {
  const ofMiner =
    (answer: (params: readonly unknown[]) => unknown): Answer =>
    (params) => {
      if (params[0] !== miner) throw new NodeError(1, "failed to load miner actor: actor not found");
      return answer(params);
    };
  return {
    "Filecoin.ChainHead": () => ({
      Cids: tipset.Cids,
      Height: tipset.Height,
      Blocks: [{ Miner: miner, Timestamp: 0, ParentStateRoot: tipset.stateRoot, ParentBaseFee: "100" }],
    }),
    "Filecoin.ChainReadObj": ([cid]) => Buffer.from(blockOf(blocks, cid as Cid)).toString("base64"),
    "Filecoin.StateGetActor": ofMiner(() => answers.StateGetActor),
    "Filecoin.StateMinerInfo": ofMiner(() => answers.StateMinerInfo),
    "Filecoin.StateMinerPower": () => answers.StateMinerPower,
    "Filecoin.StateMinerPartitions": ofMiner(([, deadline]) => answers.StateMinerPartitions[deadline as number]),
    "Filecoin.StateMinerSectors": ofMiner(([, bitfield]) =>
      [...eachSector(fromBitfield(bitfield as number[]))].map((number) => {
        const row = answers.StateMinerSectors.find(({ SectorNumber }) => SectorNumber === Number(number));
        if (row === undefined) throw new NodeError(1, `failed to load sectors: can't find sector ${number}`);
        return row;
      }),
    ),
  };
}

function blockOf(blocks: Blocks, cid: Cid): Uint8Array {
  const block = blocks[cid["/"]];
  if (block === undefined) throw new NodeError(1, `blockstore get: ipld: could not find ${cid["/"]}`);
  return fromBase64(block);
}
