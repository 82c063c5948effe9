/**
 * The joint mining pool in the states in which most of its tests begin:
 *
 * - `founded`: a miner of 240 sectors of 32 GiB whose provider has minted NFT 1: 100 sectors, a year, guaranteed with
 *   20,000 FIL, attested; the network expects just what the tests award: 240 FIL a day for the miner, 100 for the NFT.
 *   The pool's policy is as wide as it can be;
 * - `joined`: ten people have deposited 1,000 FIL each;
 * - `mining`: the pool has bought NFT 1 for 10,000 FIL.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionResponse, MaxUint256 } from "ethers";

import type { IJointMiningPool } from "../../types/ethers-contracts/index.ts";
import { FIL } from "../filecoin/index.ts";
import { change } from "./governance.ts";
import { IN_FIL } from "./market.ts";
import { ethers, networkHelpers } from "./network.ts";
import { attest, mint } from "./nft.ts";
import { type Enrolled, OWNER, SECTOR_SIZE, addMiner, deployed, enrol, senderOf } from "./protocol.ts";
import { DAY } from "./units.ts";

export const POOL_MINER = 1001n;
export const SECTORS_OF_MINER = 240n;
export const SECTORS_OF_NFT = 100n;
/** What the miner wins in a day, and what NFT 1 earns of it. */
export const WON_A_DAY = FIL(240);
export const INCOME_A_DAY = FIL(100);
export const COST = FIL(10_000);
export const SHARE = FIL(1_000);
export const GUARANTEE = FIL(20_000);

/** What a policy may be at the widest. */
export const WIDE: IJointMiningPool.PolicyStruct = {
  cautiousBps: 8_000n,
  bidBps: 9_500n,
  askBps: 10_000n,
  dailyBps: 10_000n,
  maxUtilisationBps: 10_000n,
  reserveBps: 0n,
  perProviderBps: 10_000n,
  minTermDays: 90n,
  releaseFrames: 30n,
};

const PEOPLE = Array.from({ length: 20 }, (_, n) => `0x${(0xb0b00 + n).toString(16).padStart(40, "0")}`);

export interface Pool extends Enrolled {
  readonly id: bigint;
  readonly weight: bigint;
  /** Twenty people without a role. */
  readonly people: readonly HardhatEthersSigner[];
  /** When orders of the tests end. */
  readonly expiry: bigint;
}

async function found(): Promise<Pool> {
  const p = await deployed();
  await p.fil.createAccount({ id: OWNER });
  const vault = await addMiner(p, { id: POOL_MINER, owner: OWNER, balance: FIL(100_000), sectors: SECTORS_OF_MINER });
  await enrol(p, POOL_MINER, OWNER, vault);
  const provider = await senderOf(OWNER);
  const base = { ...p, miner: POOL_MINER, owner: OWNER, provider, vault };
  await p.fil.setNetworkEstimates(WON_A_DAY / DAY, SECTORS_OF_MINER * SECTOR_SIZE);
  await setPolicy(base, WIDE);
  const weight = SECTORS_OF_NFT * SECTOR_SIZE;
  const id = await mintGuaranteed(base, { start: 0n, count: SECTORS_OF_NFT });
  const people = await Promise.all(PEOPLE.map((address) => ethers.getImpersonatedSigner(address)));
  for (const { address } of people) await p.fil.setBalance(address, FIL(1_000_000));
  return { ...base, id, weight, people, expiry: (await p.fil.epoch()) + 170n * DAY };
}

async function join(): Promise<Pool> {
  const p = await networkHelpers.loadFixture(found);
  for (const person of p.people.slice(0, 10)) await deposit(p, person, SHARE);
  return p;
}

async function mine(): Promise<Pool> {
  const p = await networkHelpers.loadFixture(join);
  await sell(p, p.id, COST);
  await p.pool.buyMachine(p.id);
  return p;
}

export const founded = (): Promise<Pool> => networkHelpers.loadFixture(found);
export const joined = (): Promise<Pool> => networkHelpers.loadFixture(join);
export const mining = (): Promise<Pool> => networkHelpers.loadFixture(mine);

/** An attested NFT of the pool's miner with a guarantee, held by `holder`. */
export async function mintGuaranteed(
  p: Enrolled,
  sectors: { start: bigint; count: bigint },
  guarantee = GUARANTEE,
): Promise<bigint> {
  const nominalPower = sectors.count * SECTOR_SIZE;
  const id = await mint(p, { minerId: POOL_MINER, sectors: [sectors], nominalPower, guarantee });
  await attest(p, id, nominalPower);
  return id;
}

/** Its holder lists an NFT for FIL. */
export async function sell(p: Pool, id: bigint, price: bigint): Promise<void> {
  const { weight } = await p.nft.powerOf(id);
  await p.nft.connect(p.holder).approve(p.market, id);
  await p.market.connect(p.holder).list(id, IN_FIL, price, p.expiry, weight);
}

/** Somebody deposits native FIL. */
export async function deposit(p: Enrolled, who: HardhatEthersSigner, amount: bigint): Promise<void> {
  await p.pool.connect(who).depositFil(who.address, 0n, { value: amount });
}

/** Somebody leaves with all that it has; FIL is paid natively. */
export async function leave(p: Pool, who: HardhatEthersSigner): Promise<ContractTransactionResponse> {
  return p.pool.connect(who).exitToFil(await p.pool.balanceOf(who), who.address, 0n);
}

/** Governance sets the policy, which takes three days. */
export async function setPolicy(p: Enrolled, policy: Partial<IJointMiningPool.PolicyStruct>): Promise<void> {
  const data = p.pool.interface.encodeFunctionData("setPolicy", [{ ...WIDE, ...policy }]);
  await change(p, await p.pool.getAddress(), data, 3n);
}

/** Waits for the next frame. */
export async function nextDay(p: Pool): Promise<void> {
  await p.fil.mineTo(((await p.fil.epoch()) / DAY + 1n) * DAY);
}

/** A day in which the miner wins what the network expects, and the pool settles at its end. */
export async function mineADay(p: Pool, won = WON_A_DAY): Promise<void> {
  await p.fil.award(POOL_MINER, won);
  await nextDay(p);
  await p.pool.settle();
}

/** What somebody's shares are worth at the upper price, rounded down. */
export async function worthOf(p: Pool, who: HardhatEthersSigner): Promise<bigint> {
  return p.pool.convertToAssets(await p.pool.balanceOf(who));
}

/** A buyer that pays anything. */
export const NO_BOUND = MaxUint256;

/** The shares of a first deposit. */
export const sharesOf = (amount: bigint): bigint => amount * 1_000_000n;

/** Governance sets the cap on deposits. */
export async function setCap(p: Enrolled, cap: bigint): Promise<void> {
  await change(p, await p.pool.getAddress(), p.pool.interface.encodeFunctionData("setDepositCap", [cap]), 3n);
}

/** One of the twenty people. */
export function person(p: Pool, n: number): HardhatEthersSigner {
  const found = p.people[n];
  if (found === undefined) throw new Error(`there is no person ${n}`);
  return found;
}
