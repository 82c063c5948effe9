import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { FEES, FINALITY, FakeChain, NodeError, quantity } from "./FakeChain.ts";

type Params = readonly never[];
type Method = (...params: Params) => unknown;

/** What a test makes of a request: an answer of its own, or `undefined` for the usual one. */
export type Spoil = (method: string, params: readonly unknown[]) => Spoilt | undefined | Promise<undefined>;

/** An answer as a node in trouble gives it. */
export type Spoilt =
  | { readonly kind: "body"; readonly text: string; readonly status?: number }
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "hang" }
  | { readonly kind: "cut"; readonly text: string };

/** A Lotus node on loopback over a chain in memory. */
export class FakeNode {
  readonly chain: FakeChain;
  /** Set to spoil answers. */
  spoil: Spoil = () => undefined;
  /** Every method that was asked for, in order. */
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(chain = new FakeChain()) {
    this.chain = chain;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rpc/v1`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    request.setEncoding("utf8");
    for await (const part of request) body += part as string;
    const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: never[] };
    this.asked.push(method);
    const spoilt = await this.spoil(method, params);
    if (spoilt?.kind === "hang") return;
    if (spoilt?.kind === "cut") {
      response.writeHead(200, { "content-length": spoilt.text.length + 100 });
      response.write(spoilt.text, () => response.destroy());
      return;
    }
    if (spoilt?.kind === "body") {
      response.writeHead(spoilt.status ?? 200).end(spoilt.text);
      return;
    }
    const answer = spoilt === undefined ? this.#answer(method, params) : { result: spoilt.result };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
  }

  #answer(method: string, params: Params): object {
    const run = this.#methods[method];
    if (run === undefined) return { error: { code: -32601, message: `method '${method}' not found` } };
    try {
      return { result: run(...params) };
    } catch (error) {
      if (error instanceof NodeError) return { error: { code: error.code, message: error.message, data: error.data } };
      throw error;
    }
  }

  readonly #methods: Readonly<Record<string, Method>> = {
    "Filecoin.ChainHead": () => this.chain.tipset(this.chain.before(this.chain.head)),
    "Filecoin.ChainGetFinalizedTipSet": () => this.chain.tipset(this.chain.before(this.chain.head - FINALITY)),
    "Filecoin.ChainGetTipSetByHeight": (epoch: number) => this.chain.tipset(this.chain.before(BigInt(epoch))),
    "Filecoin.ChainGetTipSetAfterHeight": (epoch: number) => this.chain.tipset(this.chain.after(BigInt(epoch))),
    "Filecoin.StateNetworkName": () => "fake",
    "Filecoin.Version": () => ({ Version: "1.36.2+fake" }),
    "Filecoin.StateMinerInfo": (miner: string) => this.#minerInfo(BigInt(miner.slice(2))),
    "Filecoin.StateMinerAvailableBalance": (miner: string) =>
      String(this.chain.vaults.get(BigInt(miner.slice(2)))?.cash ?? 0n),
    eth_chainId: () => quantity(this.chain.chainId),
    eth_blockNumber: () => quantity(this.chain.head),
    eth_call: (call: { from?: string; to: string; data: string }, block: string) =>
      this.chain.call(call, this.#epoch(block)),
    eth_estimateGas: (call: { from?: string; to: string; data: string }) => {
      this.chain.call(call);
      return quantity(FEES.gas);
    },
    eth_getCode: () => "0x60",
    eth_getBalance: (address: string) => quantity(this.chain.balances.get(address.toLowerCase()) ?? 0n),
    eth_getTransactionCount: (address: string, block: string) =>
      quantity(
        block === "pending" ? this.chain.pendingNonce(address) : this.chain.nonceAt(address, this.#epoch(block)),
      ),
    eth_getBlockByNumber: () => ({ baseFeePerGas: quantity(FEES.baseFee) }),
    eth_maxPriorityFeePerGas: () => quantity(FEES.priorityFee),
    eth_sendRawTransaction: (raw: string) => this.chain.send(raw),
    eth_getTransactionReceipt: (hash: string) => this.chain.receipts.get(hash) ?? null,
    eth_getTransactionByHash: (hash: string) => {
      const waiting = this.chain.pool.get(hash);
      if (waiting === undefined) return this.chain.receipts.get(hash) ?? null;
      return { hash, nonce: quantity(BigInt(waiting.nonce)), input: waiting.data };
    },
    /** For processes of a test: lets time pass. */
    test_mine: (epochs: number) => {
      this.chain.mine(BigInt(epochs));
      return null;
    },
    eth_getLogs: (filter: LogFilter) => this.#logs(filter),
  };

  #epoch(block: string): bigint {
    return block === "latest" ? this.chain.head : BigInt(block);
  }

  #minerInfo(minerId: bigint): object {
    const vault = this.chain.vaults.get(minerId);
    if (vault?.gone === true) throw new NodeError("failed to load miner actor: actor not found");
    const pending = {
      NewBeneficiary: "f01011",
      NewQuota: "1",
      NewExpiration: 1,
      ApprovedByBeneficiary: true,
      ApprovedByNominee: vault?.approved ?? false,
    };
    return {
      Owner: "f0102",
      Worker: "f0102",
      ControlAddresses: null,
      SectorSize: 34_359_738_368,
      PendingOwnerAddress: null,
      Beneficiary: "f0102",
      BeneficiaryTerm: null,
      PendingBeneficiaryTerm: vault?.proposed === true ? pending : null,
    };
  }

  #logs({ address, topics, fromBlock, toBlock }: LogFilter): object[] {
    const [events, ...others] = topics;
    const contracts = address.map((contract) => contract.toLowerCase());
    const [from, to] = [BigInt(fromBlock), BigInt(toBlock)];
    if (to - from >= 2_880n) throw new NodeError("block range exceeds maximum of 2880");
    return this.chain.events
      .filter((event) => contracts.includes(event.address.toLowerCase()) && event.epoch >= from && event.epoch <= to)
      .filter((event) => events.includes(event.topics[0] as string))
      .filter((event) => others.every((topic, at) => topic === null || topic === event.topics[at + 1]))
      .map((event, at) => ({
        address: event.address,
        topics: event.topics,
        data: event.data,
        blockNumber: quantity(event.epoch),
        transactionHash: event.hash,
        transactionIndex: "0x0",
        logIndex: quantity(BigInt(at)),
        removed: false,
      }));
  }
}

interface LogFilter {
  readonly address: readonly string[];
  readonly topics: readonly [readonly string[], ...(string | null)[]];
  readonly fromBlock: string;
  readonly toBlock: string;
}
