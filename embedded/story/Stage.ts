import { type Interface, JsonRpcProvider, Network } from "ethers";

import {
  Address,
  Clock,
  EPOCHS_PER_DAY,
  FatalError,
  type Hex,
  INVOKE_EVM,
  type JsonRpcRequest,
  type LotusClient,
  PoolReader,
  PowerNftReader,
  createLotusClient,
  createTransport,
  epochRanges,
  formatAddress,
  fromHex,
  invokeEvmParams,
} from "../../lib/index.ts";
import type { ProtocolAddresses } from "../../lib/protocol/deploy.ts";
import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { MINER } from "../chain/genesis.ts";
import type { Printer } from "../print/Printer.ts";
import type { HttpServer } from "../rpc/HttpServer.ts";
import { type Cast, type Person, gather } from "./people.ts";

const CHAIN_ID = 31_415_926;
const POLL_MS = 20;
/** What an Ethereum transaction offers, attoFIL for a unit of gas, and a limit that saves estimating it. */
const GAS = { maxFeePerGas: 10_000_000n, maxPriorityFeePerGas: 200_000n, gasLimit: 200_000_000n };

const CONTRACTS = {
  powerNFT: "PowerNFT",
  vault: "MinerVault",
  registry: "MinerRegistry",
  accessManager: "PowerAccessManager",
  oracle: "PowerOracle",
  market: "PowerMarket",
  pool: "JointMiningPool",
} as const;
export type ContractName = keyof typeof CONTRACTS;
type Interfaces = Readonly<Record<ContractName, Interface>>;

/** What a message did on chain. */
export interface Done {
  readonly epoch: bigint;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** A call that the contracts refused, by the name of their error. */
export class RefusedByContract extends Error {
  override readonly name = "RefusedByContract";
  readonly error: string;
  readonly args: readonly unknown[];

  constructor(what: string, error: string, args: readonly unknown[]) {
    super(`${what} was refused: ${error}(${args.map(String).join(", ")})`);
    this.error = error;
    this.args = args;
  }
}

/** What the acts share: the node, as any client sees it over its RPC; the people; the contracts; the printer. */
export class Stage {
  readonly print: Printer;
  readonly lotus: LotusClient;
  readonly request: JsonRpcRequest;
  readonly provider: JsonRpcProvider;
  readonly cast: Cast;
  readonly clock: Clock;
  /** Only for what happens to a miner's machines: faults and their penalties. */
  readonly machines: EmbeddedFilecoin;
  readonly miner = Address.fromId(MINER.id);
  /** The epoch at which day 0 of the story begins. */
  dayZero = 0n;
  /** The last frame that was reported on. */
  lastFrame = 0;
  readonly #gas = new Map<Person, bigint>();
  readonly #advanceUrl: string;
  readonly #interfaces: Interfaces;
  #protocol: ProtocolAddresses | undefined;
  #vault: Hex | undefined;

  private constructor(
    server: HttpServer,
    machines: EmbeddedFilecoin,
    print: Printer,
    node: { request: JsonRpcRequest; lotus: LotusClient; provider: JsonRpcProvider; cast: Cast; clock: Clock },
    interfaces: Interfaces,
  ) {
    this.#interfaces = interfaces;
    this.print = print;
    this.machines = machines;
    this.#advanceUrl = server.advanceUrl;
    this.request = node.request;
    this.lotus = node.lotus;
    this.provider = node.provider;
    this.cast = node.cast;
    this.clock = node.clock;
  }

  static async set(server: HttpServer, machines: EmbeddedFilecoin, print: Printer): Promise<Stage> {
    const request = createTransport({ url: server.rpcUrl });
    const lotus = createLotusClient(request);
    const provider = new JsonRpcProvider(server.rpcUrl, CHAIN_ID, {
      staticNetwork: Network.from(CHAIN_ID),
      cacheTimeout: -1,
      pollingInterval: POLL_MS,
    });
    const cast = await gather(provider, async (address) => (await lotus.stateLookupID(address)).id);
    const head = await lotus.chainHead();
    const clock = Clock.fromBlock(head.Height, head.Blocks[0]?.Timestamp ?? 0n);
    const interfaces = await Promise.all(
      Object.entries(CONTRACTS).map(async ([name, contract]) => [name, await machines.interfaceOf(contract)] as const),
    );
    const node = { request, lotus, provider, cast, clock };
    return new Stage(server, machines, print, node, Object.fromEntries(interfaces) as Interfaces);
  }

  close(): void {
    this.provider.destroy();
  }

  // THE CONTRACTS

  set protocol(addresses: ProtocolAddresses) {
    this.#protocol = addresses;
  }

  get protocol(): ProtocolAddresses {
    if (this.#protocol === undefined) throw new FatalError("The contracts are not deployed yet.");
    return this.#protocol;
  }

  set vault(address: Hex) {
    this.#vault = address;
  }

  get vault(): Hex {
    if (this.#vault === undefined) throw new FatalError("The vault is not created yet.");
    return this.#vault;
  }

  get nft(): PowerNftReader {
    return new PowerNftReader(this.request, this.protocol.powerNFT as Hex);
  }

  get pool(): PoolReader {
    return new PoolReader(this.request, this.addressOf("pool"));
  }

  addressOf(contract: ContractName): Hex {
    if (contract === "vault") return this.vault;
    if (contract === "oracle") return this.protocol.powerOracle as Hex;
    if (contract === "market") return this.protocol.powerMarket as Hex;
    if (contract === "pool") return this.protocol.jointMiningPool as Hex;
    if (contract === "registry") return this.protocol.minerRegistry as Hex;
    return this.protocol[contract] as Hex;
  }

  calldata(contract: ContractName, method: string, args: readonly unknown[]): string {
    return this.#interfaces[contract].encodeFunctionData(method, args);
  }

  // MESSAGES

  /**
   * Sends a call to a contract and waits for it: an Ethereum transaction, or a native message of an f1 or f3 account.
   *
   * @throws {RefusedByContract} when the contract would refuse it; nothing is sent then.
   */
  async send(who: Person, contract: ContractName, method: string, args: readonly unknown[]): Promise<Done> {
    const data = this.calldata(contract, method, args);
    return this.sendData(who, this.addressOf(contract), data, `${contract}.${method}`);
  }

  async sendData(who: Person, to: Hex, data: string, what: string, value = 0n): Promise<Done> {
    const refused = await this.#tryOut(who, to, data, what, value);
    if (refused !== undefined) throw refused;
    if (who.wallet === undefined) return this.#sendNatively(who, to, data, value);
    const sent = await who.wallet.sendTransaction({ to, data, value, ...GAS });
    const receipt = await sent.wait();
    if (receipt?.status !== 1) throw new FatalError(`${what} was included but failed.`);
    this.#gas.set(who, this.gasOf(who) + receipt.gasUsed * receipt.gasPrice);
    return { epoch: BigInt(receipt.blockNumber), logs: receipt.logs };
  }

  /**
   * Tries a call that the contracts should refuse; nothing is sent.
   *
   * @throws {FatalError} when they would not.
   */
  async refusalOf(
    who: Person,
    contract: ContractName,
    method: string,
    args: readonly unknown[],
  ): Promise<RefusedByContract> {
    const what = `${contract}.${method}`;
    const refused = await this.#tryOut(who, this.addressOf(contract), this.calldata(contract, method, args), what, 0n);
    if (refused === undefined) throw new FatalError(`${what} should have been refused.`);
    return refused;
  }

  async #tryOut(
    who: Person,
    to: Hex,
    data: string,
    what: string,
    value: bigint,
  ): Promise<RefusedByContract | undefined> {
    try {
      await this.request("eth_call", [{ from: who.evm, to, data, value: `0x${value.toString(16)}` }, "latest"]);
      return undefined;
    } catch (error) {
      return this.#refusal(what, error);
    }
  }

  async #sendNatively(who: Person, to: Hex, data: string, value: bigint): Promise<Done> {
    const done = await this.native(
      who,
      Address.fromEvmBytes(fromHex(to)),
      INVOKE_EVM,
      invokeEvmParams(fromHex(data)),
      value,
    );
    const at = `0x${done.toString(16)}`;
    const logs = (await this.request("eth_getLogs", [{ fromBlock: at, toBlock: at }])) as Done["logs"];
    return { epoch: done, logs };
  }

  /** A native message of an account in the node's wallet; the epoch that it was carried out in. */
  async native(who: Person, to: Address, method: number, params: Uint8Array, value = 0n): Promise<bigint> {
    const { CID } = await this.lotus.mpoolPushMessage({ from: who.robust, to, value, method, params });
    const { Receipt, Height } = await this.lotus.stateWaitMsg(CID, 0);
    if (Receipt.ExitCode !== 0n) {
      throw new FatalError(`Method ${method} of ${to.toString()} failed with exit code ${Receipt.ExitCode}.`);
    }
    return Height - 1n;
  }

  /** An event of a contract among what a message did. */
  event(done: Done, contract: ContractName, name: string): Readonly<Record<string, unknown>> | undefined {
    const address = this.addressOf(contract).toLowerCase();
    for (const log of done.logs) {
      if (log.address.toLowerCase() !== address) continue;
      const parsed = this.#interfaces[contract].parseLog(log);
      if (parsed?.name === name) return parsed.args.toObject();
    }
    return undefined;
  }

  /** All events of a contract in a stretch of the chain, asked for in pieces that a node gives at once. */
  async events(
    contract: ContractName,
    from: bigint,
    to: bigint,
  ): Promise<{ name: string; args: Record<string, unknown> }[]> {
    const found: { name: string; args: Record<string, unknown> }[] = [];
    for (const range of epochRanges({ from, to }, EPOCHS_PER_DAY)) {
      const filter = {
        address: this.addressOf(contract),
        fromBlock: `0x${range.from.toString(16)}`,
        toBlock: `0x${range.to.toString(16)}`,
      };
      const logs = (await this.request("eth_getLogs", [filter])) as Done["logs"];
      for (const log of logs) {
        const parsed = this.#interfaces[contract].parseLog(log);
        if (parsed !== null) found.push({ name: parsed.name, args: parsed.args.toObject() });
      }
    }
    return found;
  }

  /** What somebody paid for gas so far, attoFIL. */
  gasOf(who: Person): bigint {
    return this.#gas.get(who) ?? 0n;
  }

  async balanceOf(who: Person | Hex): Promise<bigint> {
    return this.provider.getBalance(typeof who === "string" ? who : who.evm);
  }

  // TIME

  async epoch(): Promise<bigint> {
    return BigInt((await this.request("eth_blockNumber", [])) as string);
  }

  /** Moves the chain on to an epoch; nothing happens when it has passed. */
  async advanceTo(epoch: bigint): Promise<void> {
    const missing = epoch - (await this.epoch());
    if (missing <= 0n) return;
    const response = await fetch(`${this.#advanceUrl}?epochs=${missing}`);
    if (!response.ok) throw new FatalError(`The chain did not move on: ${await response.text()}`);
  }

  /** The first epoch of a day of the story. */
  dayStart(day: number): bigint {
    return this.dayZero + BigInt(day) * EPOCHS_PER_DAY;
  }

  // WORDS

  /** Both forms of an Ethereum address: `f0... · f410... · 0x...`. */
  async forms(evm: Hex): Promise<string> {
    const robust = Address.fromEvmBytes(fromHex(evm));
    return formatAddress({ id: await this.lotus.stateLookupID(robust), robust });
  }

  /** The contracts' own words for a refusal; any other failure is thrown on. */
  #refusal(what: string, error: unknown): RefusedByContract {
    const data = error !== null && typeof error === "object" && "data" in error ? error.data : undefined;
    if (typeof data === "string") {
      for (const abi of Object.values(this.#interfaces)) {
        const parsed = abi.parseError(data);
        if (parsed !== null) return new RefusedByContract(what, parsed.name, parsed.args);
      }
    }
    throw error;
  }
}
