import { z } from "zod";

import {
  explainRevert,
  fromHex,
  type Hex,
  INVOKE_EVM,
  invokeEvmParams,
  invokeEvmReturn,
  MethodUnavailableError,
  NodeRefusedError,
  parseAddress,
  RefusedError,
  revertData,
  toHex,
} from "../../lib/index.ts";
import type { Sender } from "./Sender.ts";
import type { TaskContext } from "./TaskContext.ts";

/** A call of a contract that changes something, or the creation of one. */
export interface Call {
  /** The contract; undefined: `data` creates one. */
  readonly to: Hex | undefined;
  readonly data: Hex;
  /** FIL sent along, attoFIL; none where it is left out. */
  readonly value?: bigint | undefined;
}

const EVM_REVERTED = 33n;

/**
 * Runs a call without sending it.
 *
 * @returns What it returns; undefined where this node cannot simulate for such a sender.
 * @throws {RefusedError} with the contract's reason in a sentence.
 */
export async function simulate(context: TaskContext, call: Call, sender: Sender | undefined): Promise<Hex | undefined> {
  return sender?.way === "lotus" && sender.address.kind !== "evm"
    ? simulateNative(context, call, sender)
    : simulateEthereum(context, call, sender);
}

async function simulateEthereum(context: TaskContext, call: Call, sender: Sender | undefined): Promise<Hex> {
  const from = sender?.address.toEvm();
  try {
    const { to, data, value } = call;
    const transaction = {
      data,
      ...(to === undefined ? {} : { to }),
      ...(value === undefined ? {} : { value: `0x${value.toString(16)}` }),
      ...(from === undefined ? {} : { from }),
    };
    const answer = await context.eth("eth_call", [transaction, "latest"]);
    return z.string().parse(answer) as Hex;
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    throw refusal(context, revertData(error.data), error);
  }
}

async function simulateNative(context: TaskContext, call: Call, sender: Sender): Promise<Hex | undefined> {
  try {
    const { MsgRct, Error: reason } = await context.lotus.stateCall({
      from: sender.address,
      to: parseAddress(requireTarget(call)),
      value: call.value ?? 0n,
      method: INVOKE_EVM,
      params: invokeEvmParams(fromHex(call.data)),
    });
    if (MsgRct.ExitCode === 0n) return toHex(invokeEvmReturn(MsgRct.Return));
    const data = MsgRct.ExitCode === EVM_REVERTED ? toHex(invokeEvmReturn(MsgRct.Return)) : undefined;
    throw refusal(context, data, new Error(`exit code ${MsgRct.ExitCode}: ${reason}`));
  } catch (error) {
    if (error instanceof MethodUnavailableError) return undefined;
    throw error;
  }
}

/** @throws {RefusedError} for the creation of a contract, which only an Ethereum transaction does here. */
export function requireTarget({ to }: Call): Hex {
  if (to !== undefined) return to;
  throw new RefusedError(
    "Contracts are deployed by Ethereum transactions: set PRIVATE_KEY, or name its address with --from.",
  );
}

/** What a contract's refusal means, as an error to show. */
export function refusal(context: TaskContext, data: Hex | undefined, cause: Error): RefusedError {
  const explanation = data === undefined ? undefined : explainRevert(data, context.network);
  if (explanation !== undefined) return new RefusedError(explanation.sentence, { details: explanation.raw, cause });
  return new RefusedError("The contract would refuse this, for a reason that it does not name.", {
    details: data === undefined || data === "0x" ? cause.message : `${cause.message} ${data}`,
    cause,
  });
}
