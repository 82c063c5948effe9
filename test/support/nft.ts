/** Minting, attesting and earning, as a test needs them in one line. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { AddressLike, ContractTransactionResponse } from "ethers";

import type { Protocol } from "./protocol.ts";
import { DAY, EXPIRY_GRID, GiB } from "./units.ts";

export interface Range {
  readonly start: bigint;
  readonly count: bigint;
}

export interface Request {
  minerId: bigint;
  sectors: Range[];
  nominalPower: bigint;
  expiry: bigint;
  spFeeBps: bigint;
  royaltyBps: bigint;
  maxProtocolFeeBps: bigint;
  to: AddressLike;
  guarantee: bigint;
}

/** The first date on the grid that leaves at least so many days. */
export function expiryAfter(epoch: bigint, days: bigint): bigint {
  const earliest = epoch + days * DAY;
  return ((earliest + EXPIRY_GRID - 1n) / EXPIRY_GRID) * EXPIRY_GRID;
}

/** A request that is accepted: sectors 0 to 9 of f01000 for a year, no fees, for `holder`. */
export async function requestOf(p: Protocol, changes: Partial<Request> = {}): Promise<Request> {
  return {
    minerId: 1000n,
    sectors: [{ start: 0n, count: 10n }],
    nominalPower: 320n * GiB,
    expiry: expiryAfter(await p.fil.epoch(), 365n),
    spFeeBps: 0n,
    royaltyBps: 0n,
    maxProtocolFeeBps: 500n,
    to: p.holder.address,
    guarantee: 0n,
    ...changes,
  };
}

/** Mints as the storage provider of the fixture, or as who is named; the new id. */
export async function mint(
  p: Protocol & { provider: HardhatEthersSigner },
  changes: Partial<Request> = {},
  by: HardhatEthersSigner = p.provider,
): Promise<bigint> {
  await p.nft.connect(by).mint(await requestOf(p, changes));
  return p.nft.minted();
}

/** Frames only move forward: every page of every test has one of its own. */
let frame = 1_000n;

/** A page of weights, as the oracle's contract applies it. */
export function applyWeights(
  p: Protocol,
  minerId: bigint,
  ids: bigint[],
  weights: bigint[],
  by: HardhatEthersSigner = p.oracle,
): Promise<ContractTransactionResponse> {
  return p.nft.connect(by).applyWeights(minerId, ++frame, ids, weights);
}

/** The oracle attests the weight of one NFT. */
export async function attest(p: Protocol, id: bigint, weight: bigint): Promise<void> {
  const { minerId } = await p.nft.powerOf(id);
  await applyWeights(p, minerId, [id], [weight]);
}

/** A block reward, measured at once; what holders and the protocol earned of it. */
export async function earn(p: Protocol, miner: bigint, reward: bigint): Promise<bigint> {
  const before = (await p.nft.minerAccount(miner)).earned;
  await p.fil.award(miner, reward);
  await p.nft.sync(miner);
  return (await p.nft.minerAccount(miner)).earned - before;
}
