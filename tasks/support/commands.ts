import { z } from "zod";

import {
  actorKind,
  type Address,
  formatFil,
  fromHex,
  INVOKE_EVM,
  invokeEvmParams,
  parseAddress,
  toHex,
  VAULT_EXPIRATION,
  VAULT_QUOTA_FIL,
} from "../../lib/index.ts";
import { type Call, requireTarget } from "./simulate.ts";
import type { TaskContext } from "./TaskContext.ts";

/** Hexadecimal as the Lotus tools take it: without 0x. */
export function bareHex(bytes: Uint8Array): string {
  return toHex(bytes).slice(2);
}

/**
 * The command by which a native address calls a contract. `lotus send` to a 0x address runs InvokeEVM and wraps the
 * calldata itself; a multisig proposes the same message with the calldata wrapped already.
 */
export async function contractCommand(context: TaskContext, call: Call, from: Address): Promise<string> {
  const { prefix } = context.network;
  const to = requireTarget(call);
  const value = formatFil(call.value ?? 0n).replace(" FIL", ""); // the tools take FIL without the unit
  if (!(await isMultisig(context, from))) {
    return `lotus send --from ${from.toString(prefix)} --params-hex ${call.data.slice(2)} ${to} ${value}`;
  }
  const robust = await robustAddress(context, from);
  const signer = await firstSigner(context, from);
  const target = parseAddress(to).toString(prefix);
  const params = bareHex(invokeEvmParams(fromHex(call.data)));
  return `lotus msig propose --from ${signer} ${robust.toString(prefix)} ${target} ${value} ${INVOKE_EVM} ${params}`;
}

/** What a change of beneficiary is proposed with. */
export interface Proposal {
  readonly miner: Address;
  readonly nominee: Address;
  /** Whole FIL, as the tools take it. */
  readonly quotaFil: bigint;
  readonly expiration: bigint;
  /** Whether another proposal is pending, which this one replaces. */
  readonly overwrite: boolean;
}

/** The terms of every enrolment: always the same. */
export const ENROLMENT = { quotaFil: VAULT_QUOTA_FIL, expiration: VAULT_EXPIRATION } as const;
/** The terms by which the owner takes the role back. */
export const RETURN = { quotaFil: 0n, expiration: 0n } as const;

/** The command of one of the operators' tools for a proposal. */
export function proposeCommand(
  context: TaskContext,
  tool: "lotus-miner" | "sptool" | "shed",
  { miner, nominee, quotaFil, expiration, overwrite }: Proposal,
): string {
  const { prefix } = context.network;
  const id = miner.toString(prefix);
  const words = {
    "lotus-miner": ["lotus-miner actor propose-change-beneficiary"],
    sptool: [`sptool --actor ${id} actor propose-change-beneficiary`],
    shed: ["lotus-shed actor propose-change-beneficiary"],
  }[tool];
  words.push("--really-do-it");
  if (overwrite) words.push("--overwrite-pending-change");
  words.push(nominee.toString(prefix), quotaFil.toString(), expiration.toString());
  if (tool === "shed") words.push(id);
  return words.join(" ");
}

async function isMultisig(context: TaskContext, address: Address): Promise<boolean> {
  if (address.isKey || address.kind === "evm") return false;
  return (await actorKind(context.lotus, address)) === "multisig";
}

/** The f2 form of a multisig, which the Lotus tools print; its id works as well. */
export async function robustAddress(context: TaskContext, address: Address): Promise<Address> {
  if (address.kind !== "id") return address;
  try {
    return await context.lotus.stateLookupRobustAddress(address);
  } catch {
    return address; // older nodes and gateways do not know it
  }
}

/** A signer of a multisig, by its key where it is known. */
export async function firstSigner(context: TaskContext, multisig: Address): Promise<string> {
  const { prefix } = context.network;
  const { State } = await context.lotus.stateReadState(multisig);
  const parsed = z.object({ Signers: z.array(z.string()).min(1) }).safeParse(State);
  const signer = parsed.data?.Signers[0];
  if (signer === undefined) return "<signer>";
  const id = parseAddress(signer);
  try {
    return (await context.lotus.stateAccountKey(id)).toString(prefix);
  } catch {
    return id.toString(prefix);
  }
}
