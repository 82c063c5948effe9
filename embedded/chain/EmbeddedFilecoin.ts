import hre from "hardhat";

import { EPOCHS_PER_DAY, EPOCH_SECONDS, EXPIRY_GRID, toHex } from "../../lib/index.ts";
import { Filecoin, type Provider, SIMULATOR, installFilecoin } from "../../test/filecoin/index.ts";
import { Explorer, quantity } from "./Explorer.ts";
import * as genesis from "./genesis.ts";

/** Rewards that one transaction pays at most. */
const REWARDS_PER_TRANSACTION = 200n;
/** Base fee at the beginning: what Filecoin falls back to when blocks are empty, attoFIL. */
const BASE_FEE = 100n;
const BLOCK_GAS_LIMIT = 10_000_000_000n;
/** How far the story goes from the first day; its end is meant to be about today. */
const STORY_SPAN = 2n * EXPIRY_GRID + 10n * EPOCHS_PER_DAY;

/** A whole small Filecoin in this process: an EVM with simulated precompiles and actors, and miners that win blocks. */
export class EmbeddedFilecoin {
  readonly provider: Provider;
  /** Levers of the simulation. */
  readonly levers: Filecoin;
  readonly explorer: Explorer;
  readonly #close: () => Promise<void>;
  /** Rewards are paid for the wins of every epoch up to this one. */
  #awardedUpTo = 0n;
  /** All rewards of each miner, attoFIL. */
  readonly #rewards = new Map<bigint, bigint>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(provider: Provider, levers: Filecoin, explorer: Explorer, close: () => Promise<void>) {
    this.provider = provider;
    this.levers = levers;
    this.explorer = explorer;
    this.#close = close;
  }

  /** Starts a network whose miners have half a year of rewards behind them. Contracts must be compiled. */
  static async start(now: Date = new Date()): Promise<EmbeddedFilecoin> {
    const age = (genesis.HANDOVER + STORY_SPAN) * EPOCH_SECONDS;
    const connection = await hre.network.create({
      network: "default",
      override: {
        allowUnlimitedContractSize: true,
        blockGasLimit: BLOCK_GAS_LIMIT,
        gasEstimationMode: "noInternalOutOfGas",
        // Later rule sets cap the gas of a transaction below what Filecoin's blocks hold.
        hardfork: "cancun",
        initialBaseFeePerGas: BASE_FEE,
        initialDate: new Date(now.getTime() - Number(age * 1000n)),
        // A message that fails on chain is included there all the same.
        throwOnTransactionFailures: false,
      },
    });
    const { provider } = connection;
    const levers = await installFilecoin(provider, { firstId: genesis.FIRST_NEW_ID });
    const artifact = await hre.artifacts.readArtifact("FilecoinExplorer");
    await provider.request({ method: "hardhat_setCode", params: [SIMULATOR, artifact.deployedBytecode] });
    const explorer = new Explorer(provider, artifact.abi);
    const chain = new EmbeddedFilecoin(provider, levers, explorer, () => connection.close());
    await chain.#populate();
    return chain;
  }

  /** Runs one thing after the other: what moves the chain must not overlap. */
  async exclusively<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action, action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** The epoch of the newest block, the last whose messages were carried out. */
  async epoch(): Promise<bigint> {
    return BigInt((await this.provider.request({ method: "eth_blockNumber" })) as string);
  }

  /** All block rewards that a miner was ever paid, attoFIL: what a measurement on chain is compared with. */
  rewardsOf(miner: bigint): bigint {
    return this.#rewards.get(miner) ?? 0n;
  }

  /** Moves the chain on; miners are paid for the blocks that they win meanwhile. Call it `exclusively`. */
  async advance(epochs: bigint): Promise<void> {
    const target = (await this.epoch()) + epochs;
    const first = nextWin(this.#awardedUpTo);
    // The transactions that pay the rewards take an epoch each.
    let wins = target < first ? 0n : (target - first) / genesis.WIN_INTERVAL + 1n;
    const batches = (wins + REWARDS_PER_TRANSACTION - 1n) / REWARDS_PER_TRANSACTION;
    const miners = [genesis.MINER.id, genesis.MULTISIG_MINER.id];
    await this.levers.mine(epochs - batches * BigInt(miners.length));
    const amounts = await Promise.all(miners.map(async (miner) => ({ miner, amount: await this.#rewardOf(miner) })));
    for (let from = first; wins > 0n; ) {
      const count = wins < REWARDS_PER_TRANSACTION ? wins : REWARDS_PER_TRANSACTION;
      for (const { miner, amount } of amounts) {
        await this.levers.pull("awardMany", [miner, from, genesis.WIN_INTERVAL, count, amount]);
        this.#rewards.set(miner, this.rewardsOf(miner) + count * amount);
      }
      from += count * genesis.WIN_INTERVAL;
      wins -= count;
    }
    this.#awardedUpTo = target;
  }

  async close(): Promise<void> {
    await this.exclusively(this.#close);
  }

  /** The reward of one win follows the power that the miner has now. */
  async #rewardOf(miner: bigint): Promise<bigint> {
    const { qa } = await this.explorer.claim(miner, await this.epoch());
    const perDay = (genesis.NETWORK_REWARD_PER_DAY * qa) / genesis.NETWORK_QAP;
    return (perDay * genesis.WIN_INTERVAL) / EPOCHS_PER_DAY;
  }

  async #populate(): Promise<void> {
    const { levers } = this;
    for (const { id, robust } of genesis.ACCOUNTS) {
      await levers.createAccount({ id, raw: toHex(robust.bytes), balance: genesis.ACCOUNT_BALANCE });
    }
    const { id, robust } = genesis.MULTISIG;
    const signers = genesis.SIGNERS.map((signer) => signer.id);
    await levers.createMultisig({
      id,
      raw: toHex(robust.bytes),
      signers,
      threshold: 2n,
      balance: genesis.ACCOUNT_BALANCE,
    });
    await levers.setNetworkEstimates(genesis.NETWORK_REWARD_PER_DAY / EPOCHS_PER_DAY, genesis.NETWORK_QAP);
    const { REST_OF_NETWORK: rest } = genesis;
    await levers.createMiner({ id: rest.id, owner: rest.owner });
    await levers.setClaim(rest.id, rest.raw, rest.qap);

    const beginning = genesis.HANDOVER - genesis.HISTORY;
    await levers.mineTo(beginning - 100n);
    for (const miner of [genesis.MINER, genesis.MULTISIG_MINER]) await this.#addMiner(miner);
    await levers.mineTo(beginning);
    this.#awardedUpTo = beginning;
    await this.advance(genesis.HISTORY);
  }

  async #addMiner(miner: genesis.GenesisMiner): Promise<void> {
    const { levers } = this;
    const activation = await this.epoch();
    const pledge = miner.sectors * genesis.SECTOR_PLEDGE;
    await levers.createMiner({ id: miner.id, owner: miner.owner, balance: pledge });
    for (let first = 1n; first <= miner.sectors; first += genesis.SECTORS_PER_DEADLINE) {
      await levers.addSectors(miner.id, {
        first,
        count: genesis.SECTORS_PER_DEADLINE,
        deadline: (first - 1n) / genesis.SECTORS_PER_DEADLINE,
        partition: 0n,
        activation,
        expiration: activation + genesis.SECTOR_LIFE,
        raw: genesis.SECTOR_SIZE,
        qa: genesis.SECTOR_QAP,
        pledge: genesis.SECTOR_PLEDGE,
      });
    }
  }
}

/** The first epoch after this one in which miners win. */
function nextWin(epoch: bigint): bigint {
  return (epoch / genesis.WIN_INTERVAL + 1n) * genesis.WIN_INTERVAL;
}

export { quantity };
