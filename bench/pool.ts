/** FVM gas of a joint mining pool's operations: part of `bench/gas.ts`. */
import { Contract, Wallet } from "ethers";

import { FIL } from "../test/lotus/lotus.ts";
import { artifact, sendTo } from "../test/lotus/protocol.ts";
import { type Bench, meterOf } from "./meter.ts";

const IN_FIL = "0x0000000000000000000000000000000000000000";
/** The least of a deposit; several of them pay for a machine at any policy. */
const DEPOSIT = FIL;
/** What a machine costs: little, for a young network hardly expects any income. */
const PRICE = 1_000n;
/** How long the listing stands, epochs. */
const TERM = 10_000n;
/** People who have joined besides the first two. */
const SOME = 200;
const MANY = 1_000;
/** Messages of one account in a block. */
const BATCH = 20;
/** Enough for a deposit, and so little that many fit into a block. */
const DEPOSIT_GAS_LIMIT = 200_000_000n;

/** What the measurement of the pool needs of the whole. */
export interface PoolBench extends Bench {
  readonly joiner: Wallet;
  /** An attested NFT of the seller with the longest term, guaranteed with PRICE at least. */
  readonly id: bigint;
}

/** Adds a row for every operation of somebody who joins, and of keepers; `collect` with few people in the pool and with many. */
export async function measurePool(bench: PoolBench): Promise<void> {
  const { protocol, joiner, seller, id, earn } = bench;
  const { provider } = bench.network;
  const { nft, addresses } = protocol;
  const pool = new Contract(addresses.jointMiningPool, artifact("JointMiningPool").abi, joiner);
  const market = new Contract(addresses.powerMarket, artifact("PowerMarket").abi, seller);
  const height = await provider.getBlockNumber();

  const { gasOf, row } = meterOf(bench);
  const sharesOf = async (who: string): Promise<bigint> => (await pool.getFunction("balanceOf")(who)) as bigint;

  await sendTo(pool.connect(seller) as Contract, "depositFil", seller.address, 0n, { value: 10n * DEPOSIT });
  await row("pool: deposit of native FIL, no machine", 20e6, gasOf(pool, "depositFil", [joiner.address, 0n], DEPOSIT));
  await sendTo(nft, "approve", addresses.powerMarket, id);
  await sendTo(market, "list", id, IN_FIL, PRICE, BigInt(height) + TERM, 1n);
  await row("pool: buyMachine, with its sync", null, gasOf(pool, "buyMachine", [id]));
  await row("pool: deposit of native FIL", 20e6, gasOf(pool, "depositFil", [joiner.address, 0n], 3n * DEPOSIT));
  await row("pool: settle, 1 machine", null, gasOf(pool, "settle", []));
  const part = (await sharesOf(joiner.address)) / 2n;
  const paidOut = [part, joiner.address, 0n];
  await row("pool: redeem to FIL at once", 20e6, gasOf(pool, "exitToFil", paidOut));

  await collectable();
  await gasOf(pool, "collect", [[id]]); // the first one writes figures that are there ever after
  await collectable();
  await row("pool: collect, 2 depositors", null, gasOf(pool, "collect", [[id]]));
  await join(SOME);
  await collectable();
  const collectSome = await row(`pool: collect, ${2 + SOME} depositors`, null, gasOf(pool, "collect", [[id]]));
  await join(MANY - SOME);
  await collectable();
  await row(
    `pool: collect, ${2 + MANY} depositors`,
    Math.floor(Number(collectSome) * 1.02),
    gasOf(pool, "collect", [[id]]),
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
          const overrides = { gasLimit: DEPOSIT_GAS_LIMIT, nonce: nonce++, value: DEPOSIT };
          return target.getFunction("depositFil")(Wallet.createRandom().address, 0n, overrides);
        }),
      );
      for (const one of sent as { wait: () => Promise<unknown> }[]) await one.wait();
    }
  }
}
