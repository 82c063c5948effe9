import { type Contract, type ContractTransactionReceipt, type Interface, type LogDescription } from "ethers";

import type { Cid, ExecutionTrace, Lotus } from "./lotus.ts";

/** What a contract's function answers, nothing sent. */
export async function view<T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> {
  return (await contract.getFunction(name).staticCall(...args)) as T;
}

/** The first event of a name in a receipt. */
export function eventOf(receipt: ContractTransactionReceipt, abi: Interface, name: string): LogDescription {
  // other contracts' events may have one of the names, and other indexed fields
  const topic = abi.getEvent(name)?.topicHash;
  const log = receipt.logs.find(({ topics }) => topics[0] === topic);
  const found = log === undefined ? null : abi.parseLog(log);
  if (found === null) throw new Error(`no event ${name}`);
  return found;
}

/** The name of the error that a call would end with, or "nothing". */
export async function revertOf(contract: Contract, name: string, ...args: unknown[]): Promise<string> {
  try {
    await contract.getFunction(name).staticCall(...args);
  } catch (error) {
    const { data } = error as { data?: string };
    return (data === undefined ? null : contract.interface.parseError(data)?.name) ?? String(error);
  }
  return "nothing";
}

/** What native sends of a transaction paid to an actor, as the node replays it. */
export async function paidTo(lotus: Lotus, hash: string, actor: bigint): Promise<bigint> {
  const cid = await lotus.call<Cid>("Filecoin.EthGetMessageCidByTransactionHash", hash);
  const { ExecutionTrace } = await lotus.call<{ ExecutionTrace: ExecutionTrace }>("Filecoin.StateReplay", [], cid);
  const sum = (trace: ExecutionTrace): bigint =>
    (trace.Subcalls ?? []).reduce((total, call) => {
      const direct = call.Msg.To === `f0${actor}` && call.MsgRct.ExitCode === 0 ? BigInt(call.Msg.Value) : 0n;
      return total + direct + sum(call);
    }, 0n);
  return sum(ExecutionTrace);
}
