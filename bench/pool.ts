/** FVM gas of a joint mining pool's operations: part of `bench/gas.ts`. */
import { Contract, type ContractTransactionReceipt, Wallet } from "ethers";

import { FIL } from "../test/lotus/lotus.ts";
import type { Network } from "../test/lotus/network.ts";
import { type Protocol, artifact, sendTo } from "../test/lotus/protocol.ts";

const IN_FIL = "0x0000000000000000000000000000000000000000";
/** The least of a deposit; several of them pay for a machine at any policy. */
const DEPOSIT = FIL;
/** What a machine costs: little, for a young network hardly expects any income. */
const PRICE = 1_000n;
/** How long the listing stands, epochs. */
const TERM = 10_000n;
/** People who have joined. From SOME on the root of the pool's state is full, and costs the same to write. */
const SOME = 200;
const MANY = 1_000;
/** Messages of one account in a block. */
const BATCH = 20;
/** No estimation: what is sent is what is measured. */
const GAS_LIMIT = 6_000_000_000n;
const SMALL_GAS_LIMIT = 200_000_000n;

/** What the measurement of the pool needs of the whole. */
export interface PoolBench {
  readonly network: Network;
  readonly protocol: Protocol;
  /** Holds the NFT, and calls `protocol`. */
  readonly seller: Wallet;
  readonly joiner: Wallet;
  /** An attested NFT of the seller with the longest term, guaranteed with PRICE at least. */
  readonly id: bigint;
  /** Makes something payable for every NFT. */
  readonly earn: () => Promise<unknown>;
  /** Says where the gas of a transaction went, if that was asked for. */
  readonly tell: (label: string, receipt: ContractTransactionReceipt) => Promise<void>;
  readonly add: (operation: string, gas: bigint, floor: number | null, goal: number | null) => void;
}

/** Adds a row for every operation of somebody who joins, and of keepers; `collect` with few people in the pool and with many. */
export async function measurePool(bench: PoolBench): Promise<void> {
  const { protocol, joiner, seller, id, earn, tell, add } = bench;
  const { provider } = bench.network;
  const { nft, addresses } = protocol;
  const pool = new Contract(addresses.jointMiningPool, artifact("JointMiningPool").abi, joiner);
  const market = new Contract(addresses.powerMarket, artifact("PowerMarket").abi, seller);
  const height = await provider.getBlockNumber();

  const gasOf = async (label: string, contract: Contract, args: readonly unknown[], value = 0n): Promise<bigint> => {
    const [name = label] = label.split(":");
    const receipt = await sendTo(contract, name, ...args, { gasLimit: GAS_LIMIT, value });
    await tell(label, receipt);
    return receipt.gasUsed;
  };
  const row = async (operation: string, goal: number | null, gas: Promise<bigint>): Promise<bigint> => {
    const used = await gas;
    add(operation, used, null, goal);
    return used;
  };
  const sharesOf = async (who: string): Promise<bigint> => (await pool.getFunction("balanceOf")(who)) as bigint;

  await sendTo(pool.connect(seller) as Contract, "depositFil", seller.address, 0n, { value: 10n * DEPOSIT });
  await row("pool: deposit of native FIL, no machine", 20e6, gasOf("depositFil", pool, [joiner.address, 0n], DEPOSIT));
  await sendTo(nft, "approve", addresses.powerMarket, id);
  await sendTo(market, "list", id, IN_FIL, PRICE, BigInt(height) + TERM, 1n);
  await row("pool: buyMachine, with its sync", null, gasOf("buyMachine", pool, [id]));
  await row("pool: deposit of native FIL", 20e6, gasOf("depositFil", pool, [joiner.address, 0n], 3n * DEPOSIT));
  await row("pool: settle, 1 machine", null, gasOf("settle", pool, []));
  const part = (await sharesOf(joiner.address)) / 2n;
  const paidOut = [part, joiner.address, 0n];
  await row("pool: redeem to FIL at once", 20e6, gasOf("exitToFil", pool, paidOut));

  await collectable();
  await gasOf("collect", pool, [[id]]); // the first one finds less to write beside
  await collectable();
  await row("pool: collect, 2 depositors", null, gasOf("collect", pool, [[id]]));
  await join(SOME);
  await collectable();
  const collectSome = await row(`pool: collect, ${2 + SOME} depositors`, null, gasOf("collect", pool, [[id]]));
  await join(MANY - SOME);
  await collectable();
  await row(
    `pool: collect, ${2 + MANY} depositors`,
    Math.floor(Number(collectSome) * 1.02),
    gasOf("collect", pool, [[id]]),
  );

  /** Income that is payable, and booked: what `collect` does alone is measured. */
  async function collectable(): Promise<void> {
    await earn();
    await sendTo(pool, "settle");
  }
  async function join(count: number): Promise<void> {
    for (let joined = 0; joined < count; joined += BATCH) {
      let nonce = await provider.getTransactionCount(seller.address, "pending");
      const target = pool.connect(seller) as Contract;
      const sent = await Promise.all(
        Array.from({ length: BATCH }, () => {
          const overrides = { gasLimit: SMALL_GAS_LIMIT, nonce: nonce++, value: DEPOSIT };
          return target.getFunction("depositFil")(Wallet.createRandom().address, 0n, overrides);
        }),
      );
      for (const one of sent as { wait: () => Promise<unknown> }[]) await one.wait();
    }
  }
}
