import { z } from "zod";

import { powerNftAbi } from "../abi/powerNft.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";

const uint = z.bigint();
const bps = uint.transform(Number);

const power = z.object({
  minerId: uint,
  nominalPower: uint,
  weight: uint,
  expiry: uint,
  spFeeBps: bps,
  protocolFeeBps: bps,
  royaltyBps: bps,
  mintedAt: uint,
  attestedAt: uint,
  sectorCount: uint,
});
const minerAccount = z.object({
  lastSync: uint,
  pairEpoch: uint,
  syncDeadline: uint,
  qap: uint,
  weight: uint,
  living: uint,
  earned: uint,
  covered: uint,
  owed: uint,
  arrears: uint,
  rewards: uint,
  nominalPower: uint,
});
const guarantee = z.object({ promised: uint, remaining: uint, due: uint, payableNow: uint, paid: uint });
const minerGuarantees = z.object({ remaining: uint, due: uint, covered: uint, owed: uint });
const cover = z.object({ amount: uint, remaining: uint });
const solvency = z.object({ cash: uint, liabilities: uint, earned: uint, covered: uint, owed: uint });
const attestedWeights = z.object({ last: uint, previous: uint, frame: uint.transform(Number) });
const sectors = z.array(z.object({ start: uint, count: uint }));

export type Power = z.output<typeof power>;
export type AttestedWeights = z.output<typeof attestedWeights>;
export type MinerAccount = z.output<typeof minerAccount>;
export type Guarantee = z.output<typeof guarantee>;
export type MinerGuarantees = z.output<typeof minerGuarantees>;
export type Cover = z.output<typeof cover>;
export type Solvency = z.output<typeof solvency>;

/** Reads PowerNFT. Units are those of IPowerNFT: attoFIL, bytes, epochs, basis points. */
export class PowerNftReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, powerNftAbi, block);
  }

  powerOf(id: bigint): Promise<Power> {
    return this.#contract.read(power, "powerOf", [id]);
  }
  /** The last two attested weights, and the frame of the last report that spoke of the NFT; 0 before the first. */
  attestedWeightsOf(id: bigint): Promise<AttestedWeights> {
    return this.#contract.read(attestedWeights, "attestedWeightsOf", [id]);
  }
  sectorsOf(id: bigint): Promise<z.output<typeof sectors>> {
    return this.#contract.read(sectors, "sectorsOf", [id]);
  }
  ownerOf(id: bigint): Promise<Hex> {
    return this.#contract.read(hex, "ownerOf", [id]);
  }
  /** Who may move an NFT besides its holder; the zero address where nobody. */
  approvedFor(id: bigint): Promise<Hex> {
    return this.#contract.read(hex, "getApproved", [id]);
  }
  earnedOf(id: bigint): Promise<bigint> {
    return this.#contract.read(uint, "earnedOf", [id]);
  }
  payableOf(id: bigint): Promise<bigint> {
    return this.#contract.read(uint, "payableOf", [id]);
  }
  unpaidOf(id: bigint): Promise<bigint> {
    return this.#contract.read(uint, "unpaidOf", [id]);
  }
  paidOf(id: bigint): Promise<bigint> {
    return this.#contract.read(uint, "paidOf", [id]);
  }
  guaranteeOf(id: bigint): Promise<Guarantee> {
    return this.#contract.read(guarantee, "guaranteeOf", [id]);
  }
  creditOf(holder: Hex): Promise<bigint> {
    return this.#contract.read(uint, "creditOf", [holder]);
  }
  minerAccount(minerId: bigint): Promise<MinerAccount> {
    return this.#contract.read(minerAccount, "minerAccount", [minerId]);
  }
  guaranteesOf(minerId: bigint): Promise<MinerGuarantees> {
    return this.#contract.read(minerGuarantees, "guaranteesOf", [minerId]);
  }
  /** What stands behind a miner's guarantees, negative when there is less than nothing, and what has to be covered. */
  coverOf(minerId: bigint): Promise<Cover> {
    return this.#contract.read(cover, "coverOf", [minerId]);
  }
  solvency(minerId: bigint): Promise<Solvency> {
    return this.#contract.read(solvency, "solvency", [minerId]);
  }
  /** Expected gross rewards of so many bytes of power for one day. */
  expectedPerDay(minerId: bigint, qap: bigint): Promise<bigint> {
    return this.#contract.read(uint, "expectedPerDay", [minerId, qap]);
  }
  vaultOf(minerId: bigint): Promise<Hex> {
    return this.#contract.read(hex, "vaultOf", [minerId]);
  }
  /** NFTs minted so far; ids count from 1. */
  minted(): Promise<bigint> {
    return this.#contract.read(uint, "minted");
  }
  /** The only contract that sets weights. */
  oracle(): Promise<Hex> {
    return this.#contract.read(hex, "ORACLE");
  }
  registry(): Promise<Hex> {
    return this.#contract.read(hex, "REGISTRY");
  }
  protocolFeeBps(): Promise<number> {
    return this.#contract.read(bps, "protocolFeeBps");
  }
}
