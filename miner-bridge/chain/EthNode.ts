import { z } from "zod";

import { type Hex, type JsonRpcRequest, BadAnswerError, NodeRefusedError } from "../../lib/index.ts";

const hex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform((text) => text as Hex);
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);
const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform(BigInt);
const log = z.object({
  address: hex,
  topics: z.array(hash),
  data: hex,
  blockNumber: quantity,
  transactionHash: hash,
  transactionIndex: quantity,
  logIndex: quantity,
  removed: z.boolean().default(false),
});
const receipt = z.object({ blockNumber: quantity, status: quantity, gasUsed: quantity, effectiveGasPrice: quantity });
const transaction = z.object({ hash, nonce: quantity, input: hex });
const block = z.object({ baseFeePerGas: quantity });

export type EthLog = z.output<typeof log>;
export type EthReceipt = z.output<typeof receipt>;
export type EthTransaction = z.output<typeof transaction>;

/** A block by its epoch, or by how sure it is. */
export type BlockTag = bigint | "latest" | "pending";

export interface EthCall {
  readonly from?: Hex | undefined;
  readonly to: Hex;
  readonly data: Hex;
}

export interface LogFilter {
  readonly address: readonly Hex[];
  /** The first topic: any of these events. */
  readonly events: readonly Hex[];
  /** Further topics; null: any. */
  readonly topics?: readonly (Hex | null)[];
  /** Inclusive, and so is `to`. */
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * What the bridge asks the Ethereum half of a node for. Every answer was validated; failures are those of the transport.
 * Lotus' `latest` is one epoch behind its head.
 */
export class EthNode {
  readonly #request: JsonRpcRequest;

  constructor(request: JsonRpcRequest) {
    this.#request = request;
  }

  chainId(): Promise<bigint> {
    return this.#ask(quantity, "eth_chainId");
  }

  blockNumber(): Promise<bigint> {
    return this.#ask(quantity, "eth_blockNumber");
  }

  /** @throws {NodeRefusedError} with the contract's revert. */
  call(call: EthCall, at: BlockTag = "latest"): Promise<Hex> {
    return this.#ask(hex, "eth_call", call, tag(at));
  }

  /** @throws {NodeRefusedError} with the contract's revert. */
  estimateGas(call: EthCall): Promise<bigint> {
    return this.#ask(quantity, "eth_estimateGas", call);
  }

  code(address: Hex): Promise<Hex> {
    return this.#ask(hex, "eth_getCode", address, "latest");
  }

  balance(address: Hex): Promise<bigint> {
    return this.#ask(quantity, "eth_getBalance", address, "latest");
  }

  /** The next nonce in a state; with `pending`, after what waits in the node's pool. */
  nonce(address: Hex, at: BlockTag): Promise<bigint> {
    return this.#ask(quantity, "eth_getTransactionCount", address, tag(at));
  }

  async baseFee(): Promise<bigint> {
    return (await this.#ask(block, "eth_getBlockByNumber", "latest", false)).baseFeePerGas;
  }

  priorityFee(): Promise<bigint> {
    return this.#ask(quantity, "eth_maxPriorityFeePerGas");
  }

  receipt(transactionHash: Hex): Promise<EthReceipt | null> {
    return this.#ask(receipt.nullable(), "eth_getTransactionReceipt", transactionHash);
  }

  /** Also one that waits in the pool; null for a replaced one. */
  transaction(transactionHash: Hex): Promise<EthTransaction | null> {
    return this.#ask(transaction.nullable(), "eth_getTransactionByHash", transactionHash);
  }

  sendRaw(raw: Hex): Promise<Hex> {
    return this.#ask(hash, "eth_sendRawTransaction", raw);
  }

  /**
   * Events of a range, in the order of the chain. Where the node says that there are too many, halves are asked for.
   *
   * @throws {NodeRefusedError} when the node refuses even a single epoch.
   */
  async logs(filter: LogFilter): Promise<EthLog[]> {
    const { address, events, topics = [], from, to } = filter;
    try {
      const found = await this.#ask(z.array(log).nullable(), "eth_getLogs", {
        address,
        topics: [events, ...topics],
        fromBlock: tag(from),
        toBlock: tag(to),
      });
      return inOrder(found ?? [], filter);
    } catch (error) {
      if (!(error instanceof NodeRefusedError) || from === to) throw error;
      const middle = (from + to) / 2n;
      const first = await this.logs({ ...filter, to: middle });
      return [...first, ...(await this.logs({ ...filter, from: middle + 1n }))];
    }
  }

  async #ask<T extends z.ZodType>(schema: T, method: string, ...params: unknown[]): Promise<z.output<T>> {
    const parsed = schema.safeParse(await this.#request(method, params));
    if (parsed.success) return parsed.data;
    throw new BadAnswerError(
      `The node's answer to ${method} is not what Lotus answers: check the URL and the version.`,
      {
        details: z.prettifyError(parsed.error),
      },
    );
  }
}

/** A node that answers with events of other contracts, events or epochs than were asked for is not believed. */
function inOrder(found: readonly EthLog[], { address, events, from, to }: LogFilter): EthLog[] {
  const contracts = new Set(address.map((contract) => contract.toLowerCase()));
  for (const { address: contract, topics, blockNumber, removed } of found) {
    const asked = contracts.has(contract.toLowerCase()) && topics[0] !== undefined && events.includes(topics[0]);
    if (!asked || removed || blockNumber < from || blockNumber > to) {
      throw new BadAnswerError(
        "The node answers eth_getLogs with other events than it was asked for: use another node.",
        {
          details: `${contract} in epoch ${blockNumber}, asked for ${from} to ${to}`,
        },
      );
    }
  }
  return [...found].sort((a, b) => Number(a.blockNumber - b.blockNumber) || Number(a.logIndex - b.logIndex));
}

function tag(at: BlockTag): string {
  return typeof at === "bigint" ? `0x${at.toString(16)}` : at;
}
