import { Address, toHex } from "../../lib/index.ts";
import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { quantity } from "../chain/Explorer.ts";
import { ACCOUNTS, MULTISIG } from "../chain/genesis.ts";
import type { ActorName } from "./actorCodes.ts";
import { RpcCode, RpcError } from "./RpcError.ts";

/** An actor of the chain, at some block. */
export interface KnownActor {
  readonly id: bigint;
  readonly name: ActorName;
  /** The f1, f2, f3 or f4 address, where there is one. */
  readonly robust: Address | undefined;
  /** Where the EVM sees it. */
  readonly evm: string;
  readonly balance: bigint;
  readonly nonce: bigint;
}

const ROBUST = new Map([...ACCOUNTS, MULTISIG].map(({ id, robust }) => [id, robust]));
/** Who is who. */
export class Actors {
  readonly #chain: EmbeddedFilecoin;

  constructor(chain: EmbeddedFilecoin) {
    this.#chain = chain;
  }

  /** @throws {RpcError} for an address that the chain has never seen. */
  async idOf(address: Address, block: bigint): Promise<bigint> {
    const id = address.kind === "id" ? address.id : await this.#chain.explorer.resolve(toHex(address.bytes), block);
    if (id === undefined) throw new RpcError(RpcCode.actorNotFound, "actor not found");
    return id;
  }

  /** @throws {RpcError} for an actor that does not exist. */
  async find(address: Address, block: bigint): Promise<KnownActor> {
    const id = await this.idOf(address, block);
    const view = await this.#chain.explorer.actor(id, block);
    const ownEvm = view.evm ?? (address.kind === "evm" ? address.toEvm() : undefined);
    const evm = ownEvm ?? Address.fromId(id).toEvm();
    if (evm === undefined) throw new RpcError(RpcCode.failed, "actor not found");
    const [balance, nonce, code] = await Promise.all([
      this.#read("eth_getBalance", evm, block),
      this.#read("eth_getTransactionCount", evm, block),
      this.#read("eth_getCode", evm, block),
    ]);
    const native = view.name === "" ? undefined : (view.name as ActorName);
    if (native === undefined && ownEvm === undefined) throw new RpcError(RpcCode.failed, "actor not found");
    const name = native ?? (code !== "0x" ? "evm" : BigInt(nonce) > 0n ? "ethaccount" : "placeholder");
    const robust = ROBUST.get(id) ?? (ownEvm === undefined ? undefined : Address.fromEvmBytes(bytesOf(ownEvm)));
    return { id, name, robust, evm, balance: BigInt(balance), nonce: BigInt(nonce) };
  }

  /** @throws {RpcError} when the actor is of another kind. */
  async findKind(address: Address, kind: ActorName, word: string, block: bigint): Promise<KnownActor> {
    const actor = await this.find(address, block);
    if (actor.name !== kind) {
      throw new RpcError(
        RpcCode.failed,
        `failed to load ${word} actor state: actor code is not ${word}: ${actor.name}`,
      );
    }
    return actor;
  }

  async #read(method: string, evm: string, block: bigint): Promise<string> {
    return (await this.#chain.provider.request({ method, params: [evm, quantity(block)] })) as string;
  }
}

function bytesOf(evm: string): Uint8Array {
  return Uint8Array.from(Buffer.from(evm.slice(2), "hex"));
}
