import { Interface, getAddress } from "ethers";

import { type Hex, minerRegistryAbi, minerVaultAbi, powerNftAbi, powerOracleAbi } from "../../../lib/index.ts";
import { plain } from "../../../lib/protocol/ethCall.ts";
import type { RawLog } from "./logs.ts";

/** The contracts whose events are kept. A further one is a line here and its columns in `store/projections.ts`. */
const INTERFACES = {
  PowerNFT: new Interface(powerNftAbi),
  MinerRegistry: new Interface(minerRegistryAbi),
  PowerOracle: new Interface(powerOracleAbi),
  MinerVault: new Interface(minerVaultAbi),
} as const;

export type ContractName = keyof typeof INTERFACES;
export const CONTRACT_NAMES = Object.keys(INTERFACES) as ContractName[];

/** The contracts that there is one of; vaults are found by the registry's events. */
export interface IndexedContracts {
  readonly powerNFT: Hex;
  readonly minerRegistry: Hex;
  readonly powerOracle: Hex;
}

/** The name of an event that the contract's interface does not have; its arguments are `topics` and `data`. */
export const UNKNOWN = "Unknown";

/** An event as it is kept. Integers are bigints, addresses 0x with checksum, structs objects. */
export interface ChainEvent {
  readonly epoch: bigint;
  /** Of the transaction in its epoch. */
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly transaction: Hex;
  readonly contract: ContractName;
  readonly address: Hex;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Every address among the arguments, without the zero address. */
  readonly accounts: readonly Hex[];
}

const ZERO_ADDRESS = `0x${"00".repeat(20)}`;

export function decodeEvent(contract: ContractName, log: RawLog): ChainEvent {
  const place = {
    epoch: log.blockNumber,
    transactionIndex: log.transactionIndex,
    logIndex: log.logIndex,
    transaction: log.transactionHash,
    contract,
    address: getAddress(log.address) as Hex,
  };
  const event = INTERFACES[contract].parseLog(log);
  if (event === null) return { ...place, name: UNKNOWN, args: { topics: log.topics, data: log.data }, accounts: [] };
  const { inputs } = event.fragment;
  const values = inputs.map((input, index) => plain(event.args[index], input));
  const accounts = inputs.flatMap(({ type }, index) => (/^address(\[\])?$/.test(type) ? [values[index]].flat() : []));
  return {
    ...place,
    name: event.name,
    args: Object.fromEntries(inputs.map(({ name }, index) => [name, values[index]])),
    accounts: [...new Set(accounts as Hex[])].filter((account) => account !== ZERO_ADDRESS),
  };
}
