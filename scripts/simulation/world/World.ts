import type { BaseContract, Result } from "ethers";
import hre from "hardhat";

import { ATTO_PER_FIL, EPOCHS_PER_DAY } from "../../../lib/index.ts";
import { type FactoryOf, type ProtocolAddresses, deployProtocol } from "../../../lib/protocol/deploy.ts";
import { type Filecoin, type Provider, installFilecoin } from "../../../test/filecoin/index.ts";
import type {
  JointMiningPool,
  MinerRegistry,
  PowerMarket,
  PowerNFT,
  PowerOracle,
  Tally,
} from "../../../types/ethers-contracts/index.ts";

/** Enough for a settling of many machines. */
const GAS = 200_000_000n;
/** Blocks are never half full: gas stays free, so that wallets move by what this is about and nothing else. */
const BLOCK_GAS = 100n * GAS;
/** Where the chain begins, so that epochs are of the size that they have in life. */
const FIRST_EPOCH = 1_000_000n;
const GENESIS = new Date(Date.UTC(2026, 0, 1));
/** Hex digits of a word, and of the selector that an error begins with and an answer does not. */
const WORD_DIGITS = 64;
const SELECTOR_DIGITS = 8;
/** Where the contract lies that counts. */
const TALLY = "0x00000000000000000000000000000000000ca117";
/** What each wallet begins with: more than anybody uses. */
export const PURSE = 1_000_000n * ATTO_PER_FIL;

interface Receipt {
  readonly status: string;
  readonly logs: readonly { readonly address: string; readonly topics: string[]; readonly data: string }[];
}

type ContractAt = <T>(name: string, address: string) => Promise<T>;

/** Contracts as the simulation calls them. */
export interface Contracts {
  readonly nft: PowerNFT;
  readonly market: PowerMarket;
  readonly pool: JointMiningPool;
  readonly oracle: PowerOracle;
  readonly registry: MinerRegistry;
  readonly tally: Tally;
}

/** What a transaction did, by the events of one contract. */
export interface Done {
  /** Events of a name, oldest first. */
  all(name: string): readonly Result[];
}

/** A simulated Filecoin in this process with the protocol deployed on it. One transaction is one epoch; gas is free. */
export class World {
  readonly provider: Provider;
  readonly fil: Filecoin;
  readonly addresses: ProtocolAddresses;
  readonly contracts: Contracts;
  /** The only member of the oracle. */
  readonly attestor: string;
  /** Anybody: sends what anyone may send. */
  readonly keeper: string;
  readonly #at: ContractAt;
  readonly #close: () => Promise<void>;
  readonly #known = new Set<string>();

  private constructor(
    provider: Provider,
    fil: Filecoin,
    addresses: ProtocolAddresses,
    contracts: Contracts,
    roles: { attestor: string; keeper: string },
    at: ContractAt,
    close: () => Promise<void>,
  ) {
    this.provider = provider;
    this.fil = fil;
    this.addresses = addresses;
    this.contracts = contracts;
    this.attestor = roles.attestor;
    this.keeper = roles.keeper;
    this.#at = at;
    this.#close = close;
  }

  /** Starts one. @param factoryOf Where the code comes from; what Hardhat compiled last if nothing is named. */
  static async create(factoryOf?: FactoryOf): Promise<World> {
    const connection = await hre.network.create({
      network: "default",
      override: {
        allowUnlimitedContractSize: true,
        blockGasLimit: BLOCK_GAS,
        gas: GAS,
        gasPrice: 0n,
        hardfork: "cancun",
        initialBaseFeePerGas: 0n,
        initialDate: GENESIS,
        // A refusal is an answer; to explain it takes a second.
        throwOnCallFailures: false,
      },
    });
    const { provider, ethers } = connection;
    const fil = await installFilecoin(provider);
    await fil.mineTo(FIRST_EPOCH);
    const [deployer, governance, guardian, attestor, keeper] = await ethers.getSigners();
    if (!deployer || !governance || !guardian || !attestor || !keeper) throw new Error("no signers");
    const compiled: FactoryOf = (name, signer, libraries) => ethers.getContractFactory(name, { signer, libraries });
    const addresses = await deployProtocol(
      factoryOf ?? compiled,
      deployer,
      { governance: governance.address, guardian: guardian.address },
      { members: [attestor.address], quorum: 1 },
    );
    const at: ContractAt = async <T>(name: string, address: string) =>
      (await ethers.getContractAt(name, address)) as unknown as T;
    const contracts: Contracts = {
      nft: await at("PowerNFT", addresses.powerNFT),
      market: await at("PowerMarket", addresses.powerMarket),
      pool: await at("JointMiningPool", addresses.jointMiningPool),
      oracle: await at("PowerOracle", addresses.powerOracle),
      registry: await at("MinerRegistry", addresses.minerRegistry),
      tally: await at("Tally", TALLY),
    };
    const { deployedBytecode } = await hre.artifacts.readArtifact("Tally");
    await provider.request({ method: "hardhat_setCode", params: [TALLY, deployedBytecode] });
    const roles = { attestor: attestor.address, keeper: keeper.address };
    return new World(provider, fil, addresses, contracts, roles, at, () => connection.close());
  }

  /** A wallet that this process signs for, with PURSE in it. */
  async wallet(number: number): Promise<string> {
    const address = `0x${(0x51a_0000 + number).toString(16).padStart(40, "0")}`;
    await this.fil.setBalance(address, PURSE);
    return address;
  }

  /** A contract that somebody made after the deployment. */
  contractAt<T>(name: string, address: string): Promise<T> {
    return this.#at(name, address);
  }

  /**
   * Sends a transaction and waits for it.
   *
   * @throws what the contract refused it with.
   */
  async send(
    from: string,
    contract: BaseContract,
    method: string,
    args: readonly unknown[],
    value = 0n,
  ): Promise<Done> {
    if (!this.#known.has(from)) {
      await this.provider.request({ method: "hardhat_impersonateAccount", params: [from] });
      this.#known.add(from);
    }
    const to = await contract.getAddress();
    const data = contract.interface.encodeFunctionData(method, args);
    const hash = await this.provider.request({
      method: "eth_sendTransaction",
      params: [{ from, to, data, value: quantity(value), gas: quantity(GAS), gasPrice: "0x0" }],
    });
    const receipt = (await this.provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as Receipt;
    if (BigInt(receipt.status) !== 1n) throw new Error(`${method} failed`);
    const logs = receipt.logs
      .filter(({ address }) => address.toLowerCase() === to.toLowerCase())
      .map((log) => contract.interface.parseLog(log))
      .filter((log) => log !== null);
    return { all: (name) => logs.filter((log) => log.name === name).map(({ args: found }) => found) };
  }

  /** Whether a contract would do something now, or refuse it. */
  async wouldAnswer(
    contract: BaseContract,
    method: string,
    args: readonly unknown[],
    from = this.keeper,
  ): Promise<boolean> {
    const data = contract.interface.encodeFunctionData(method, args);
    const call = { from, to: await contract.getAddress(), data, gas: quantity(GAS) };
    const answer = (await this.provider.request({ method: "eth_call", params: [call, "latest"] })) as string;
    return (answer.length - 2) % WORD_DIGITS !== SELECTOR_DIGITS;
  }

  /** To the first epoch of the next day. */
  async nextDay(): Promise<void> {
    await this.fil.mineTo((await this.frame()) * EPOCHS_PER_DAY + EPOCHS_PER_DAY);
  }

  /** The day of now, counted from epoch 0. */
  async frame(): Promise<bigint> {
    return (await this.fil.epoch()) / EPOCHS_PER_DAY;
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}
