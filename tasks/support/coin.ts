import { z } from "zod";

import { ContractReader, erc20Abi, formatFil, type Hex, parseFil, RefusedError, UsageError } from "../../lib/index.ts";
import { callStep } from "./calls.ts";
import type { Step } from "./execute.ts";
import type { TaskContext } from "./TaskContext.ts";

/** What stands for FIL among the market's coins. */
export const IN_FIL: Hex = "0x0000000000000000000000000000000000000000";

/** What prices are in: FIL, or an ERC-20. */
export interface Coin {
  readonly address: Hex;
  readonly isFil: boolean;
  /** Reads an amount as people type it. */
  readonly parse: (text: string) => bigint;
  readonly format: (amount: bigint) => string;
}

const FIL_COIN: Coin = { address: IN_FIL, isFil: true, parse: parseFil, format: (amount) => formatFil(amount) };

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
    contract.read(z.string(), "symbol"),
  ]);
  return {
    address,
    isFil: false,
    parse: (text) => parseUnits(text, decimals, symbol),
    format: (amount) => `${formatUnits(amount, decimals)} ${symbol}`,
  };
}

/** The step that lets the market take exactly what a plan needs; none for FIL, or where enough is allowed already. */
export async function allowanceSteps(context: TaskContext, coin: Coin, owner: Hex, amount: bigint): Promise<Step[]> {
  if (coin.isFil) return [];
  const { powerMarket } = await context.deployment();
  const contract = new ContractReader(context.eth, coin.address, erc20Abi);
  const [balance, allowed] = await Promise.all([
    contract.read(z.bigint(), "balanceOf", [owner]),
    contract.read(z.bigint(), "allowance", [owner, powerMarket]),
  ]);
  if (balance < amount) {
    throw new RefusedError(
      `${owner} has ${coin.format(balance)}, but needs ${coin.format(amount)}: get some more first.`,
    );
  }
  if (allowed >= amount) return [];
  const title = `Let the market take ${coin.format(amount)}`;
  return [callStep("ERC20", coin.address, "approve", [powerMarket, amount], title)];
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

export function formatUnits(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  const fraction = digits.slice(cut).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, cut) : `${digits.slice(0, cut)}.${fraction}`;
}
