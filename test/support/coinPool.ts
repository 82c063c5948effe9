/**
 * A joint mining pool over a stablecoin, with its auction:
 *
 * - `dollars`: nobody is in it yet; the market takes the coin; one FIL costs about 3 coins;
 * - `dollarsMining`: ten people have brought 1,000 coins each, and the pool has bought NFT 1 for 900 coins.
 *
 * They are made anew each time: snapshots that branch off from one another would void each other.
 */
import { getCreateAddress } from "ethers";

import type { ERC20__Double, FilAuction, JointMiningPool } from "../../types/ethers-contracts/index.ts";
import { changeMarket } from "./governance.ts";
import { newCoin } from "./market.ts";
import { ethers } from "./network.ts";
import { type Pool, founded } from "./pool.ts";

export interface CoinPool extends Pool {
  readonly coin: ERC20__Double;
  readonly auction: FilAuction;
  /** One unit of the coin. */
  readonly unit: bigint;
  /** The first price of one FIL. */
  readonly price: bigint;
}

const FIRST_PRICE = 3n;

async function make(decimals: number): Promise<CoinPool> {
  const p = await founded();
  const coin = await newCoin(decimals);
  await changeMarket(p, p.market.interface.encodeFunctionData("setCoin", [await coin.getAddress(), true]));
  const unit = 10n ** BigInt(decimals);
  const price = FIRST_PRICE * unit;
  const from = p.deployer.address;
  const planned = getCreateAddress({ from, nonce: (await p.deployer.getNonce()) + 1 });
  const auction = (await (
    await ethers.getContractFactory("FilAuction", p.deployer)
  ).deploy(planned, price)) as unknown as FilAuction;
  const libraries = await poolLibraries(p);
  const pool = (await (
    await ethers.getContractFactory("JointMiningPool", { signer: p.deployer, libraries })
  ).deploy(
    await p.manager.getAddress(),
    await p.nft.getAddress(),
    await p.market.getAddress(),
    await coin.getAddress(),
    await auction.getAddress(),
    "Joint Mining Dollar",
    "dUSD",
  )) as unknown as JointMiningPool;
  for (const person of p.people) {
    await coin.mint(person.address, 1_000_000n * unit);
    await coin.connect(person).approve(pool, 1_000_000n * unit);
  }
  return { ...p, pool, coin, auction, unit, price };
}

/** The libraries of a pool, once more. */
async function poolLibraries(p: Pool): Promise<Record<string, string>> {
  const names = ["Machines", "Buying", "PolicyRange", "Queue"];
  const entries: [string, string][] = [];
  for (const name of names) {
    const library = await (await ethers.getContractFactory(name, p.stranger)).deploy();
    entries.push([name, await library.getAddress()]);
  }
  return Object.fromEntries(entries);
}

async function mine(): Promise<CoinPool> {
  const p = await make(6);
  for (const person of p.people.slice(0, 10)) await p.pool.connect(person).deposit(1_000n * p.unit, person.address);
  await sellFor(p, p.id, 900n * p.unit);
  await p.pool.buyMachine(p.id);
  return p;
}

export const dollars = (): Promise<CoinPool> => make(6);
export const dollarsOf18 = (): Promise<CoinPool> => make(18);
export const dollarsMining = (): Promise<CoinPool> => mine();

/** Its holder lists an NFT for the coin. */
export async function sellFor(p: CoinPool, id: bigint, price: bigint): Promise<void> {
  await p.nft.connect(p.holder).approve(p.market, id);
  await p.market.connect(p.holder).list(id, p.coin, price, p.expiry, p.weight);
}
