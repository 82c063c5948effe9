import { Address, formatAddress, fromHex, type Hex, RefusedError, UsageError } from "../../lib/index.ts";
import type { SendingArguments, TaskContext } from "./TaskContext.ts";

/** Who sends a transaction, and by which way. */
export interface Sender {
  /** `ethereum`: signed here. `lotus`: signed by the node's wallet, or wherever the printed command runs. */
  readonly way: "ethereum" | "lotus";
  readonly address: Address;
}

/**
 * Finds out who sends.
 *
 * @param usual Who usually does, for example the miner's owner; it is taken where nobody is named.
 * @returns undefined when nobody is known: then anyone may send, and the simulation has no sender.
 * @throws {UsageError} when somebody is named whose key is not at hand, or the way is unknown.
 */
export async function resolveSender(
  context: TaskContext,
  { output, from }: SendingArguments,
  usual?: Address,
): Promise<Sender | undefined> {
  if (output !== "send" && output !== "lotus" && output !== "safe") {
    throw new UsageError(
      `--output ${output} is unknown: use send, lotus to print the command for the Lotus tools, or safe to print a batch for a Safe.`,
    );
  }
  const named = from === undefined ? undefined : context.parseAddress(from);
  if (output === "safe") {
    if (named?.kind === "evm") return { way: "ethereum", address: named };
    throw new UsageError("Say which Safe sends it: --from with its 0x address.");
  }
  if (output === "lotus") {
    const address = named ?? usual;
    if (address === undefined) {
      throw new UsageError("Say who sends the message: --from with the address of your Lotus wallet.");
    }
    return { way: "lotus", address: await toKey(context, address) };
  }
  const accounts = (await context.accounts()).map((account) => Address.fromEvmBytes(fromHex(account)));
  if (named === undefined) {
    if (usual?.kind === "evm" && accounts.some((account) => account.equals(usual)))
      return { way: "ethereum", address: usual };
    if (usual !== undefined && usual.kind !== "evm") {
      const key = await toKey(context, usual);
      if (await nodeHasKey(context, key)) return { way: "lotus", address: key };
    }
    const [first] = accounts;
    return first === undefined ? undefined : { way: "ethereum", address: first };
  }
  if (accounts.some((account) => account.equals(named))) return { way: "ethereum", address: named };
  const key = await toKey(context, named);
  if (await nodeHasKey(context, key)) return { way: "lotus", address: key };
  throw new UsageError(
    `The key of ${named.toString(context.network.prefix)} is neither in PRIVATE_KEY nor in the wallet of the node: ` +
      "use --output lotus to print the command for where the key is.",
  );
}

/** The f1 or f3 address of an account that was named by its id; every other address as it is. */
export async function toKey(context: TaskContext, address: Address): Promise<Address> {
  if (address.kind !== "id") return address;
  try {
    return await context.lotus.stateAccountKey(address);
  } catch {
    return address; // not an account: a multisig, say
  }
}

async function nodeHasKey(context: TaskContext, address: Address): Promise<boolean> {
  try {
    return await context.lotus.walletHas(address);
  } catch {
    return false; // the node has no wallet, or does not let us ask
  }
}

/** Finds out who sends, and says so in the plan. */
export async function reportSender(
  context: TaskContext,
  args: SendingArguments,
  usual?: Address,
): Promise<Sender | undefined> {
  const sender = await resolveSender(context, args, usual);
  if (sender !== undefined) {
    const text = formatAddress(sender.address, context.network.prefix);
    context.report.fact("from", "sent by", text, sender.address.toString(context.network.prefix));
  }
  return sender;
}

/**
 * What a contract sees as `msg.sender` when this address calls: its own 0x address, or the masked id of an actor.
 *
 * @throws {RefusedError} when the address has no id yet.
 */
export async function evmFormOf(context: TaskContext, address: Address): Promise<Hex> {
  const own = address.kind === "evm" ? address.toEvm() : undefined;
  if (own !== undefined) return own;
  const id = address.kind === "id" ? address : await lookupId(context, address);
  const delegated = await delegatedAddress(context, id);
  const evm = delegated?.toEvm() ?? id.toEvm();
  if (evm === undefined)
    throw new RefusedError(`${address.toString(context.network.prefix)} has no form that contracts know.`);
  return evm;
}

/** The id of an address. */
export async function lookupId(context: TaskContext, address: Address): Promise<Address> {
  try {
    return await context.lotus.stateLookupID(address);
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    const text = address.toString(context.network.prefix);
    throw new RefusedError(`${text} has no id yet: send a little FIL to it first, which creates it on chain.`, {
      cause,
    });
  }
}

async function delegatedAddress(context: TaskContext, id: Address): Promise<Address | undefined> {
  try {
    return (await context.lotus.stateGetActor(id)).DelegatedAddress ?? undefined;
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    throw new RefusedError(`${id.toString(context.network.prefix)} does not exist: check the number.`, { cause });
  }
}
