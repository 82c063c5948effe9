import { z } from "zod";

import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { quantity, revertDataOf } from "../chain/Explorer.ts";
import { RpcCode, RpcError } from "./RpcError.ts";
import type { Tipsets } from "./Tipsets.ts";

/** Where a method names the block whose state it reads. */
const STATE_BLOCK_AT: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getStorageAt: 2,
  eth_getTransactionCount: 1,
};
/** Where a method names a block that it shows. */
const SHOWN_BLOCK_AT: Readonly<Record<string, number>> = {
  eth_feeHistory: 1,
  eth_getBlockByNumber: 0,
  eth_getBlockReceipts: 0,
  eth_getBlockTransactionCountByNumber: 0,
  eth_getTransactionByBlockNumberAndIndex: 0,
};
/** What Lotus proposes on a quiet network, attoFIL. */
const GAS_PREMIUM = 200_000n;
/** They bring a new block. */
const SENDING = new Set(["eth_sendRawTransaction", "eth_sendTransaction"]);
/** The widest range of epochs, and the most entries, that Lotus gives logs for. */
const MAX_LOG_EPOCHS = 2880n;
const MAX_LOGS = 10_000;

const tag = z.enum(["latest", "safe", "finalized"]);
const number = z.string().regex(/^0x[0-9a-f]+$/i);
const filter = z.looseObject({ fromBlock: z.string().optional(), toBlock: z.string().optional() });

/** The Ethereum half of the node: the EVM engine's own methods, with the habits of Lotus where clients notice them. */
export class EthMethods {
  readonly #chain: EmbeddedFilecoin;
  readonly #tipsets: Tipsets;
  readonly #clientVersion: string;

  constructor(chain: EmbeddedFilecoin, tipsets: Tipsets, clientVersion: string) {
    this.#chain = chain;
    this.#tipsets = tipsets;
    this.#clientVersion = clientVersion;
  }

  /** Whether a method is of this half. `Filecoin.EthCall` is `eth_call`. */
  static nameOf(method: string): string | undefined {
    if (/^(eth|net|web3)_[a-z]\w*$/i.test(method)) return method;
    const [, group, first, rest] = /^Filecoin\.(Eth|Net|Web3)([A-Z])(\w*)$/.exec(method) ?? [];
    if (group === undefined || first === undefined || rest === undefined) return undefined;
    return `${group.toLowerCase()}_${first.toLowerCase()}${rest}`;
  }

  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (method === "web3_clientVersion") return this.#clientVersion;
    if (method === "eth_maxPriorityFeePerGas") return quantity(GAS_PREMIUM);
    if (method === "eth_gasPrice") return quantity((await this.#baseFee()) + GAS_PREMIUM);
    const asked = await this.#withBlocks(method, params);
    if (method === "eth_getBlockReceipts") return this.#blockReceipts(asked);
    if (method === "eth_getLogs") return this.#logs(asked);
    if (!SENDING.has(method)) return this.#engine(method, asked);
    return this.#chain.exclusively(async () => {
      const hash = await this.#engine(method, asked);
      await this.#chain.nameActorsOf(String(hash));
      return hash;
    });
  }

  /** Turns tags into numbers as Lotus means them, and refuses the future. */
  async #withBlocks(method: string, params: readonly unknown[]): Promise<readonly unknown[]> {
    const at = STATE_BLOCK_AT[method] ?? SHOWN_BLOCK_AT[method];
    if (at === undefined || params[at] === undefined || params[at] === null) return params;
    const block = await this.#blockNumber(params[at]);
    if (block === undefined) return params;
    const readable = method in STATE_BLOCK_AT ? this.#chain.readable(block) : block;
    return params.with(at, quantity(readable));
  }

  async #blockNumber(asked: unknown): Promise<bigint | undefined> {
    const asTag = tag.safeParse(asked);
    if (asTag.success) return this.#tipsets.blockOfTag(asTag.data);
    const asNumber = number.safeParse(asked);
    if (!asNumber.success) return undefined;
    const block = BigInt(asNumber.data);
    if (block > (await this.#chain.epoch())) {
      throw new RpcError(RpcCode.failed, "requested a future epoch (beyond 'latest')");
    }
    return block;
  }

  async #baseFee(): Promise<bigint> {
    const block = await this.#engine("eth_getBlockByNumber", ["latest", false]);
    return BigInt((block as { baseFeePerGas: string }).baseFeePerGas);
  }

  async #blockReceipts(params: readonly unknown[]): Promise<unknown> {
    const block = (await this.#engine("eth_getBlockByNumber", [params[0] ?? "latest", false])) as {
      transactions: readonly string[];
    } | null;
    if (block === null) return null;
    return Promise.all(block.transactions.map((hash) => this.#engine("eth_getTransactionReceipt", [hash])));
  }

  async #logs(params: readonly unknown[]): Promise<unknown> {
    const asked = filter.safeParse(params[0]);
    if (asked.success && !("blockHash" in asked.data)) {
      const latest = await this.#chain.epoch();
      const from = (await this.#blockNumber(asked.data.fromBlock ?? "latest")) ?? latest;
      const to = (await this.#blockNumber(asked.data.toBlock ?? "latest")) ?? latest;
      if (to - from > MAX_LOG_EPOCHS) {
        throw new RpcError(
          RpcCode.failed,
          `invalid epoch range: to and from heights are too far apart (maximum: ${MAX_LOG_EPOCHS})`,
        );
      }
    }
    const logs = (await this.#engine("eth_getLogs", params)) as readonly unknown[];
    if (logs.length > MAX_LOGS) throw new RpcError(RpcCode.failed, `too many results, limit is ${MAX_LOGS}`);
    return logs;
  }

  async #engine(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#chain.provider.request({ method, params });
    } catch (error) {
      throw asRpcError(method, error);
    }
  }
}

const NOT_SUPPORTED = new Set([-32004, -32601]);

function asRpcError(method: string, error: unknown): RpcError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error !== null && typeof error === "object" && "code" in error ? error.code : undefined;
  if (typeof code === "number" && NOT_SUPPORTED.has(code)) return methodNotFound(method);
  const data = revertDataOf(error);
  if (code === RpcCode.reverted && data !== undefined) {
    return new RpcError(RpcCode.reverted, `message execution failed (exit=[33], vm error=[${message}])`, data);
  }
  return new RpcError(code === RpcCode.invalidParams ? code : RpcCode.failed, message);
}

export function methodNotFound(method: string): RpcError {
  return new RpcError(RpcCode.methodNotFound, `method '${method}' not found`);
}
