import {
  actorKind,
  type Address,
  type ActorKind,
  type AddressForms,
  formatAddress,
  fromHex,
  Address as FilAddress,
  type Hex,
  type MinerInfo,
  NodeRefusedError,
  PowerNftReader,
  RefusedError,
  UsageError,
  VaultReader,
} from "../../lib/index.ts";
import type { Deployment } from "../../lib/deployments.ts";
import type { TaskContext } from "./TaskContext.ts";

/** A miner as the tasks work with it. */
export interface Miner {
  readonly address: Address;
  /** As the user's network writes it: f01234. */
  readonly name: string;
  readonly info: MinerInfo;
}

/**
 * Reads the miner that the user named.
 *
 * @throws {UsageError} when it is no actor id. @throws {RefusedError} when it is no miner.
 */
export async function readMiner(context: TaskContext, text: string): Promise<Miner> {
  const typed = context.parseAddress(text);
  const address = typed.kind === "actor" ? await context.lotus.stateLookupID(typed) : typed;
  if (address.kind !== "id") {
    throw new UsageError(`${text} is not a miner: type its id, like ${context.network.prefix}01234.`);
  }
  const name = address.toString(context.network.prefix);
  try {
    return { address, name, info: await context.lotus.stateMinerInfo(address) };
  } catch (cause) {
    if (!(cause instanceof NodeRefusedError)) throw cause;
    throw new RefusedError(`${name} is not a miner on this network: check the number and --network.`, {
      details: cause.shortMessage,
      cause,
    });
  }
}

/** The contracts around one miner. */
export interface MinerContracts {
  readonly deployment: Deployment;
  readonly nft: PowerNftReader;
  readonly vault: VaultReader;
  /** The vault's f410 address. */
  readonly vaultAddress: Address;
  /** The vault's actor id; undefined while it is not on chain. */
  readonly vaultId: Address | undefined;
}

export async function readContracts(context: TaskContext, miner: Miner): Promise<MinerContracts> {
  const deployment = await context.deployment();
  const nft = new PowerNftReader(context.eth, deployment.powerNFT);
  const vault = await nft.vaultOf(miner.address.id);
  const vaultAddress = FilAddress.fromEvmBytes(fromHex(vault));
  return {
    deployment,
    nft,
    vault: new VaultReader(context.eth, vault),
    vaultAddress,
    vaultId: await idOfContract(context, vault, vaultAddress),
  };
}

/** @throws {RefusedError} when the vault was not created yet. */
export function requireVault(miner: Miner, { vaultId }: MinerContracts): Address {
  if (vaultId === undefined) {
    throw new RefusedError(
      `The vault of ${miner.name} is not on chain yet: run \`miner create-vault ${miner.name}\` first.`,
    );
  }
  return vaultId;
}

/** @throws {RefusedError} when the vault is not the beneficiary. */
export function requireEnrolled(context: TaskContext, miner: Miner, contracts: MinerContracts): void {
  const vaultId = requireVault(miner, contracts);
  if (miner.info.Beneficiary.equals(vaultId)) return;
  const beneficiary = miner.info.Beneficiary.toString(context.network.prefix);
  throw new RefusedError(
    `The beneficiary of ${miner.name} is ${beneficiary}, not its vault: run \`miner propose ${miner.name}\`, then \`miner activate ${miner.name}\`.`,
  );
}

async function idOfContract(context: TaskContext, contract: Hex, address: Address): Promise<Address | undefined> {
  const code = await context.eth("eth_getCode", [contract, "latest"]);
  if (code === "0x") return undefined;
  return context.lotus.stateLookupID(address);
}

/** Somebody by all the forms that are known, and what kind of actor it is. */
export interface Party {
  readonly kind: ActorKind;
  readonly text: string;
}

/** Finds out who an address is. */
export async function readParty(context: TaskContext, address: Address): Promise<Party> {
  const kind = await actorKind(context.lotus, address);
  return { kind, text: formatAddress(await forms(context, address, kind), context.network.prefix) };
}

async function forms(context: TaskContext, address: Address, kind: ActorKind): Promise<AddressForms> {
  if (kind === "missing") return address.kind === "id" ? { id: address } : { robust: address };
  const id = address.kind === "id" ? address : await context.lotus.stateLookupID(address);
  if (address.kind !== "id") return { id, robust: address };
  const actor = await context.lotus.stateGetActor(address);
  if (actor.DelegatedAddress != null) return { id, robust: actor.DelegatedAddress };
  try {
    return kind === "account"
      ? { id, robust: await context.lotus.stateAccountKey(id) }
      : { id, robust: await context.lotus.stateLookupRobustAddress(id) };
  } catch {
    return { id }; // the node cannot tell the longer form
  }
}

/** The kinds of actors in words. */
export const KIND_TEXT: Readonly<Record<ActorKind, string>> = {
  account: "an account with an f1 or f3 key",
  multisig: "a native multisig",
  storageminer: "a miner",
  evm: "a contract",
  ethaccount: "an Ethereum account",
  placeholder: "an Ethereum address that never sent anything",
  other: "a built-in actor",
  unknown: "an actor",
  missing: "nobody on chain yet",
};
