/** Several transactions in one epoch. */
import type { ContractTransactionResponse } from "ethers";

import { networkHelpers, provider } from "./network.ts";

/** Sends transactions of one sender, which are carried out in this order in one epoch. Throws if one of them fails. */
export async function inOneEpoch(send: readonly (() => Promise<ContractTransactionResponse>)[]): Promise<void> {
  await provider.request({ method: "evm_setAutomine", params: [false] });
  const sent: ContractTransactionResponse[] = [];
  try {
    for (const each of send) sent.push(await each());
    await networkHelpers.mine();
  } finally {
    await provider.request({ method: "evm_setAutomine", params: [true] });
  }
  const epochs = new Set((await Promise.all(sent.map((one) => one.wait()))).map((receipt) => receipt?.blockNumber));
  if (epochs.size !== 1) throw new Error("the transactions were not mined together");
}
