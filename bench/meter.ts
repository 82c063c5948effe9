/** What the parts of `bench/gas.ts` share: transactions whose gas becomes a row. */
import type { Contract, ContractTransactionReceipt, Wallet } from "ethers";

import type { Network } from "../test/lotus/network.ts";
import { type Protocol, sendTo } from "../test/lotus/protocol.ts";

/** What the measurement of a part needs of the whole. */
export interface Bench {
  readonly network: Network;
  readonly protocol: Protocol;
  /** Holds the NFTs, and calls `protocol`. */
  readonly seller: Wallet;
  /** Makes something payable for every NFT. */
  readonly earn: () => Promise<unknown>;
  /** Says where the gas of a transaction went, if that was asked for. */
  readonly tell: (label: string, receipt: ContractTransactionReceipt) => Promise<void>;
  readonly add: (operation: string, gas: bigint, floor: number | null, goal: number | null) => void;
}

export interface Meter {
  /** Sends a transaction; its gas. */
  readonly gasOf: (contract: Contract, name: string, args: readonly unknown[], value?: bigint) => Promise<bigint>;
  /** Adds a row. @returns its gas. */
  readonly row: (operation: string, goal: number | null, gas: Promise<bigint>) => Promise<bigint>;
}

/** No estimation: what is sent is what is measured. */
const GAS_LIMIT = 6_000_000_000n;

export function meterOf({ tell, add }: Pick<Bench, "tell" | "add">): Meter {
  return {
    gasOf: async (contract, name, args, value = 0n) => {
      const receipt = await sendTo(contract, name, ...args, { gasLimit: GAS_LIMIT, value });
      await tell(name, receipt);
      return receipt.gasUsed;
    },
    row: async (operation, goal, gas) => {
      const used = await gas;
      add(operation, used, null, goal);
      return used;
    },
  };
}
