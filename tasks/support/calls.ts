import { Interface } from "ethers";

import {
  type Hex,
  minerRegistryAbi,
  minerVaultAbi,
  erc20Abi,
  filAuctionAbi,
  jointMiningPoolAbi,
  powerMarketAbi,
  powerNftAbi,
} from "../../lib/index.ts";
import type { Log, Step } from "./execute.ts";

const CONTRACTS = {
  PowerNFT: new Interface(powerNftAbi),
  PowerMarket: new Interface(powerMarketAbi),
  JointMiningPool: new Interface(jointMiningPoolAbi),
  FilAuction: new Interface(filAuctionAbi),
  ERC20: new Interface(erc20Abi),
  MinerVault: new Interface(minerVaultAbi),
  MinerRegistry: new Interface(minerRegistryAbi),
} as const;

/** A step that calls one of our contracts, or a coin; `value` is the FIL sent along, attoFIL. */
export function callStep(
  contract: keyof typeof CONTRACTS,
  to: Hex,
  method: string,
  args: readonly unknown[],
  title: string,
  value?: bigint,
): Step {
  return { to, data: CONTRACTS[contract].encodeFunctionData(method, args) as Hex, title, value };
}

/** The value of one argument of the first event of a kind, or undefined when there was no such event. */
export function eventValue(
  logs: readonly Log[],
  contract: keyof typeof CONTRACTS,
  event: string,
  argument: string,
): unknown {
  for (const log of logs) {
    const parsed = CONTRACTS[contract].parseLog(log);
    if (parsed?.name === event) return parsed.args.getValue(argument) as unknown;
  }
  return undefined;
}

/** The sum of an amount over all events of a kind. */
export function eventSum(
  logs: readonly Log[],
  contract: keyof typeof CONTRACTS,
  event: string,
  argument: string,
): bigint {
  return logs.reduce((sum, log) => {
    const value = eventValue([log], contract, event, argument);
    return typeof value === "bigint" ? sum + value : sum;
  }, 0n);
}
