/** Reports of the oracle, and proofs about sectors. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, hexlify, type ContractTransactionResponse } from "ethers";

import { FRAME_EPOCHS, type ReportEntry, type ReportPage, ReportTree, frameOf } from "../../lib/protocol/report.ts";
import { decodeCbor, encodeCbor } from "../filecoin/cbor.ts";
import { schedule } from "./governance.ts";
import { ethers } from "./network.ts";
import { type Protocol, deployed } from "./protocol.ts";
import type { PowerOracle } from "../../types/ethers-contracts/index.ts";
import { DAY } from "./units.ts";

const GENERATE_SECTOR_LOCATION = 1321604665n;

/** How a sector is proven not to count: `IPowerOracle.Proof`. */
export const Proof = { Dead: 0n, Active: 1n, Faulty: 2n, Expiration: 3n } as const;

/** The frame of now. */
export async function frameNow(p: Protocol): Promise<number> {
  return frameOf(await p.fil.epoch());
}

/** Waits for a frame that nobody has reported on. */
export async function nextFrame(p: Protocol): Promise<number> {
  const frame = (await frameNow(p)) + 1;
  await p.fil.mineTo(BigInt(frame) * FRAME_EPOCHS);
  return frame;
}

/** The only attestor reports; the tree. */
export async function report(p: Protocol, frame: number, entries: readonly ReportEntry[]): Promise<ReportTree> {
  const tree = new ReportTree(frame, entries);
  await p.powerOracle.connect(p.attestor).submit(frame, tree.root);
  return tree;
}

/** Applies a page of a report. */
export function applyPage(
  p: Protocol,
  tree: ReportTree,
  page: ReportPage,
  by: HardhatEthersSigner = p.stranger,
): Promise<ContractTransactionResponse> {
  const { minerId, ids, weights } = page;
  return p.powerOracle.connect(by).applyPage(tree.frame, minerId, [...ids], [...weights], tree.proofOf(page));
}

/** Where a sector is, as the miner actor says. */
export async function placeOf(p: Protocol, miner: bigint, sector: bigint): Promise<string> {
  const { ret } = await p.fil.read(miner, GENERATE_SECTOR_LOCATION, encodeCbor([sector]));
  const [, aux] = decodeCbor(ret) as [bigint, Uint8Array];
  return hexlify(aux);
}

/** An oracle of its own with so many members, and the members' signers, ascending. */
export async function oracleOf(
  members: number,
  quorum: number,
): Promise<Protocol & { oracleOfMany: PowerOracle; people: HardhatEthersSigner[] }> {
  const p = await deployed();
  const signers = await ethers.getSigners();
  const people = signers.slice(8, 8 + members).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const factory = await ethers.getContractFactory("PowerOracle");
  const oracleOfMany = (await factory.deploy(
    await p.manager.getAddress(),
    await p.nft.getAddress(),
    people.map(({ address }) => address),
    quorum,
  )) as unknown as PowerOracle;
  return { ...p, oracleOfMany, people };
}

/** Governance schedules other members for `oracleOf` and waits; what is given back carries the change out. */
export async function scheduleMembers(
  p: Protocol & { oracleOfMany: PowerOracle },
  members: readonly HardhatEthersSigner[],
  quorum: bigint,
): Promise<() => Promise<ContractTransactionResponse>> {
  const target = await p.oracleOfMany.getAddress();
  const addresses = members.map(({ address }) => address);
  const data = p.oracleOfMany.interface.encodeFunctionData("setMembers", [addresses, quorum]);
  await schedule(p, target, data);
  await p.fil.mine(7n * DAY);
  return () => p.manager.connect(p.governance).execute(target, data);
}

/** A root that means nothing, for tests of who says what. */
export function rootOf(text: string): string {
  return ethers.keccak256(AbiCoder.defaultAbiCoder().encode(["string"], [text]));
}
