/**
 * The market in the states in which most of its tests begin:
 *
 * - `approved`: NFT 1 (half of the miner's power, no fees), for which its holder has approved the market, and for all others too;
 * - `listed`: the same, listed for 100 FIL.
 */
import { expect } from "chai";
import { type Result, ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import type { ERC20__Double, IPowerMarket, Trader__Double } from "../../types/ethers-contracts/index.ts";
import { FIL } from "../filecoin/index.ts";
import { changeMarket } from "./governance.ts";
import { ethers, networkHelpers } from "./network.ts";
import { attest, mint } from "./nft.ts";
import { type Earning, MINER, QAP, earning } from "./protocol.ts";
import { DAY } from "./units.ts";

/** The address that stands for FIL among the coins. */
export const IN_FIL = ZeroAddress;
export const PRICE = FIL(100);
/** What fits into 96 bits. */
export const MAX_UINT96 = (1n << 96n) - 1n;

/** A buyer that takes any NFT. */
export const ANY: IPowerMarket.BoundsStruct = {
  minWeight: 0n,
  minExpiry: 0n,
  maxFeeBps: 10_000n,
  maxRoyaltyBps: 10_000n,
  minUnpaid: 0n,
  maxUnpaid: MAX_UINT96,
};

export interface Market extends Earning {
  /** When orders of the tests end. */
  readonly expiry: bigint;
}

async function approve(): Promise<Market> {
  const p = await earning();
  await p.nft.connect(p.holder).setApprovalForAll(p.market, true);
  await p.nft.connect(p.holder).approve(p.market, p.id);
  return { ...p, expiry: (await p.fil.epoch()) + 30n * DAY };
}

async function listIt(): Promise<Market> {
  const p = await networkHelpers.loadFixture(approve);
  await p.market.connect(p.holder).list(p.id, IN_FIL, PRICE, p.expiry, p.weight);
  return p;
}

export const approved = (): Promise<Market> => networkHelpers.loadFixture(approve);
export const listed = (): Promise<Market> => networkHelpers.loadFixture(listIt);

/** Lists an NFT of the holder for FIL, or of who is named, and lets the market move it. */
export async function listFor(
  p: Market,
  id: bigint,
  price: bigint,
  options: { by?: HardhatEthersSigner; expiry?: bigint } = {},
): Promise<void> {
  const by = options.by ?? p.holder;
  await p.market.connect(by).list(id, IN_FIL, price, options.expiry ?? p.expiry, p.weight);
  await p.nft.connect(by).approve(p.market, id);
}

/** Buys a listed NFT for FIL, for the buyer itself where nobody else is named. */
export function buy(
  p: Market,
  options: {
    id?: bigint;
    seller?: string;
    by?: HardhatEthersSigner;
    bounds?: Partial<IPowerMarket.BoundsStruct>;
    maxPrice?: bigint;
    value?: bigint;
    to?: string;
  } = {},
) {
  const by = options.by ?? p.buyer;
  const bounds = { ...ANY, ...options.bounds };
  const maxPrice = options.maxPrice ?? PRICE;
  const value = options.value ?? PRICE;
  const [id, seller, to] = [options.id ?? p.id, options.seller ?? p.holder.address, options.to ?? by.address];
  return p.market.connect(by).buy(id, seller, IN_FIL, maxPrice, bounds, to, { value });
}

/** What an offer says; of NFT 1 for 90 FIL where nothing else is named. */
export function offerTerms(p: Market, changes: Partial<IPowerMarket.OfferStruct> = {}): IPowerMarket.OfferStruct {
  return {
    maker: ZeroAddress,
    id: p.id,
    minerId: 0n,
    coin: IN_FIL,
    amount: FIL(90),
    expiry: p.expiry,
    feeBps: 0n,
    bounds: ANY,
    open: false,
    ...changes,
  };
}

/** An NFT more of the same miner and holder, attested on its sectors; the market is approved for it. */
export async function anotherNft(
  p: Market,
  changes: { start: bigint; count: bigint; royaltyBps?: bigint; spFeeBps?: bigint },
): Promise<bigint> {
  const { start, count, ...fees } = changes;
  const weight = (QAP / 100n) * count;
  const id = await mint(p, { minerId: MINER, sectors: [{ start, count }], nominalPower: weight, ...fees });
  await attest(p, id, weight);
  await p.nft.connect(p.holder).approve(p.market, id);
  return id;
}

/** Sets the market's fee, which takes three days. */
export const setFee = (p: Market, bps: bigint) =>
  changeMarket(p, p.market.interface.encodeFunctionData("setMarketFee", [bps]));

/** An ERC-20 that governance has allowed, of which holder and buyer own 1,000,000 units each and let the market take them. */
export async function allowCoin(p: Market, decimals = 6): Promise<ERC20__Double> {
  const coin = await newCoin(decimals);
  await changeMarket(p, p.market.interface.encodeFunctionData("setCoin", [await coin.getAddress(), true]));
  for (const who of [p.holder, p.buyer, p.stranger]) {
    await coin.mint(who, 1_000_000n);
    await coin.connect(who).approve(p.market, 1_000_000n);
  }
  return coin;
}

/** Ends new business in a coin. */
export async function allowNoLonger(p: Market, coin: ERC20__Double): Promise<void> {
  await changeMarket(p, p.market.interface.encodeFunctionData("setCoin", [await coin.getAddress(), false]));
}

export async function newCoin(decimals = 6): Promise<ERC20__Double> {
  return (await (await ethers.getContractFactory("ERC20__Double")).deploy(decimals)) as unknown as ERC20__Double;
}

/** A contract that refuses FIL that comes by a call, and trades as `by` tells it. */
export async function newTrader(): Promise<Trader__Double> {
  return (await (await ethers.getContractFactory("Trader__Double")).deploy()) as unknown as Trader__Double;
}

/** A struct that a contract answers with, by the names of its fields. */
export function fields(struct: unknown): Record<string, unknown> {
  return (struct as Result).toObject();
}

/** The market holds at least what it owes, in FIL and in the coins that are named. */
export async function expectSolvent(p: Market, ...coins: string[]): Promise<void> {
  for (const coin of [IN_FIL, ...coins]) {
    const { cash, owed } = await p.market.solvency(coin);
    expect(cash, `cash >= owed in ${coin}`).to.be.at.least(owed);
  }
}

/** The market holds exactly what is named, and owes it: nothing is left behind by whoever is gone. */
export async function expectHolds(p: Market, coin: string, amount: bigint): Promise<void> {
  const { cash, owed } = await p.market.solvency(coin);
  expect([cash, owed]).to.deep.equal([amount, amount]);
}
