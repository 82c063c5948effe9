import { Interface } from "ethers";

import { type Hex, jointMiningPoolAbi } from "../../../lib/index.ts";
import type { EthCall } from "../../chain/index.ts";
import { gasCost } from "../gasCost.ts";
import type { KeeperDeps } from "../KeeperDeps.ts";

const POOL = new Interface(jointMiningPoolAbi);

type Method = "settle" | "impair" | "recogniseLoss" | "collect" | "payTickets" | "buyMachine";

/** What a pool is to do: a call that moves no FIL of the sender. */
export function callOf(to: Hex, method: Method, ...args: readonly unknown[]): { readonly to: Hex; readonly data: Hex } {
  return { to, data: POOL.encodeFunctionData(method, args) as Hex };
}

/** Whether attoFIL are so many times the gas of a call. Without a key nobody pays gas: it is said what would be done. */
export async function isWorthGas(
  { eth, outbox }: Pick<KeeperDeps, "eth" | "outbox">,
  call: EthCall,
  amount: bigint,
  times: number,
): Promise<boolean> {
  const from = outbox.address;
  return from === undefined || amount >= (await gasCost(eth, { from, ...call })) * BigInt(times);
}
