import type { EthCall, EthNode } from "../chain/index.ts";

/** What the gas of a call would cost now, attoFIL. */
export async function gasCost(eth: EthNode, call: EthCall): Promise<bigint> {
  const [gas, baseFee, priorityFee] = await Promise.all([eth.estimateGas(call), eth.baseFee(), eth.priorityFee()]);
  return gas * (baseFee + priorityFee);
}
