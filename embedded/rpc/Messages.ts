import {
  type Address,
  INVOKE_EVM,
  encodeCbor,
  encodeTokenAmount,
  fromHex,
  invokeEvmParams,
  toBase64,
  toHex,
} from "../../lib/index.ts";
import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { quantity, revertDataOf } from "../chain/Explorer.ts";
import { ACCOUNTS } from "../chain/genesis.ts";
import type { Actors, KnownActor } from "./Actors.ts";
import { type CidJson, cidOf } from "./cid.ts";
import type { NativeMessage } from "./params.ts";
import { RpcCode, RpcError } from "./RpcError.ts";
import type { Tipsets } from "./Tipsets.ts";

/** Gas is not what is simulated: every message names the same round figures. */
const GAS_LIMIT = 50_000_000;
export const GAS_FEE_CAP = 200n;
export const GAS_PREMIUM = 100n;

/** Exit codes with the names that Lotus prints. */
const EXIT_NAMES: Readonly<Record<string, string>> = {
  "7": "SysErrOutOfGas",
  "16": "ErrIllegalArgument",
  "17": "ErrNotFound",
  "18": "ErrForbidden",
  "19": "ErrInsufficientFunds",
  "20": "ErrIllegalState",
  "21": "ErrSerialization",
  "22": "ErrUnhandledMessage",
};

interface Outcome {
  readonly exitCode: bigint;
  readonly ret: Uint8Array;
  readonly gasUsed: bigint;
}

interface Included extends Outcome {
  readonly message: object;
  /** The transaction of the engine that carried it out: its receipt has the events. */
  readonly hash: string | null;
  /** The first tipset that shows what the message did. */
  readonly height: bigint;
}

/** Native messages of the accounts whose keys the node's wallet holds. */
export class Messages {
  readonly #chain: EmbeddedFilecoin;
  readonly #tipsets: Tipsets;
  readonly #actors: Actors;
  readonly #included = new Map<string, Included>();
  readonly #nonces = new Map<bigint, bigint>();

  constructor(chain: EmbeddedFilecoin, tipsets: Tipsets, actors: Actors) {
    this.#chain = chain;
    this.#tipsets = tipsets;
    this.#actors = actors;
  }

  async nonceOf(sender: Address): Promise<bigint> {
    const id = await this.#actors.idOf(sender, await this.#chain.epoch());
    return this.#nonces.get(id) ?? 0n;
  }

  /** What a message would do after a block; nothing is written. */
  async simulate(message: NativeMessage, block: bigint): Promise<Outcome> {
    const from = await this.#actors.find(message.From, block);
    if (message.Method === INVOKE_EVM) {
      const contract = await this.#contractAt(message.To, block);
      if (contract !== undefined) return this.#simulateInvoke(from, contract, message, block);
    }
    const { exitCode, ret } = await this.#chain.explorer.actorCall(
      {
        from: from.evm,
        to: toHex(message.To.bytes),
        method: BigInt(message.Method),
        params: toHex(message.Params),
        value: message.Value,
      },
      block,
    );
    return { exitCode, ret: fromHex(ret), gasUsed: BigInt(GAS_LIMIT) };
  }

  /**
   * Includes a message in the next block. Like Lotus, refuses what would fail, unless the sender chose the gas itself.
   *
   * @throws {RpcError} where the wallet has no key for the sender, or the message would fail.
   */
  async push(message: NativeMessage): Promise<{ message: object; cid: CidJson }> {
    const account = await this.#walletAccount(message.From);
    return this.#chain.exclusively(async () => {
      const before = await this.#chain.epoch();
      const sender = await this.#actors.find(message.From, before);
      if (sender.balance < message.Value) {
        throw new RpcError(
          RpcCode.failed,
          `mpool push: not enough funds: ${sender.balance} < ${message.Value}: not enough funds to execute transaction`,
        );
      }
      if (message.GasLimit === 0) await this.#refuseFailing(message, before);
      const nonce = this.#nonces.get(account) ?? 0n;
      const cid = cidOfMessage(message, nonce);
      const receipt = await this.#chain.levers.native({
        from: account,
        to: { raw: toHex(message.To.bytes) },
        method: BigInt(message.Method),
        value: message.Value,
        params: toHex(message.Params),
      });
      const block = await this.#latestBlock();
      const json = messageJson(message, nonce, cid);
      this.#nonces.set(account, nonce + 1n);
      this.#included.set(cid["/"], {
        message: json,
        hash: block.transactions.at(-1) ?? null,
        exitCode: receipt.exitCode,
        ret: fromHex(receipt.ret),
        gasUsed: BigInt(block.gasUsed),
        height: BigInt(block.number) + 1n,
      });
      for (const hash of block.transactions) await this.#chain.nameActorsOf(hash);
      return { message: json, cid };
    });
  }

  /** @throws {RpcError} for a message that was never sent here. */
  lookup(cid: CidJson): object {
    const included = this.#find(cid);
    return {
      Message: cid,
      Receipt: receiptJson(included),
      ReturnDec: null,
      TipSet: this.#tipsets.keyAt(included.height),
      Height: Number(included.height),
    };
  }

  /** Moves the chain on until a message has so many epochs on top of it: there is nobody else to do it. */
  async wait(cid: CidJson, confidence: bigint): Promise<object> {
    const { height } = this.#find(cid);
    await this.#chain.exclusively(async () => {
      const missing = height + confidence - (await this.#tipsets.headHeight());
      if (missing > 0n) await this.#chain.advance(missing);
    });
    return this.lookup(cid);
  }

  get(cid: CidJson): object {
    return this.#find(cid).message;
  }

  /** The hash by which `eth_*` knows a message; null for one that was never sent here. */
  hashOf(cid: CidJson): string | null {
    return this.#included.get(cid["/"])?.hash ?? null;
  }

  #find(cid: CidJson): Included {
    const included = this.#included.get(cid["/"]);
    if (included === undefined) {
      throw new RpcError(RpcCode.failed, `failed to load message: ipld: could not find ${cid["/"]}`);
    }
    return included;
  }

  async #walletAccount(sender: Address): Promise<bigint> {
    const id = await this.#actors.idOf(sender, await this.#chain.epoch());
    if (!ACCOUNTS.some((account) => account.id === id)) {
      throw new RpcError(RpcCode.failed, "mpool push: failed to sign message: key not found: key info not found");
    }
    return id;
  }

  async #refuseFailing(message: NativeMessage, block: bigint): Promise<void> {
    const { exitCode } = await this.simulate(message, block);
    if (exitCode === 0n) return;
    const exit = `${EXIT_NAMES[String(exitCode)] ?? ""}(${exitCode})`;
    throw new RpcError(
      RpcCode.failed,
      "GasEstimateMessageGas error: estimating gas used: message execution failed " +
        `(exit=[${exit}], vm error=[message failed with backtrace: ${message.To.toString()} ` +
        `(method ${message.Method}) (RetCode=${exitCode})])`,
    );
  }

  async #contractAt(to: Address, block: bigint): Promise<KnownActor | undefined> {
    const actor = await this.#actors.find(to, block).catch((error: unknown) => {
      if (error instanceof RpcError) return undefined;
      throw error;
    });
    return actor?.name === "evm" ? actor : undefined;
  }

  async #simulateInvoke(
    from: KnownActor,
    contract: KnownActor,
    message: NativeMessage,
    block: bigint,
  ): Promise<Outcome> {
    const gasUsed = BigInt(GAS_LIMIT);
    const data = calldataOf(message.Params);
    if (data === undefined) return { exitCode: 21n, ret: new Uint8Array(0), gasUsed };
    const call = { from: from.evm, to: contract.evm, data: toHex(data), value: quantity(message.Value) };
    try {
      const answer = await this.#chain.provider.request({ method: "eth_call", params: [call, quantity(block)] });
      return { exitCode: 0n, ret: invokeEvmParams(fromHex(answer as string)), gasUsed };
    } catch (error) {
      const reverted = revertDataOf(error);
      if (reverted === undefined) throw error;
      return { exitCode: 33n, ret: invokeEvmParams(fromHex(reverted)), gasUsed };
    }
  }

  async #latestBlock(): Promise<{ number: string; gasUsed: string; transactions: readonly string[] }> {
    const params = ["latest", false];
    return (await this.#chain.provider.request({ method: "eth_getBlockByNumber", params })) as {
      number: string;
      gasUsed: string;
      transactions: readonly string[];
    };
  }
}

/** A CBOR byte string of definite length and nothing else; no parameters are no calldata. */
function calldataOf(params: Uint8Array): Uint8Array | undefined {
  const [head = 0] = params;
  if (params.length === 0) return params;
  const info = head & 0x1f;
  if (head >> 5 !== 2 || info > 26) return undefined;
  const lengthBytes = info < 24 ? 0 : 2 ** (info - 24);
  const length = info < 24 ? info : params.subarray(1, 1 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const data = params.subarray(1 + lengthBytes);
  return data.length === length ? data : undefined;
}

export function cidOfMessage(message: NativeMessage, nonce: bigint): CidJson {
  return cidOf(
    encodeCbor([
      0n,
      message.To.bytes,
      message.From.bytes,
      nonce,
      encodeTokenAmount(message.Value),
      BigInt(GAS_LIMIT),
      encodeTokenAmount(GAS_FEE_CAP),
      encodeTokenAmount(GAS_PREMIUM),
      BigInt(message.Method),
      message.Params,
    ]),
  );
}

export function messageJson(message: NativeMessage, nonce: bigint, cid: CidJson): object {
  return {
    Version: 0,
    To: message.To.toString(),
    From: message.From.toString(),
    Nonce: Number(nonce),
    Value: String(message.Value),
    GasLimit: GAS_LIMIT,
    GasFeeCap: String(GAS_FEE_CAP),
    GasPremium: String(GAS_PREMIUM),
    Method: message.Method,
    Params: message.Params.length === 0 ? null : toBase64(message.Params),
    CID: cid,
  };
}

export function receiptJson({ exitCode, ret, gasUsed }: Outcome): object {
  return {
    ExitCode: Number(exitCode),
    Return: ret.length === 0 ? null : toBase64(ret),
    GasUsed: Number(gasUsed),
    EventsRoot: null,
  };
}
