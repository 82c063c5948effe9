import { Interface, id } from "ethers";
import hre from "hardhat";

import { EPOCHS_PER_DAY, EPOCH_SECONDS, EXPIRY_GRID, toHex } from "../../lib/index.ts";
import type { FactoryOf } from "../../lib/protocol/deploy.ts";
import { Filecoin, type Provider, SIMULATOR, installFilecoin } from "../../test/filecoin/index.ts";
import { Explorer, quantity } from "./Explorer.ts";
import * as genesis from "./genesis.ts";

/** Rewards that one transaction pays at most. */
const REWARDS_PER_TRANSACTION = 200n;
/** Base fee at the beginning: what Filecoin falls back to when blocks are empty, attoFIL. */
const BASE_FEE = 100n;
const BLOCK_GAS_LIMIT = 10_000_000_000n;
/** Epochs that are mined at once: vested rewards unlock at the end of each deadline of 60 epochs. */
const RUN = 60n;
/** Longer jumps are mined in days. */
const LONG_JUMP = 30n * EPOCHS_PER_DAY;
/** Sends the transactions that pay block rewards. */
const PAYMASTER = "0x00000000000000000000000000000000f11c0dea";
const PAY_GAS = 400_000_000n;
/** How far the story goes from the first day; its end is meant to be about today. */
const STORY_SPAN = 2n * EXPIRY_GRID + 10n * EPOCHS_PER_DAY;

/** Zero, masked ids, precompiles and the simulation's own addresses have no id to be given. */
const UNNAMED = /^0x(?:0{24}|ff0{22}|fe0{30})/;

interface EvmReceipt {
  readonly from: string;
  readonly to: string | null;
  readonly contractAddress: string | null;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** A whole small Filecoin in this process: an EVM with simulated precompiles and actors, and miners that win blocks. */
export class EmbeddedFilecoin {
  readonly provider: Provider;
  /** Levers of the simulation. */
  readonly levers: Filecoin;
  readonly explorer: Explorer;
  /** Factories of the compiled contracts, for any signer. */
  readonly factoryOf: FactoryOf;
  readonly #close: () => Promise<void>;
  /** Rewards are paid for the wins of every epoch up to this one. */
  #awardedUpTo = 0n;
  /** All rewards of each miner, attoFIL. */
  readonly #rewards = new Map<bigint, bigint>();
  /** Blocks that were mined at once: after `before`, up to `last`. */
  readonly #runs: { before: bigint; last: bigint }[] = [];
  /** Ethereum addresses that have their ids. */
  readonly #named = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    connection: { provider: Provider; close: () => Promise<void> },
    levers: Filecoin,
    explorer: Explorer,
    factoryOf: FactoryOf,
  ) {
    this.provider = connection.provider;
    this.levers = levers;
    this.explorer = explorer;
    this.factoryOf = factoryOf;
    this.#close = () => connection.close();
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
    await levers.setBalance(PAYMASTER, genesis.ACCOUNT_BALANCE);
    await provider.request({ method: "hardhat_impersonateAccount", params: [PAYMASTER] });
    const factoryOf: FactoryOf = (name, signer, libraries) =>
      connection.ethers.getContractFactory(name, { signer, libraries: { ...libraries } });
    const chain = new EmbeddedFilecoin(connection, levers, explorer, factoryOf);
    await chain.#populate();
    return chain;
  }

  /** The interface of a compiled contract. */
  async interfaceOf(contract: string): Promise<Interface> {
    return new Interface((await hre.artifacts.readArtifact(contract)).abi);
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

  /**
   * The newest block up to this one whose state the EVM engine can read: the blocks inside of a run that was mined at
   * once have the state of the block before the run, but the engine has lost it.
   */
  readable(block: bigint): bigint {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.before ?? 0n) < block) low = middle + 1;
      else high = middle;
    }
    const run = this.#runs[low - 1];
    return run !== undefined && block < run.last ? run.before : block;
  }

  /** Moves the chain on; miners are paid for the blocks that they win meanwhile. Call it `exclusively`. */
  async advance(epochs: bigint): Promise<void> {
    const target = (await this.epoch()) + epochs;
    const batches = winsBetween(this.#awardedUpTo, target);
    // Each transaction that pays rewards takes an epoch; what does not fit is paid the next time.
    if (BigInt(batches.length) > epochs) batches.length = Number(epochs);
    await this.#mine(epochs - BigInt(batches.length));
    for (const { first, count } of batches) {
      await this.#pay(first, genesis.WIN_INTERVAL, count);
      this.#awardedUpTo = first + (count - 1n) * genesis.WIN_INTERVAL;
    }
  }

  /**
   * Gives ids, in order, to the Ethereum addresses that a transaction brought: its sender, contracts that it made and
   * contracts that its events name. On Filecoin every address gets one with its first use.
   */
  async nameActorsOf(hash: string): Promise<void> {
    const receipt = (await this.provider.request({
      method: "eth_getTransactionReceipt",
      params: [hash],
    })) as EvmReceipt | null;
    if (receipt === null) return;
    const words = receipt.logs.flatMap((log) => [...log.topics, ...(log.data.slice(2).match(/.{64}/g) ?? [])]);
    const named = words.flatMap((word) => /^(?:0x)?0{24}([0-9a-f]{40})$/i.exec(word)?.[1] ?? []);
    const seen = [receipt.from, receipt.to, receipt.contractAddress, ...receipt.logs.map((log) => log.address)];
    const addresses = new Set([...seen, ...named.map((digits) => `0x${digits}`)].filter((a) => a !== null));
    for (const address of addresses) await this.nameActor(address, address === receipt.from);
  }

  /** Gives an Ethereum address an id, unless it has one. */
  async nameActor(address: string, certain: boolean): Promise<void> {
    const key = address.toLowerCase();
    if (this.#named.has(key) || UNNAMED.test(key)) return;
    const code = await this.provider.request({ method: "eth_getCode", params: [address, "latest"] });
    if (!certain && code === "0x") return;
    this.#named.add(key);
    const epoch = await this.epoch();
    const known = await this.explorer.resolve(`0x040a${key.slice(2)}`, epoch);
    if (known !== undefined && (await this.explorer.actor(known, epoch)).evm !== undefined) return;
    await this.levers.registerEvm(address);
  }

  async close(): Promise<void> {
    await this.exclusively(this.#close);
  }

  async #mine(epochs: bigint): Promise<void> {
    let before = await this.epoch();
    const target = before + epochs;
    // Short runs where somebody may look back, so that what depends on the epoch is as of a moment before.
    const length = epochs > LONG_JUMP ? EPOCHS_PER_DAY : RUN;
    while (before < target) {
      const last = before + length < target ? before + length : target;
      await this.levers.mine(last - before);
      this.#runs.push({ before, last });
      before = last;
    }
  }

  /** Pays each miner what it won at `first`, `first + every`, ...: one transaction, one epoch. */
  async #pay(first: bigint, every: bigint, count: bigint): Promise<void> {
    const miners = [genesis.MINER.id, genesis.MULTISIG_MINER.id];
    const amounts = await Promise.all(
      miners.map(async (miner) => ((await this.#rewardOf(miner, every)) * luckAt(first, miner)) / 100n),
    );
    await this.#pull("awardEach", [miners, amounts, first, every, count]);
    for (const [i, miner] of miners.entries()) {
      this.#rewards.set(miner, this.rewardsOf(miner) + count * (amounts[i] ?? 0n));
    }
  }

  /** Pulls a lever that the simulation alone does not have. */
  async #pull(name: string, args: readonly unknown[]): Promise<void> {
    const data = this.explorer.encode(name, args);
    const hash = await this.provider.request({
      method: "eth_sendTransaction",
      params: [{ from: PAYMASTER, to: SIMULATOR, data, gas: quantity(PAY_GAS) }],
    });
    const receipt = await this.provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (BigInt((receipt as { status: string }).status) !== 1n) throw new Error(`${name} failed`);
  }

  /** The reward for so many epochs follows the power that the miner has now. */
  async #rewardOf(miner: bigint, epochs: bigint): Promise<bigint> {
    const { qa } = await this.explorer.claim(miner, await this.epoch());
    return (genesis.NETWORK_REWARD_PER_DAY * qa * epochs) / (genesis.NETWORK_QAP * EPOCHS_PER_DAY);
  }

  async #populate(): Promise<void> {
    const { levers } = this;
    for (const account of genesis.ACCOUNTS) {
      const raw = toHex(account.robust.bytes);
      await levers.createAccount({ id: account.id, raw, balance: genesis.ACCOUNT_BALANCE });
    }
    for (const address of (await this.provider.request({ method: "eth_accounts" })) as string[]) {
      if (this.#named.size < genesis.DEV_KEYS) await this.nameActor(address, true);
    }
    const multisig = genesis.MULTISIG;
    const signers = genesis.SIGNERS.map((signer) => signer.id);
    await levers.createMultisig({
      id: multisig.id,
      raw: toHex(multisig.robust.bytes),
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
    const days = genesis.HISTORY / EPOCHS_PER_DAY;
    await this.#mine(genesis.HISTORY - 1n);
    // One sum a day: nobody was looking.
    await this.#pay(beginning, EPOCHS_PER_DAY, days);
    this.#awardedUpTo = await this.epoch();
  }

  async #addMiner(miner: genesis.GenesisMiner): Promise<void> {
    const { levers } = this;
    const activation = await this.epoch();
    const pledge = miner.sectors * genesis.SECTOR_PLEDGE;
    await levers.createMiner({ id: miner.id, owner: miner.owner, balance: pledge });
    await this.#pull("setSectorSize", [miner.id, genesis.SECTOR_SIZE]);
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

/** Winning blocks is a lottery: from 75 to 125 percent of what is expected, the same in every run. */
function luckAt(epoch: bigint, miner: bigint): bigint {
  return 75n + (BigInt(id(`luck of ${miner} at ${epoch}`)) % 51n);
}

/** The epochs in (after, upTo] in which miners win, in batches for one transaction each. */
function winsBetween(after: bigint, upTo: bigint): { first: bigint; count: bigint }[] {
  const batches: { first: bigint; count: bigint }[] = [];
  let first = (after / genesis.WIN_INTERVAL + 1n) * genesis.WIN_INTERVAL;
  while (first <= upTo) {
    const left = (upTo - first) / genesis.WIN_INTERVAL + 1n;
    const count = left < REWARDS_PER_TRANSACTION ? left : REWARDS_PER_TRANSACTION;
    batches.push({ first, count });
    first += count * genesis.WIN_INTERVAL;
  }
  return batches;
}
