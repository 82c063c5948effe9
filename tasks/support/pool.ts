import { Interface } from "ethers";
import { z } from "zod";

import { poolsOf } from "../../lib/deployments.ts";
import {
  ATTO_PER_FIL,
  FilAuctionReader,
  EPOCHS_PER_DAY,
  epochRanges,
  filAuctionAbi,
  formatFil,
  type Hex,
  jointMiningPoolAbi,
  type PoolAccounts,
  PoolReader,
  RefusedError,
  UsageError,
} from "../../lib/index.ts";
import { hexText, quantity } from "./answers.ts";
import { allowanceFor, type Coin, coinAt, formatUnits, type Funds, IN_FIL, readFunds } from "./coin.ts";
import type { Step } from "./execute.ts";
import { evmFormOf, reportSender, type Sender } from "./Sender.ts";
import type { CommonArguments, SendingArguments, TaskContext } from "./TaskContext.ts";

/** Basis points in the whole. */
export const BPS = 10_000n;
/** Decimals that shares have beyond the asset's. */
export const MORE_DECIMALS = 6;
/** So many decimals are shown where it is not exact. */
const SHOWN_DECIMALS = 6;
/** Between a plan and its inclusion prices may move: a transaction accepts so much less than is shown, basis points. */
const TOLERANCE_BPS = 100n;
/** What `estimatedWait` says where no income is expected. */
const NEVER = (1n << 256n) - 1n;

const EVENTS = new Interface([
  ...new Set([...jointMiningPoolAbi, ...filAuctionAbi].filter((line) => line.startsWith("event"))),
]);
const logList = z.array(z.object({ blockNumber: quantity, topics: z.array(hexText), data: hexText }));

/** Which pool a task is about. */
export interface PoolArguments extends CommonArguments {
  /** Its symbol, name or address; the pool over FIL where it is left out. */
  readonly pool: string | undefined;
}

/** A pool, and the money that it is about. */
export interface OpenPool {
  readonly address: Hex;
  readonly name: string;
  readonly symbol: string;
  /** FIL, or a stablecoin. */
  readonly asset: Coin;
  readonly reader: PoolReader;
  /** Where its FIL is sold; undefined for the pool over FIL. */
  readonly auction: FilAuctionReader | undefined;
}

/** The pool that is meant. @throws {UsageError} when no pool of this deployment is called so. */
export async function openPool(context: TaskContext, { pool: named }: PoolArguments): Promise<OpenPool> {
  const pools = poolsOf(await context.deployment());
  const found = named === undefined ? pools[0] : pools.find((each) => isCalled(each, named));
  if (found === undefined) {
    const names = pools.map(({ symbol }) => symbol).join(", ");
    throw new UsageError(`No pool of this network is called "${named ?? ""}": name one of ${names}, or its address.`);
  }
  const { address, name, symbol, coin, auction } = found;
  return {
    address,
    name,
    symbol,
    asset: await coinAt(context, auction === undefined ? IN_FIL : coin),
    reader: new PoolReader(context.eth, address),
    auction: auction === undefined ? undefined : new FilAuctionReader(context.eth, auction),
  };
}

/** Whether a pool goes by a name that somebody typed. */
export function isCalled(
  pool: { readonly address: Hex; readonly name: string; readonly symbol: string },
  typed: string,
): boolean {
  return [pool.address, pool.name, pool.symbol].some((one) => one.toLowerCase() === typed.trim().toLowerCase());
}

/** What commands about a pool carry besides; nothing for the pool over FIL. */
export function optionFor({ auction, symbol }: OpenPool): string {
  return auction === undefined ? "" : ` --pool ${symbol}`;
}

/** @throws {RefusedError} for the pool over FIL, which has nothing to sell. */
export function requireAuction({ auction, symbol }: OpenPool): FilAuctionReader {
  if (auction !== undefined) return auction;
  throw new RefusedError(`${symbol} is over FIL and sells none: name a pool over a stablecoin with --pool.`);
}

/** FIL as a pool's asset, rounded down. @param price Of one FIL. */
export function toAsset(fil: bigint, price: bigint): bigint {
  return (fil * price) / ATTO_PER_FIL;
}

/** What a pool expects to come in a day, in its asset. */
export async function incomeOf({ auction }: OpenPool, { expectedPerDay }: PoolAccounts): Promise<bigint> {
  return auction === undefined ? expectedPerDay : toAsset(expectedPerDay, await auction.lastPrice());
}

/** What somebody has of a pool's coin, and what of it the pool may take. */
export async function reportFunds(context: TaskContext, { address, asset }: OpenPool, owner: Hex): Promise<Funds> {
  const { report } = context;
  const funds = await readFunds(context, asset, owner, address);
  report.fact("balance", "you have", asset.format(funds.balance), funds.balance);
  report.fact("allowed", "the pool may take", asset.format(funds.allowed), funds.allowed);
  return funds;
}

/** The step that lets a pool take exactly so much of its coin. @throws {RefusedError} when the owner has too little. */
export function allowanceOf({ address, asset, symbol }: OpenPool, owner: Hex, amount: bigint, funds: Funds): Step[] {
  return allowanceFor(asset, owner, amount, { address, name: `the pool ${symbol}` }, funds);
}

/** Who sends, and what the pool sees of it. @throws {UsageError} when nobody is known. */
export async function member(context: TaskContext, args: SendingArguments): Promise<{ sender: Sender; me: Hex }> {
  const sender = await reportSender(context, args);
  if (sender === undefined)
    throw new UsageError("Say whose money it is: set PRIVATE_KEY, or name an address with --from.");
  return { sender, me: await evmFormOf(context, sender.address) };
}

/** Somebody in the form that the pool knows: who was named, or the first account of the configuration. */
export async function namedOrMe(context: TaskContext, address: string | undefined): Promise<Hex> {
  if (address !== undefined) return evmFormOf(context, context.parseAddress(address));
  const [first] = await context.accounts();
  if (first !== undefined) return first;
  throw new UsageError("Say whose shares: name an address, or set PRIVATE_KEY.");
}

export function formatShares({ asset }: Pick<OpenPool, "asset">, shares: bigint): string {
  return `${formatUnits(shares, asset.decimals + MORE_DECIMALS, SHOWN_DECIMALS)} shares`;
}

/** A share as people count: as many of its smallest units as the first unit of the asset brings. */
export function oneShare({ asset }: Pick<OpenPool, "asset">): bigint {
  return 10n ** BigInt(asset.decimals + MORE_DECIMALS);
}

/** Money of a pool to six decimals, rounded towards zero. */
export function short({ asset }: Pick<OpenPool, "asset">, amount: bigint): string {
  return asset.format(amount, SHOWN_DECIMALS);
}

/** FIL to six decimals, rounded towards zero. */
export function shortFil(amount: bigint): string {
  return formatFil(amount, SHOWN_DECIMALS);
}

/** The least that a transaction accepts of what is shown. */
export function leastOf(shown: bigint): bigint {
  return (shown * (BPS - TOLERANCE_BPS)) / BPS;
}

/** Says that figures are as of the last settling, where that was not today; deposits and exits settle first. */
export async function noteSettling(context: TaskContext, { reader }: OpenPool, accounts: PoolAccounts): Promise<void> {
  if (await reader.isSettled()) return;
  const when = context.network.clock.format(accounts.settledAt);
  context.report.check(
    "settled",
    "warn",
    `The figures are as of ${when}: the transaction settles the pool first, and they move a little.`,
  );
}

/** Days until so much cash has come in: as the network expects, and if only a cautious part of it comes. */
export interface Wait {
  readonly least: bigint;
  readonly most: bigint;
}

/** @returns undefined where no income is expected. */
export function waitFor(missing: bigint, perDay: bigint, cautiousBps: bigint): Wait | undefined {
  if (missing <= 0n) return { least: 0n, most: 1n };
  if (perDay === 0n) return undefined;
  // the pool settles once a day
  return { least: missing / perDay, most: (missing * BPS) / (perDay * cautiousBps) + 1n };
}

/** The same from the pool's own estimate, epochs. */
export function waitOf(epochs: bigint, cautiousBps: bigint): Wait | undefined {
  return epochs === NEVER ? undefined : waitFor(epochs, EPOCHS_PER_DAY, cautiousBps);
}

export function waitText(wait: Wait | undefined): string {
  if (wait === undefined) return "no income is expected: it is paid when others deposit";
  if (wait.most === 1n) return "within a day";
  return `${wait.least} to ${wait.most} days`;
}

/** A number of a ticket as it is typed. */
export function parseTicket(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new UsageError(`"${text}" is not the number of a ticket: type it like 42.`);
  return BigInt(text);
}

/** An event of the pool. */
export interface PoolEvent {
  readonly epoch: bigint;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Everything that a pool and its auction recorded since an epoch, in pieces that public nodes give at once. */
export async function poolEvents(context: TaskContext, pool: OpenPool, from: bigint): Promise<PoolEvent[]> {
  // the state of the head is seen by `eth_*` one epoch later
  const to = (await context.lotus.chainHead()).Height - 1n;
  const address = pool.auction === undefined ? pool.address : [pool.address, pool.auction.address];
  const found: PoolEvent[] = [];
  for (const range of epochRanges({ from, to }, EPOCHS_PER_DAY)) {
    const filter = { address, fromBlock: `0x${range.from.toString(16)}`, toBlock: `0x${range.to.toString(16)}` };
    for (const log of logList.parse(await context.eth("eth_getLogs", [filter]))) {
      const parsed = EVENTS.parseLog(log);
      if (parsed !== null) {
        const args = parsed.args.toObject() as Record<string, unknown>;
        found.push({ epoch: log.blockNumber, name: parsed.name, args });
      }
    }
  }
  return found;
}
