import { z } from "zod";

import { ContractReader, erc20Abi, formatFil, type Hex, parseFil, RefusedError, UsageError } from "../../lib/index.ts";
import { callStep } from "./calls.ts";
import type { Step } from "./execute.ts";
import type { TaskContext } from "./TaskContext.ts";

/** What stands for FIL among the market's coins. */
export const IN_FIL: Hex = "0x0000000000000000000000000000000000000000";

/** So much of a coin's symbol is shown. */
const MOST_LETTERS = 24;

/** What prices are in: FIL, or an ERC-20. */
export interface Coin {
  readonly address: Hex;
  readonly isFil: boolean;
  readonly symbol: string;
  readonly decimals: number;
  /** Reads an amount as people type it. */
  readonly parse: (text: string) => bigint;
  /** Exact unless told otherwise: at most so many decimals then, rounded towards zero. */
  readonly format: (amount: bigint, digits?: number) => string;
}

const FIL_COIN: Coin = {
  address: IN_FIL,
  isFil: true,
  symbol: "FIL",
  decimals: 18,
  parse: parseFil,
  format: formatFil,
};

/** A name that its author chose: nothing of it may move the cursor, or begin a line of its own. */
const printable = z.string().transform((text) => text.replace(/\p{C}/gu, "").slice(0, MOST_LETTERS));

/** Reads which coin is meant: FIL where none is named. */
export async function readCoin(context: TaskContext, named: string | undefined): Promise<Coin> {
  if (named === undefined || /^fil$/i.test(named)) return FIL_COIN;
  const address = context.parseAddress(named).toEvm();
  if (address === undefined) throw new UsageError(`${named} is not the 0x address of an ERC-20: name one, or FIL.`);
  return coinAt(context, address);
}

/** The coin of an address that the market names. */
export async function coinAt(context: TaskContext, address: Hex): Promise<Coin> {
  if (BigInt(address) === 0n) return FIL_COIN;
  const contract = new ContractReader(context.eth, address, erc20Abi);
  const [decimals, symbol] = await Promise.all([
    contract.read(z.bigint().transform(Number), "decimals"),
    contract.read(printable, "symbol"),
  ]);
  return {
    address,
    isFil: false,
    symbol,
    decimals,
    parse: (text) => parseUnits(text, decimals, symbol),
    format: (amount, digits) => `${formatUnits(amount, decimals, digits)} ${symbol}`,
  };
}

/** Who may take coins of somebody. */
export interface Spender {
  readonly address: Hex;
  /** What people call it. */
  readonly name: string;
}

/** What somebody has of an ERC-20, and what of it a spender may take. */
export interface Funds {
  readonly balance: bigint;
  readonly allowed: bigint;
}

export async function readFunds(context: TaskContext, coin: Coin, owner: Hex, spender: Hex): Promise<Funds> {
  const contract = new ContractReader(context.eth, coin.address, erc20Abi);
  const [balance, allowed] = await Promise.all([
    contract.read(z.bigint(), "balanceOf", [owner]),
    contract.read(z.bigint(), "allowance", [owner, spender]),
  ]);
  return { balance, allowed };
}

/** The step that lets the market take exactly what a plan needs; none for FIL, or where enough is allowed already. */
export async function allowanceSteps(context: TaskContext, coin: Coin, owner: Hex, amount: bigint): Promise<Step[]> {
  if (coin.isFil) return [];
  const { powerMarket } = await context.deployment();
  const funds = await readFunds(context, coin, owner, powerMarket);
  return allowanceFor(coin, owner, amount, { address: powerMarket, name: "the market" }, funds);
}

/** The same of an ERC-20 for any spender. @throws {RefusedError} when the owner has too little. */
export function allowanceFor(
  coin: Coin,
  owner: Hex,
  amount: bigint,
  spender: Spender,
  { balance, allowed }: Funds,
): Step[] {
  if (balance < amount) {
    throw new RefusedError(
      `${owner} has ${coin.format(balance)}, but needs ${coin.format(amount)}: get some more first.`,
    );
  }
  if (allowed >= amount) return [];
  const title = `Let ${spender.name} take ${coin.format(amount)}`;
  return [callStep("ERC20", coin.address, "approve", [spender.address, amount], title)];
}

function parseUnits(text: string, decimals: number, symbol: string): bigint {
  const match = /^(\d+)(?:\.(\d+))?\s*([A-Za-z.]*)$/.exec(text.trim());
  const [, whole = "", fraction = "", unit = ""] = match ?? [];
  if (match === null || (unit !== "" && unit.toLowerCase() !== symbol.toLowerCase()) || fraction.length > decimals) {
    throw new UsageError(
      `"${text}" is not an amount of ${symbol}: type it like 25 or 1.5, with ${decimals} decimals at most.`,
    );
  }
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** @param shown At most so many decimals, rounded towards zero. */
export function formatUnits(amount: bigint, decimals: number, shown = decimals): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  const fraction = digits.slice(cut, cut + shown).replace(/0+$/, "");
  const sign = amount < 0n ? "-" : "";
  return `${sign}${digits.slice(0, cut)}${fraction === "" ? "" : `.${fraction}`}`;
}
