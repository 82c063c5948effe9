import { Interface } from "ethers";
import { z } from "zod";

import {
  EPOCHS_PER_DAY,
  formatFil,
  type Hex,
  jointMiningPoolAbi,
  type PoolAccounts,
  PoolReader,
  UsageError,
} from "../../lib/index.ts";
import { formatUnits } from "./coin.ts";
import { evmFormOf, reportSender, type Sender } from "./Sender.ts";
import type { SendingArguments, TaskContext } from "./TaskContext.ts";

/** Basis points in the whole. */
export const BPS = 10_000n;
/** Decimals of shares: six more than FIL's. */
const SHARE_DECIMALS = 24;
/** So many decimals of them are shown, as of FIL where it is not exact. */
const SHOWN_DECIMALS = 6;
/** Between a plan and its inclusion prices may move: a transaction accepts so much less than is shown, basis points. */
const TOLERANCE_BPS = 100n;
/** What `estimatedWait` says where no income is expected. */
const NEVER = (1n << 256n) - 1n;

const EVENTS = new Interface(jointMiningPoolAbi);
const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/);
const hexText = z.string().transform((text) => text as Hex);
const logList = z.array(z.object({ blockNumber: quantity, topics: z.array(hexText), data: hexText }));

/** The pool of this network over FIL. */
export async function poolReader(context: TaskContext): Promise<PoolReader> {
  return new PoolReader(context.eth, (await context.deployment()).jointMiningPool);
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

export function formatShares(shares: bigint): string {
  const unit = 10n ** BigInt(SHARE_DECIMALS - SHOWN_DECIMALS);
  return `${formatUnits(shares / unit, SHOWN_DECIMALS)} shares`;
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
export async function noteSettling(context: TaskContext, pool: PoolReader, accounts: PoolAccounts): Promise<void> {
  if (await pool.isSettled()) return;
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

/** Everything that the pool recorded in a stretch of the chain, in pieces that public nodes give at once. */
export async function poolEvents(context: TaskContext, address: Hex, from: bigint, to: bigint): Promise<PoolEvent[]> {
  const found: PoolEvent[] = [];
  for (let first = from; first <= to; first += EPOCHS_PER_DAY) {
    const last = first + EPOCHS_PER_DAY - 1n < to ? first + EPOCHS_PER_DAY - 1n : to;
    const filter = { address, fromBlock: `0x${first.toString(16)}`, toBlock: `0x${last.toString(16)}` };
    for (const log of logList.parse(await context.eth("eth_getLogs", [filter]))) {
      const parsed = EVENTS.parseLog(log);
      if (parsed !== null) {
        const args = parsed.args.toObject() as Record<string, unknown>;
        found.push({ epoch: BigInt(log.blockNumber), name: parsed.name, args });
      }
    }
  }
  return found;
}
