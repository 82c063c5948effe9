import { Interface, getCreateAddress } from "ethers";
import { artifacts } from "hardhat";

import type { CoinPool, Deployment } from "../../../lib/deployments.ts";
import {
  accessManagerAbi,
  Address,
  type Cid,
  Clock,
  fromBase64,
  fromHex,
  jointMiningPoolAbi,
  type Guarantee,
  type Hex,
  INVOKE_EVM,
  invokeEvmParams,
  invokeEvmReturn,
  type JsonRpcRequest,
  createLotusClient,
  erc20Abi,
  filAuctionAbi,
  type LotusClient,
  MAINNET_GENESIS,
  MethodUnavailableError,
  minerRegistryAbi,
  minerVaultAbi,
  NodeRefusedError,
  parseAddress,
  powerMarketAbi,
  powerNftAbi,
  powerOracleAbi,
  publicNetwork,
  toBase64,
  toHex,
} from "../../../lib/index.ts";
import { runBody, type TaskBody } from "../../../tasks/support/runTask.ts";
import type { CommonArguments, EthTransaction, TaskContext } from "../../../tasks/support/TaskContext.ts";

/** What one run of a task came to, for people. */
export interface TextRun {
  readonly exitCode: number;
  /** Everything that was printed. */
  readonly text: string;
}

/** What one run of a task came to, for programs. */
export interface JsonRun {
  readonly exitCode: number;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly checks: readonly { readonly name: string; readonly result: string; readonly text: string }[];
  readonly tx: Readonly<Record<string, unknown>> | null;
  readonly receipt: Readonly<Record<string, unknown>> | null;
  readonly links: Readonly<Record<string, string>>;
  readonly error?: { readonly message: string; readonly exitCode: number };
}

/** What the sender's next transaction has. */
const FIRST_NONCE = 3;

type Kind = "account" | "multisig" | "storageminer" | "evm" | "ethaccount";
interface Actor {
  readonly kind: Kind;
  readonly robust: Address | undefined;
  readonly state?: unknown;
}
type Reply = (...args: bigint[]) => unknown;

const NO_GUARANTEE: Guarantee = { promised: 0n, remaining: 0n, due: 0n, payableNow: 0n, paid: 0n };

export const NFT = "0x1000000000000000000000000000000000000001" as Hex;
export const REGISTRY = "0x1000000000000000000000000000000000000002" as Hex;
export const VAULT = "0x1000000000000000000000000000000000000003" as Hex;
export const ORACLE = "0x1000000000000000000000000000000000000004" as Hex;
export const MARKET = "0x1000000000000000000000000000000000000005" as Hex;
export const COIN = "0x1000000000000000000000000000000000000006" as Hex;
export const POOL = "0x1000000000000000000000000000000000000007" as Hex;
/** A pool over COIN, and its auction. */
export const COIN_POOL = "0x1000000000000000000000000000000000000008" as Hex;
export const AUCTION = "0x1000000000000000000000000000000000000009" as Hex;
export const MANAGER = "0x100000000000000000000000000000000000000A" as Hex;
export const WFIL = "0x100000000000000000000000000000000000000b" as Hex;
export const HOLDER = "0x2000000000000000000000000000000000000001" as Hex;
export const STRANGER = "0x2000000000000000000000000000000000000002" as Hex;
export const OWNER_KEY = parseAddress("f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq");
export const MULTISIG = parseAddress("f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i");
export const FIL = 10n ** 18n;

const CONTRACTS: Readonly<Record<string, Interface>> = {
  [NFT]: new Interface(powerNftAbi),
  [REGISTRY]: new Interface(minerRegistryAbi),
  [VAULT]: new Interface(minerVaultAbi),
  [ORACLE]: new Interface(powerOracleAbi),
  [MARKET]: new Interface(powerMarketAbi),
  [COIN]: new Interface(erc20Abi),
  [POOL]: new Interface(jointMiningPoolAbi),
  [COIN_POOL]: new Interface(jointMiningPoolAbi),
  [AUCTION]: new Interface(filAuctionAbi),
  [MANAGER]: new Interface(accessManagerAbi),
};
const ALL = new Interface([
  ...new Set(
    [
      ...powerNftAbi,
      ...powerOracleAbi,
      ...powerMarketAbi,
      ...jointMiningPoolAbi,
      ...filAuctionAbi,
      ...accessManagerAbi,
      ...minerVaultAbi,
      ...minerRegistryAbi,
    ].filter((line) => line.startsWith("error")),
  ),
]);

/** One miner f01000 with its owner f0102, a vault f01011, and contracts that answer what a test says. */
export class FakeFilecoin {
  /** Answers of Lotus by method; a test replaces what it is about. */
  readonly lotus: Record<string, (...params: unknown[]) => unknown>;
  readonly actors = new Map<bigint, Actor>([
    [102n, { kind: "account", robust: OWNER_KEY }],
    [103n, { kind: "multisig", robust: MULTISIG, state: { Signers: ["f0102"] } }],
    [777n, { kind: "account", robust: undefined }],
    [1000n, { kind: "storageminer", robust: undefined }],
    [1011n, { kind: "evm", robust: parseAddress(VAULT) }],
    [1020n, { kind: "ethaccount", robust: parseAddress(HOLDER) }],
    [1021n, { kind: "ethaccount", robust: parseAddress(STRANGER) }],
    [1030n, { kind: "evm", robust: parseAddress(NFT) }],
    [1031n, { kind: "evm", robust: parseAddress(COIN) }],
  ]);
  /** Answers of the contracts by method. */
  readonly replies: Record<string, Reply> = {};
  /** Methods that revert, with the error and its values. */
  readonly reverts: Record<string, readonly [string, readonly unknown[]]> = {};
  /** Code whose constructor reverts, with the error and its values. */
  readonly refusedCode: [string, readonly [string, readonly unknown[]]][] = [];
  /** Pools over stablecoins. */
  coinPools: CoinPool[] = [];
  /** Addresses of linked libraries. */
  libraries: Record<string, Hex> = {};
  /** Code of contracts by their addresses in small letters; anything where it is not here. */
  readonly codes: Record<Hex, Hex> = {};
  /** What contracts keep in a slot, for those that keep anything. */
  readonly slots: Record<Hex, Hex> = {};
  /** Where a created contract comes to lie, when it is not where its nonce says. */
  createdAt: Hex | undefined;
  deploymentPath = "deployments/local/local.json";
  /** Events that the next transaction emits. */
  events: readonly { readonly contract: Hex; readonly name: string; readonly args: readonly unknown[] }[] = [];
  /** Events of the past, as `eth_getLogs` gives them. */
  past: readonly {
    readonly epoch: number;
    readonly contract: Hex;
    readonly name: string;
    readonly args: readonly unknown[];
  }[] = [];
  /** What every account holds, attoFIL. */
  balance = 1_000n * FIL;
  /** Keys in the wallet of the node. */
  readonly wallet: Address[] = [];
  accounts: Hex[] = [HOLDER];
  vaultExists = true;
  /** Transactions and messages that were sent. */
  readonly sent: (EthTransaction | { readonly message: Readonly<Record<string, unknown>> })[] = [];
  /** Runs when something is sent, to change what the chain answers afterwards. */
  onSent: () => void = () => {};
  /** Whether another transaction took the nonce of the next one. */
  replaced = false;
  chainId = 31_415_926n;
  lotusName = "local";

  miner = {
    Owner: "f0102",
    Worker: "f0102",
    ControlAddresses: null,
    SectorSize: 34_359_738_368,
    PendingOwnerAddress: null as string | null,
    Beneficiary: "f0102",
    BeneficiaryTerm: { Quota: "0", UsedQuota: "0", Expiration: 0 } as object | null,
    PendingBeneficiaryTerm: null as object | null,
  };
  head = 5_000_000;

  constructor() {
    const cid = { "/": "bafymessage" };
    this.lotus = {
      ChainHead: () => this.#tipset(this.head),
      ChainGetFinalizedTipSet: () => this.#tipset(this.head),
      StateNetworkVersion: () => 28,
      StateActorCodeCIDs: () =>
        Object.fromEntries(
          ["account", "multisig", "storageminer", "evm", "ethaccount"].map((kind) => [kind, { "/": kind }]),
        ),
      StateMinerInfo: (miner) => {
        if (miner !== this.#text(Address.fromId(1000n))) throw refused("actor code is not miner");
        return this.miner;
      },
      StateMinerPower: () => ({
        MinerPower: { RawBytePower: "0", QualityAdjPower: (2n ** 40n).toString() },
        TotalPower: { RawBytePower: "0", QualityAdjPower: "0" },
        HasMinPower: true,
      }),
      StateMinerAvailableBalance: () => (100n * FIL).toString(),
      StateMinerSectorCount: () => ({ Live: 8, Active: 8, Faulty: 0 }),
      StateMinerActiveSectors: () => [1, 2, 3, 4, 5, 6, 7, 8].map((number) => sector(number)),
      StateMinerSectors: (_, runs) => {
        const first = (runs as number[])[0] ?? 0;
        const count = (runs as number[])[1] ?? 0;
        if ((runs as number[]).length > 2 || first < 1 || first + count > 9) throw refused("can't find sector");
        return Array.from({ length: count }, (__, i) => sector(first + i));
      },
      StateSectorGetInfo: (_, number) => (Number(number) >= 1 && Number(number) <= 8 ? sector(Number(number)) : null),
      StateMinerPartitions: (_, deadline) =>
        deadline === 0
          ? [
              {
                AllSectors: [1, 8],
                FaultySectors: [0],
                RecoveringSectors: [0],
                LiveSectors: [1, 8],
                ActiveSectors: [1, 8],
              },
            ]
          : [],
      StateGetActor: (address) => {
        const actor = this.#find(String(address))[1];
        return {
          Code: { "/": actor.kind },
          Head: { "/": "x" },
          Nonce: 7,
          Balance: "0",
          DelegatedAddress: actor.robust?.kind === "evm" ? this.#text(actor.robust) : null,
        };
      },
      StateReadState: (address) => ({
        Balance: "0",
        Code: { "/": "x" },
        State: this.#find(String(address))[1].state ?? {},
      }),
      StateLookupID: (address) => this.#text(Address.fromId(this.#find(String(address))[0])),
      StateAccountKey: (address) => {
        const { kind, robust } = this.#find(String(address))[1];
        if (kind !== "account" || robust === undefined) throw refused("not an account");
        return this.#text(robust);
      },
      StateLookupRobustAddress: (address) => {
        const { robust } = this.#find(String(address))[1];
        if (robust === undefined) throw refused("no robust address");
        return this.#text(robust);
      },
      StateCall: (message) => this.#stateCall(message as Record<string, unknown>),
      WalletHas: (address) => this.wallet.some((key) => this.#text(key) === address),
      GasEstimateMessageGas: () => ({ GasLimit: 6_000_000, GasFeeCap: "101", GasPremium: "100" }),
      MpoolPushMessage: (message) => {
        this.sent.push({ message: message as Record<string, unknown> });
        this.onSent();
        return { CID: cid, Message: { ...(message as object), Nonce: 7 } };
      },
      StateSearchMsg: () => ({
        Message: cid,
        Receipt: { ExitCode: 0, Return: null, GasUsed: 5_000_000 },
        Height: this.head,
      }),
      EthGetTransactionHashByCid: () => `0x${"22".repeat(32)}`,
    };
    Object.assign(this.replies, {
      vaultOf: () => VAULT,
      operator: () => "0x0000000000000000000000000000000000000000",
      minted: () => 0n,
      protocolFeeBps: () => 100n,
      expectedPerDay: (_: bigint, qap: bigint) => (qap * FIL) / 2n ** 40n,
      minerAccount: () => account({}),
      solvency: () => ({ cash: 0n, liabilities: 0n, earned: 0n, covered: 0n, owed: 0n }),
      creditOf: () => 0n,
      guaranteesOf: () => ({ remaining: 0n, due: 0n, covered: 0n, owed: 0n }),
      coverOf: () => ({ amount: 0n, remaining: 0n }),
      lastFrame: () => 1_735n,
      isStale: () => false,
    });
  }

  /** Makes the vault the beneficiary. */
  enrol(): this {
    this.miner.Beneficiary = this.#text(Address.fromId(1011n));
    this.miner.BeneficiaryTerm = { Quota: (10n ** 30n).toString(), UsedQuota: "0", Expiration: 100_000_000 };
    return this;
  }

  /** Makes a public node of it, which leaves methods out. */
  without(...methods: readonly string[]): this {
    for (const method of methods) {
      this.lotus[method] = () => {
        throw new MethodUnavailableError(method);
      };
    }
    return this;
  }

  /** Adds an NFT to the contract. */
  addNft(
    id: bigint,
    owner: Hex,
    values: {
      readonly payable?: bigint;
      readonly unpaid?: bigint;
      readonly weight?: bigint;
      readonly guarantee?: Guarantee;
    } = {},
  ): this {
    const { payable = 0n, unpaid = 0n, weight = 2n ** 39n, guarantee = NO_GUARANTEE } = values;
    const before = { ...this.replies };
    const of =
      (name: string, value: unknown): Reply =>
      (asked: bigint) =>
        asked === id ? value : (before[name] ?? unknownNft)(asked);
    Object.assign(this.replies, {
      minted: () => id,
      ownerOf: of("ownerOf", owner),
      powerOf: of("powerOf", {
        minerId: 1000n,
        nominalPower: 2n ** 39n,
        weight,
        expiry: 6_048_000n,
        spFeeBps: 500n,
        protocolFeeBps: 100n,
        royaltyBps: 0n,
        mintedAt: 4_900_000n,
        attestedAt: weight === 0n ? 0n : 4_900_100n,
        sectorCount: 5n,
      }),
      sectorsOf: of("sectorsOf", [{ start: 1n, count: 5n }]),
      payableOf: of("payableOf", payable),
      unpaidOf: of("unpaidOf", unpaid),
      earnedOf: of("earnedOf", payable + unpaid),
      paidOf: of("paidOf", 0n),
      guaranteeOf: of("guaranteeOf", guarantee),
      attestedWeightsOf: of("attestedWeightsOf", [weight, weight, weight === 0n ? 0n : 1_735n]),
    });
    return this;
  }

  /** Runs a task as a user does. */
  async run<A extends CommonArguments>(body: TaskBody<A>, args: Omit<A, keyof CommonArguments>): Promise<TextRun> {
    const lines: string[] = [];
    const exitCode = await this.#run(body, args, false, lines);
    return { exitCode, text: lines.join("\n") };
  }

  /** Runs a task for a program. */
  async runJson<A extends CommonArguments>(body: TaskBody<A>, args: Omit<A, keyof CommonArguments>): Promise<JsonRun> {
    const out: string[] = [];
    const exitCode = await this.#run(body, args, true, out);
    if (out.length !== 1) throw new Error(`One object was expected, not ${out.length} lines`);
    return { exitCode, ...(JSON.parse(out[0] ?? "{}") as Omit<JsonRun, "exitCode">) };
  }

  #run<A extends CommonArguments>(
    body: TaskBody<A>,
    args: Omit<A, keyof CommonArguments>,
    json: boolean,
    lines: string[],
  ): Promise<number> {
    const print = (line: string): void => void lines.push(line);
    const all = { ...args, deployments: undefined, json } as unknown as A;
    return runBody((report) => Promise.resolve(this.#context(report)), body, all, print, print);
  }

  #context(report: TaskContext["report"]): TaskContext {
    const known = publicNetwork(this.chainId, this.lotusName);
    const prefix = known?.prefix ?? "f";
    const deployment: Deployment = {
      chainId: Number(this.chainId),
      accessManager: MANAGER,
      minerVaultImplementation: REGISTRY,
      minerRegistry: REGISTRY,
      powerNFTRenderer: REGISTRY,
      powerOracle: ORACLE,
      powerNFT: NFT,
      powerMarket: MARKET,
      wrappedFil: WFIL,
      jointMiningPool: POOL,
      coinPools: this.coinPools,
      libraries: this.libraries,
    };
    return {
      network: {
        name: "local",
        chainId: this.chainId,
        public: known,
        prefix,
        clock: known?.clock ?? new Clock(MAINNET_GENESIS),
      },
      report,
      lotus: this.client(prefix),
      eth: this.#eth,
      accounts: () => Promise.resolve(this.accounts),
      sendTransaction: (transaction) => {
        this.sent.push(transaction);
        this.onSent();
        return Promise.resolve(`0x${"11".repeat(32)}` as const);
      },
      compiled: (name) => artifacts.readArtifact(name),
      deploymentPath: this.deploymentPath,
      deployment: () => Promise.resolve(deployment),
      parseAddress: (text) => parseAddress(text, prefix),
      pause: () => Promise.resolve(),
    };
  }

  client(prefix: "f" | "t"): LotusClient {
    return createLotusClient((method, params) => {
      const answer = this.lotus[method.replace("Filecoin.", "")];
      if (answer === undefined) throw new Error(`The fake does not know ${method}`);
      return Promise.resolve().then(() => answer(...params));
    }, prefix);
  }

  readonly #eth: JsonRpcRequest = (method, params) =>
    Promise.resolve().then(() => {
      switch (method) {
        case "eth_call": {
          const { to, data } = params[0] as { to?: Hex; data: Hex };
          return to === undefined ? this.#create(data) : this.#call(to, data);
        }
        case "eth_getBalance":
          return `0x${this.balance.toString(16)}`;
        case "eth_getLogs":
          return this.#logs(params[0] as { address: Hex | readonly Hex[]; fromBlock: Hex; toBlock: Hex });
        case "eth_getCode":
          return params[0] === VAULT && !this.vaultExists
            ? "0x"
            : (this.codes[String(params[0]).toLowerCase() as Hex] ?? "0x01");
        case "eth_getStorageAt":
          return this.slots[params[0] as Hex] ?? `0x${"00".repeat(32)}`;
        case "eth_getTransactionCount":
          return `0x${(FIRST_NONCE + this.#created().length + (this.replaced ? 1 : 0)).toString(16)}`;
        case "eth_getTransactionReceipt":
          return this.#receipt();
        default:
          throw new Error(`The fake does not know ${method}`);
      }
    });

  #logs({ address, fromBlock, toBlock }: { address: Hex | readonly Hex[]; fromBlock: Hex; toBlock: Hex }): unknown {
    // as Lotus says: `eth_*` lags the head by an epoch
    if (Number(fromBlock) >= this.head) throw refused("requested a future epoch (beyond 'latest')");
    return this.past
      .filter(
        ({ contract, epoch }) =>
          [address].flat().includes(contract) && epoch >= Number(fromBlock) && epoch <= Number(toBlock),
      )
      .map(({ contract, name, args, epoch }) => ({
        blockNumber: `0x${epoch.toString(16)}`,
        ...CONTRACTS[contract]?.encodeEventLog(name, args),
      }));
  }

  /** The creations that were sent. */
  #created(): EthTransaction[] {
    return this.sent.filter((tx): tx is EthTransaction => "data" in tx && tx.to === undefined);
  }

  /** What the creation of a contract returns, unless a test says that its constructor reverts. */
  #create(data: Hex): Hex {
    for (const [code, [name, args]] of this.refusedCode) if (data.startsWith(code)) throw reverted(name, args);
    return "0x01";
  }

  #call(to: Hex, data: Hex): Hex {
    const contract = CONTRACTS[to];
    const call = contract?.parseTransaction({ data });
    if (contract === undefined || call == null) throw new Error(`The fake does not know ${to}`);
    const revert = this.reverts[call.name];
    if (revert !== undefined) throw reverted(revert[0], revert[1]);
    const reply = this.replies[call.name];
    if (reply !== undefined) {
      const several = call.fragment.outputs.length > 1;
      const value = reply(...(call.args.toArray() as bigint[]));
      return contract.encodeFunctionResult(call.name, several ? (value as unknown[]) : [value]) as Hex;
    }
    const outputs = call.fragment.outputs.map(({ type }) => (type === "bool" ? true : type === "address" ? VAULT : 0n));
    return contract.encodeFunctionResult(call.name, outputs) as Hex;
  }

  #stateCall(message: Record<string, unknown>): unknown {
    const receipt = (exitCode: number, bytes: Uint8Array): unknown => ({
      MsgRct: { ExitCode: exitCode, Return: toBase64(bytes), GasUsed: 1 },
      Error: "",
    });
    // An empty vesting table, and a miner that takes any proposal.
    if (message.Method !== INVOKE_EVM) return receipt(0, fromHex("0x8180"));
    const to = parseAddress(String(message.To)).toEvm() ?? "0x";
    const data = toHex(invokeEvmReturn(fromBase64(String(message.Params))));
    try {
      return receipt(0, invokeEvmParams(fromHex(this.#call(to, data))));
    } catch (error) {
      if (!(error instanceof NodeRefusedError)) throw error;
      return receipt(33, invokeEvmParams(fromHex(String(error.data))));
    }
  }

  #receipt(): unknown {
    if (this.replaced) return null;
    const logs = this.events.map(({ contract, name, args }) => ({
      address: contract,
      ...CONTRACTS[contract]?.encodeEventLog(name, args),
    }));
    const last = this.#created().at(-1);
    const contractAddress =
      last === undefined ? null : (this.createdAt ?? getCreateAddress({ from: last.from, nonce: last.nonce }));
    return { status: "0x1", blockNumber: `0x${this.head.toString(16)}`, gasUsed: "0x989680", contractAddress, logs };
  }

  #find(text: string): [bigint, Actor] {
    const address = parseAddress(text);
    for (const [id, actor] of this.actors) {
      if ((address.kind === "id" && address.id === id) || actor.robust?.equals(address) === true) return [id, actor];
    }
    throw refused("actor not found");
  }

  #text(address: Address): string {
    return address.toString(publicNetwork(this.chainId, this.lotusName)?.prefix ?? "f");
  }

  #tipset(height: number): unknown {
    const cid: Cid = { "/": "bafy" };
    const block = { Miner: "f01000", Timestamp: 0, ParentStateRoot: cid, ParentBaseFee: "100" };
    return { Cids: [cid], Blocks: [block], Height: height };
  }
}

/** Everything that can be said of a miner's account, with what a test is about. */
export function account(values: Readonly<Record<string, bigint>>): Readonly<Record<string, bigint>> {
  return {
    lastSync: 4_999_000n,
    pairEpoch: 0n,
    syncDeadline: 5_400_000n,
    qap: 2n ** 40n,
    weight: 2n ** 39n,
    living: 0n,
    earned: 0n,
    covered: 0n,
    owed: 0n,
    arrears: 0n,
    rewards: 0n,
    nominalPower: 2n ** 39n,
    ...values,
  };
}

/** A 32 GiB sector without deals. */
export function sector(number: number, expiration = 6_100_000): object {
  return {
    SectorNumber: number,
    Activation: 4_000_000,
    Expiration: expiration,
    VerifiedDealWeight: "0",
    InitialPledge: "1",
    PowerBaseEpoch: 4_000_000,
  };
}

function reverted(name: string, args: readonly unknown[]): NodeRefusedError {
  const data = ALL.encodeErrorResult(name, args);
  return new NodeRefusedError("eth_call", { code: 3, message: "execution reverted", data });
}

function refused(message: string): NodeRefusedError {
  return new NodeRefusedError("Filecoin", { code: 1, message });
}

const unknownNft: Reply = (id: bigint) => {
  throw reverted("UnknownNFT", [id]);
};
