import {
  type Address,
  Address as FilAddress,
  explainRevert,
  formatAddress,
  fromHex,
  type Hex,
  NodeRefusedError,
  type Power,
  PowerNftReader,
  RefusedError,
  revertData,
  UsageError,
} from "../../lib/index.ts";
import type { TaskContext } from "./TaskContext.ts";

/** Reads numbers of NFTs: `17`, or `3,5-8`. */
export function parseIds(text: string): bigint[] {
  const ids: bigint[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,10})(?:-(\d{1,10}))?\s*$/.exec(part);
    if (match?.[1] === undefined)
      throw new UsageError(`"${part}" is not the number of an NFT: type them like 17 or 3,5-8.`);
    const first = BigInt(match[1]);
    const last = BigInt(match[2] ?? match[1]);
    if (last < first || last - first > 1000n)
      throw new UsageError(`"${part}" is not a run of up to 1000 NFTs: type it like 5-8.`);
    for (let id = first; id <= last; id += 1n) ids.push(id);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new UsageError(`NFT ${twice} is named twice: name each one once.`);
  return ids;
}

export async function nftReader(context: TaskContext): Promise<PowerNftReader> {
  return new PowerNftReader(context.eth, (await context.deployment()).powerNFT);
}

/** Whether a read failed because there is no such NFT. */
export function isUnknownNft(context: TaskContext, error: unknown): boolean {
  if (!(error instanceof NodeRefusedError)) return false;
  const data = revertData(error.data);
  const name = data === undefined ? undefined : explainRevert(data, context.network)?.error;
  return name === "UnknownNFT" || name === "ERC721NonexistentToken";
}

/** One NFT and who holds it. */
export interface HeldNft {
  readonly id: bigint;
  readonly power: Power;
  readonly owner: Address;
  readonly ownerEvm: Hex;
}

/** @throws {RefusedError} when there is no such NFT. */
export async function readNft(context: TaskContext, nft: PowerNftReader, id: bigint): Promise<HeldNft> {
  try {
    const [power, ownerEvm] = await Promise.all([nft.powerOf(id), nft.ownerOf(id)]);
    return { id, power, owner: FilAddress.fromEvmBytes(fromHex(ownerEvm)), ownerEvm };
  } catch (error) {
    if (!isUnknownNft(context, error)) throw error;
    throw new RefusedError(`NFT ${id} does not exist: it was never minted, or it was burned. Check the number.`, {
      cause: error,
    });
  }
}

/** A holder as people know it: the address of an account, or the id of an actor. */
export function holderText(context: TaskContext, owner: Address): string {
  return formatAddress(owner, context.network.prefix);
}
