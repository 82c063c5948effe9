import { AbiCoder, Interface, getAddress, id as hashOf } from "ethers";

import {
  EXPIRY_GRID,
  type Hex,
  type JsonRpcRequest,
  NodeRefusedError,
  minerRegistryAbi,
  minerVaultAbi,
  powerNftAbi,
  powerOracleAbi,
} from "../../../../lib/index.ts";
import type { ContractName, IndexedContracts } from "../../../../miner-bridge/indexer/chain/contracts.ts";

const INTERFACES = {
  PowerNFT: new Interface(powerNftAbi),
  MinerRegistry: new Interface(minerRegistryAbi),
  PowerOracle: new Interface(powerOracleAbi),
  MinerVault: new Interface(minerVaultAbi),
};

export const CONTRACTS: IndexedContracts = {
  powerNFT: addressOf("PowerNFT"),
  minerRegistry: addressOf("MinerRegistry"),
  powerOracle: addressOf("PowerOracle"),
};
export const CHAIN_ID = 31_415_926n;
/** 2026-01-01T00:00:00Z less 100,000 epochs: days do not begin with frames. */
export const GENESIS = 1_767_225_600n - 30n * 100_000n + 30n * 1_111n;
const TIB = 2n ** 40n;
/** What a fake chain expects of a TiB a day, attoFIL. */
export const PER_TIB = 123_456_789n;

interface Log {
  readonly address: Hex;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: bigint;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly transactionHash: string;
}

interface FakeNft {
  readonly id: bigint;
  readonly minerId: bigint;
  readonly expiry: bigint;
  weight: bigint;
  holder: Hex;
  burnedAt: bigint | undefined;
  /** earnedOf from an epoch on. */
  readonly earned: { readonly epoch: bigint; readonly total: bigint }[];
}

/** Any address, by a name. */
export function addressOf(name: string): Hex {
  return getAddress(`0x${hashOf(name).slice(26)}`) as Hex;
}

/**
 * A node over a chain that is a list of events and a simple ledger. It answers what the indexer asks; `request` may be
 * wrapped to make it fail.
 */
export class FakeChain {
  head: bigint;
  /** Epochs behind the head at which a tipset is final. */
  finality = 900n;
  /** Epochs without a block. */
  readonly nullRounds = new Set<bigint>();
  /** Tipsets from this epoch on have other keys than before. */
  forkedAt: bigint | undefined;
  /** The most logs that are answered at once, and the widest range. */
  maxResults = 10_000;
  maxSpan = 2_880n;
  /** The state before this epoch is gone. */
  statePrunedBefore = 0n;
  /** Logs of these epochs are not answered: a gap in the node's index. */
  readonly lostLogs = new Set<bigint>();
  /** How often each method was asked. */
  readonly asked = new Map<string, number>();
  readonly #logs: Log[] = [];
  readonly #nfts = new Map<bigint, FakeNft>();
  readonly #lastSync = new Map<bigint, bigint>();
  readonly #minerEarned = new Map<bigint, { epoch: bigint; total: bigint }[]>();
  #transaction = { epoch: -1n, index: 0 };

  constructor(head: bigint) {
    this.head = head;
  }

  get finalized(): bigint {
    return this.#tipsetBefore(this.head - this.finality);
  }

  get nfts(): readonly FakeNft[] {
    return [...this.#nfts.values()];
  }

  get logs(): readonly Log[] {
    return this.#logs;
  }

  // DEEDS, each in a transaction of its own

  createVault(epoch: bigint, minerId: bigint): void {
    const vault = addressOf(`vault ${minerId}`);
    this.#begin(epoch);
    this.#emit("MinerRegistry", CONTRACTS.minerRegistry, "VaultCreated", [minerId, vault]);
    this.#emit("MinerVault", vault, "Activated", [minerId, 10n ** 30n, 100_000_000n]);
  }

  mint(
    epoch: bigint,
    minerId: bigint,
    id: bigint,
    holder: Hex,
    expiry = (epoch / EXPIRY_GRID + 12n) * EXPIRY_GRID,
  ): void {
    this.#begin(epoch);
    this.#nfts.set(id, { id, minerId, expiry, weight: 0n, holder, burnedAt: undefined, earned: [] });
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Transfer", [addressZero, holder, id]);
    const sectors = [{ start: id * 10n, count: 10n }];
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Minted", [id, minerId, holder, TIB, expiry, 500, 100, 250, sectors]);
  }

  /** Books income on a miner's NFTs by weight, rounded down. */
  sync(epoch: bigint, minerId: bigint, earned: bigint): void {
    this.#begin(epoch);
    this.#sync(epoch, minerId, earned);
  }

  applyPage(epoch: bigint, frame: number, minerId: bigint, weights: readonly (readonly [bigint, bigint])[]): void {
    this.#begin(epoch);
    this.#sync(epoch, minerId, 0n);
    for (const [id, weight] of weights) this.#weigh(id, weight);
    const ids = weights.map(([id]) => id);
    this.#emit("PowerOracle", CONTRACTS.powerOracle, "Applied", [frame, minerId, ids[0], ids.at(-1)]);
  }

  challenge(epoch: bigint, id: bigint, weight: bigint): void {
    this.#begin(epoch);
    this.#weigh(id, weight);
    this.#emit("PowerOracle", CONTRACTS.powerOracle, "Challenged", [id, addressOf("challenger"), 1n, weight]);
  }

  transfer(epoch: bigint, id: bigint, to: Hex): void {
    this.#begin(epoch);
    const nft = this.#nft(id);
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Transfer", [nft.holder, to, id]);
    nft.holder = to;
  }

  /** Pays out everything that an NFT has earned, and burns it. */
  burn(epoch: bigint, id: bigint): void {
    this.#begin(epoch);
    const nft = this.#nft(id);
    const total = nft.earned.at(-1)?.total ?? 0n;
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Claimed", [id, nft.holder, nft.holder, total / 3n]);
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Burned", [id, nft.minerId]);
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Credited", [id, nft.holder, total - total / 3n]);
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Transfer", [nft.holder, addressZero, id]);
    nft.burnedAt = epoch;
  }

  /** What `earnedOf` answers at an epoch. */
  earnedOf(id: bigint, epoch: bigint): bigint {
    return this.#nft(id).earned.findLast((entry) => entry.epoch <= epoch)?.total ?? 0n;
  }

  // THE NODE

  readonly request: JsonRpcRequest = async (method, params) => {
    this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
    await Promise.resolve();
    switch (method) {
      case "eth_chainId":
        return `0x${CHAIN_ID.toString(16)}`;
      case "Filecoin.ChainHead":
        return this.#tipset(this.head);
      case "Filecoin.ChainGetFinalizedTipSet":
        if (this.head < this.finality) throw refusal(method, `height ${this.head - this.finality} is negative`);
        return this.#tipset(this.finalized);
      case "Filecoin.ChainGetTipSetByHeight":
        return this.#tipset(this.#tipsetBefore(BigInt(params[0] as number)));
      case "eth_getLogs":
        return this.#getLogs(params[0] as { address: Hex[]; fromBlock: Hex; toBlock: Hex });
      case "eth_call":
        return this.#call(params[0] as { data: Hex }, BigInt(params[1] as string));
      default:
        throw refusal(method, `method '${method}' not found`);
    }
  };

  #begin(epoch: bigint): void {
    if (this.nullRounds.has(epoch)) throw new RangeError(`epoch ${epoch} has no block`);
    const before = this.#transaction;
    if (epoch < before.epoch) throw new RangeError("a chain goes forward");
    this.#transaction = { epoch, index: epoch === before.epoch ? before.index + 1 : 0 };
  }

  #emit(contract: ContractName, address: Hex, name: string, args: readonly unknown[]): void {
    const abi = INTERFACES[contract];
    const event = abi.getEvent(name);
    if (event === null) throw new TypeError(`${contract} has no event ${name}`);
    const { epoch, index } = this.#transaction;
    const before = this.#logs.at(-1);
    this.#logs.push({
      ...abi.encodeEventLog(event, args),
      address: address.toLowerCase() as Hex,
      blockNumber: epoch,
      transactionIndex: index,
      logIndex: before?.blockNumber === epoch ? before.logIndex + 1 : 0,
      transactionHash: hashOf(`transaction ${index} of ${epoch}`),
    });
  }

  #sync(epoch: bigint, minerId: bigint, earned: bigint): void {
    const from = this.#lastSync.get(minerId) ?? 0n;
    if (from === epoch) return;
    this.#lastSync.set(minerId, epoch);
    const living = this.nfts.filter(
      (nft) => nft.minerId === minerId && nft.burnedAt === undefined && from < nft.expiry,
    );
    const weight = living.reduce((sum, nft) => sum + nft.weight, 0n);
    const booked = weight === 0n ? 0n : earned;
    for (const nft of living) {
      const total = (nft.earned.at(-1)?.total ?? 0n) + (weight === 0n ? 0n : (booked * nft.weight) / weight);
      nft.earned.push({ epoch, total });
    }
    const line = this.#minerEarned.get(minerId) ?? [];
    this.#minerEarned.set(minerId, [...line, { epoch, total: (line.at(-1)?.total ?? 0n) + booked }]);
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "Synced", [minerId, from, epoch, 2n * booked, booked, 10n * TIB]);
  }

  #weigh(id: bigint, weight: bigint): void {
    const nft = this.#nft(id);
    this.#emit("PowerNFT", CONTRACTS.powerNFT, "WeightSet", [id, nft.minerId, nft.weight, weight]);
    nft.weight = weight;
  }

  #nft(id: bigint): FakeNft {
    const nft = this.#nfts.get(id);
    if (nft === undefined) throw new RangeError(`no NFT ${id}`);
    return nft;
  }

  #tipsetBefore(epoch: bigint): bigint {
    let at = epoch;
    while (this.nullRounds.has(at)) at -= 1n;
    return at;
  }

  #tipset(epoch: bigint): unknown {
    const fork = this.forkedAt !== undefined && epoch >= this.forkedAt ? "other" : "one";
    const cid = { "/": `bafy-${fork}-${epoch}` };
    const Timestamp = Number(GENESIS + 30n * epoch);
    const block = { Miner: "f01000", Timestamp, ParentStateRoot: cid, ParentBaseFee: "100" };
    return { Cids: [cid], Blocks: [block], Height: Number(epoch) };
  }

  #getLogs(filter: { address: Hex[]; fromBlock: Hex; toBlock: Hex }): unknown {
    const [from, to] = [BigInt(filter.fromBlock), BigInt(filter.toBlock)];
    if (to - from > this.maxSpan) throw refusal("eth_getLogs", "to and from heights are too far apart");
    const wanted = new Set(filter.address.map((address) => address.toLowerCase()));
    const found = this.#between(from, to).filter(
      ({ address, blockNumber }) => wanted.has(address) && !this.lostLogs.has(blockNumber),
    );
    if (found.length > this.maxResults) throw refusal("eth_getLogs", `too many results, limit is ${this.maxResults}`);
    return found.map((log) => ({
      ...log,
      blockNumber: `0x${log.blockNumber.toString(16)}`,
      transactionIndex: `0x${log.transactionIndex.toString(16)}`,
      logIndex: `0x${log.logIndex.toString(16)}`,
      removed: false,
    }));
  }

  /** Logs are in the chain's order: a search instead of a scan keeps long histories quick. */
  #between(from: bigint, to: bigint): Log[] {
    const firstAt = (epoch: bigint): number => {
      let [low, high] = [0, this.#logs.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((this.#logs[middle]?.blockNumber ?? 0n) < epoch) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return this.#logs.slice(firstAt(from), firstAt(to + 1n));
  }

  #call({ data }: { data: Hex }, block: bigint): string {
    if (block < this.statePrunedBefore) throw refusal("eth_call", "failed to load state: ipld: could not find");
    const call = INTERFACES.PowerNFT.parseTransaction({ data });
    const argument = call?.args[0] as bigint;
    if (call?.name === "earnedOf") {
      const { burnedAt } = this.#nft(argument);
      if (burnedAt !== undefined && burnedAt <= block) throw refusal("eth_call", "reverted", "0x");
      return AbiCoder.defaultAbiCoder().encode(["uint256"], [this.earnedOf(argument, block)]);
    }
    if (call?.name === "minerAccount") {
      const earned = this.#minerEarned.get(argument)?.findLast(({ epoch }) => epoch <= block)?.total ?? 0n;
      const account = [0n, 0n, 0n, 0n, 0n, 0n, earned, 0n, 0n, 0n, 0n];
      return INTERFACES.PowerNFT.encodeFunctionResult("minerAccount", [account]);
    }
    if (call?.name === "expectedPerDay") {
      return AbiCoder.defaultAbiCoder().encode(["uint256"], [((call.args[1] as bigint) * PER_TIB) / TIB]);
    }
    throw refusal("eth_call", "not a function of this contract", "0x");
  }
}

const addressZero = `0x${"00".repeat(20)}`;

function refusal(method: string, message: string, data?: string): NodeRefusedError {
  return new NodeRefusedError(method, { code: 1, message, ...(data === undefined ? {} : { data }) });
}
