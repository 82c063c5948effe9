import type { Deployment } from "../../lib/deployments.ts";
import type {
  Address,
  Clock,
  Hex,
  JsonRpcRequest,
  LotusClient,
  NetworkPrefix,
  PublicNetwork,
} from "../../lib/index.ts";
import type { CompiledContract } from "../../lib/protocol/link.ts";
import type { Report } from "./Report.ts";

/** What every task can be told. */
export interface CommonArguments {
  /** Print one object instead of lines. */
  readonly json: boolean;
  /** Another file of contract addresses. */
  readonly deployments: string | undefined;
}

/** What every task that sends something can be told. */
export interface SendingArguments extends CommonArguments {
  /** Send; without it the plan is printed and simulated. */
  readonly reallyDoIt: boolean;
  /** `send`; `lotus` prints the command of the Lotus tools instead, `safe` a batch for a Safe. */
  readonly output: string;
  /** Who sends: an account of the configuration, or an address whose key the Lotus node holds. */
  readonly from: string | undefined;
}

/** A transaction to a contract, or one that creates it. */
export interface EthTransaction {
  readonly from: Hex;
  /** Undefined: `data` creates a contract. */
  readonly to: Hex | undefined;
  readonly data: Hex;
  /** FIL sent along, attoFIL. */
  readonly value: bigint;
  readonly nonce: number;
}

/** Where tasks act: one network, through one node. */
export interface Network {
  /** Its name in the Hardhat configuration. */
  readonly name: string;
  readonly chainId: bigint;
  /** Where it is known to everybody; undefined for a local one. */
  readonly public: PublicNetwork | undefined;
  readonly prefix: NetworkPrefix;
  readonly clock: Clock;
}

/** Everything that a task works with. Tests put doubles in its place. */
export interface TaskContext {
  readonly network: Network;
  readonly report: Report;
  readonly lotus: LotusClient;
  /** Asks the node for `eth_*`. */
  readonly eth: JsonRpcRequest;
  /** The Ethereum accounts that can sign here. */
  readonly accounts: () => Promise<readonly Hex[]>;
  /** Signs with one of `accounts` and sends. */
  readonly sendTransaction: (transaction: EthTransaction) => Promise<Hex>;
  /** A contract as it is deployed: compiled for production. */
  readonly compiled: (name: string) => Promise<CompiledContract>;
  /** Where the contracts' addresses are, or will be, written. */
  readonly deploymentPath: string;
  /** The contracts' addresses; refused where nothing is deployed. */
  readonly deployment: () => Promise<Deployment>;
  /** Reads an address typed by the user. */
  readonly parseAddress: (text: string) => Address;
  readonly pause: (milliseconds: number) => Promise<void>;
}
