import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { Interface, Transaction, ZeroAddress, zeroPadValue } from "ethers";

import {
  FRAME_EPOCHS,
  type Hex,
  filAuctionAbi,
  jointMiningPoolAbi,
  leafOf,
  minerRegistryAbi,
  minerVaultAbi,
  powerNftAbi,
  powerOracleAbi,
} from "../../../lib/index.ts";
import type { SectorRange } from "../../../lib/sectors/ranges.ts";

export const CHAIN_ID = 31_415_926n;
export const ORACLE = "0x1000000000000000000000000000000000000001" as Hex;
export const NFT = "0x1000000000000000000000000000000000000002" as Hex;
export const REGISTRY = "0x1000000000000000000000000000000000000003" as Hex;
export const GIB = 2n ** 30n;
/** Epochs until a tipset is final. */
export const FINALITY = 900n;

const NO_ROOT = `0x${"00".repeat(32)}`;
const VAULTS = 0x2000000000000000000000000000000000000000n;
const BASE_FEE = 100n;
const GAS = 5_000_000n;
/** A node wants this many percent of the old fee from a replacement. */
const REPLACEMENT = 110n;

const ABIS: Readonly<Record<string, Interface>> = {
  [ORACLE]: new Interface(powerOracleAbi),
  [NFT]: new Interface(powerNftAbi),
  [REGISTRY]: new Interface(minerRegistryAbi),
};
const VAULT = new Interface(minerVaultAbi);
const ERRORS = new Interface([
  ...new Set(
    [...powerOracleAbi, ...powerNftAbi, ...minerVaultAbi, ...jointMiningPoolAbi, ...filAuctionAbi].filter((line) =>
      line.startsWith("error"),
    ),
  ),
]);

/** An error that a node answers with. */
export class NodeError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(message: string, code = 1, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export interface FakeNft {
  readonly id: bigint;
  readonly minerId: bigint;
  readonly nominalPower: bigint;
  readonly expiry: bigint;
  readonly sectors: readonly SectorRange[];
  readonly mintedAt: bigint;
  /** What was attested, by the epoch of it; the newest last. */
  readonly said: { epoch: bigint; last: bigint; previous: bigint; frame: number }[];
}

/** A transaction that the chain included. */
export interface Executed {
  readonly hash: string;
  readonly from: string;
  readonly nonce: number;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly epoch: bigint;
  readonly succeeded: boolean;
}

export interface FakeVault {
  readonly address: Hex;
  active: boolean;
  /** Whether the owner's proposal waits for the vault. */
  proposed: boolean;
  approved: boolean;
  /** What a harvest brings, attoFIL. */
  cash: bigint;
  /** Rewards that the next sync measures, attoFIL. */
  rewards: bigint;
  account: Record<string, bigint>;
  /** What is owed by guarantees, attoFIL. */
  due: bigint;
  /** The miner does not exist any more. */
  gone: boolean;
}

/** A contract that a test puts beside those that every chain has. */
export interface FakeContract {
  readonly address: Hex;
  readonly abi: Interface;
  /** What a method returns; `writes` where it is carried out. */
  call(name: string, args: never[], at: { from: string; epoch: bigint; writes: boolean }): unknown[];
}

/** What an NFT can be paid, and was paid, attoFIL. */
export interface FakeIncome {
  payable: bigint;
  guarantee: bigint;
  paid: bigint;
}

interface Event {
  readonly address: Hex;
  readonly topics: readonly string[];
  readonly data: string;
  readonly epoch: bigint;
  readonly hash: string;
}

/** A chain in memory as a bridge sees it: tipsets with null rounds, the contracts, transactions in a pool. */
export class FakeChain {
  head = 10n * FRAME_EPOCHS + 1_000n;
  readonly nullRounds = new Set<bigint>();
  /** Changes the ids of all tipsets from an epoch on. */
  fork: { from: bigint; name: string } | undefined;
  chainId = CHAIN_ID;
  /** Seconds by which the chain's time is off. */
  clockOffset = 0;
  /** When epoch 0 was, Unix time; unless it is set, the head is always of this moment. */
  genesis: number | undefined;

  members: string[] = [];
  quorum = 2;
  delegates = new Map<string, string>();
  votes = new Map<string, { frame: number; root: string }>();
  roots = new Map<number, string>();
  lastFrame = 0;
  readonly nfts = new Map<bigint, FakeNft>();
  readonly vaults = new Map<bigint, FakeVault>();
  readonly freed = new Set<bigint>();
  readonly income = new Map<bigint, FakeIncome>();
  /** Pools, markets, auctions. */
  readonly contracts: FakeContract[] = [];
  /** Vaults that the registry names otherwise than its events. */
  readonly renamed = new Map<bigint, Hex>();
  events: Event[] = [];

  readonly balances = new Map<string, bigint>();
  readonly pool = new Map<string, Transaction>();
  readonly executed: Executed[] = [];
  readonly receipts = new Map<string, object>();
  /** Transactions of the pool are not included while this holds. */
  jammed = false;
  /** The gas that transactions really take. */
  gasUsed = GAS;
  #nonces = new Map<string, { epoch: bigint; next: bigint }[]>();

  // The world

  frame(): number {
    return Number(this.head / FRAME_EPOCHS);
  }

  /** Includes what waits in the pool, epoch by epoch. */
  mine(epochs = 1n): void {
    for (let i = 0n; i < epochs; i += 1n) {
      this.head += 1n;
      if (!this.jammed && !this.nullRounds.has(this.head)) this.#include();
    }
  }

  /** Jumps ahead, without including anything. */
  skipTo(epoch: bigint): void {
    this.head = epoch;
  }

  vault(minerId: bigint, epoch = 100n): FakeVault {
    const address: Hex = `0x${(VAULTS + minerId).toString(16).padStart(40, "0")}`;
    const account = { lastSync: 1_000n, pairEpoch: 0n, syncDeadline: 1_000_000n, qap: 64n * GIB, weight: 0n };
    const money = { living: 1n, earned: 0n, covered: 0n, owed: 0n, arrears: 0n, rewards: 0n, nominalPower: 0n };
    const flags = { active: true, proposed: false, approved: false, gone: false };
    const vault = { address, ...flags, cash: 0n, rewards: 0n, due: 0n, account: { ...account, ...money } };
    this.vaults.set(minerId, vault);
    this.emit(REGISTRY, "VaultCreated", [minerId, address], epoch);
    return vault;
  }

  mint(id: bigint, options: Partial<FakeNft> = {}): FakeNft {
    const nft: FakeNft = {
      id,
      minerId: 1000n,
      nominalPower: GIB,
      expiry: 5_000_000n,
      sectors: [{ start: 10n * id, count: 2n }],
      mintedAt: 200n,
      said: [],
      ...options,
    };
    this.nfts.set(id, nft);
    const sectors = nft.sectors.map(({ start, count }) => [start, count]);
    const values = [id, nft.minerId, ORACLE, nft.nominalPower, nft.expiry, 0, 0, 0, sectors];
    this.emit(NFT, "Minted", values, nft.mintedAt);
    return nft;
  }

  emit(address: Hex, name: string, values: readonly unknown[], epoch = this.head): void {
    const { topics, data } = (this.#abiOf(address) as Interface).encodeEventLog(name, values);
    const hash = zeroPadValue(`0x${(this.events.length + 1).toString(16).padStart(8, "0")}`, 32);
    this.events.push({ address, topics, data, epoch, hash });
  }

  /** What another member says. */
  say(member: string, frame: number, root: string): void {
    this.#submit(member, frame, root);
  }

  // Lotus

  tipset(epoch: bigint): object {
    const name = this.fork !== undefined && epoch >= this.fork.from ? this.fork.name : "";
    const genesis = this.genesis ?? Math.floor(Date.now() / 1000) + this.clockOffset - 30 * Number(this.head);
    const Timestamp = genesis + 30 * Number(epoch);
    const block = {
      Miner: "f01000",
      Timestamp,
      ParentStateRoot: { "/": `state${name}${epoch}` },
      ParentBaseFee: "100",
    };
    return { Cids: [{ "/": `tipset${name}${epoch}` }], Height: Number(epoch), Blocks: [block] };
  }

  before(epoch: bigint): bigint {
    let found = epoch;
    while (this.nullRounds.has(found)) found -= 1n;
    return found;
  }

  after(epoch: bigint): bigint {
    let found = epoch;
    while (this.nullRounds.has(found)) found += 1n;
    return found;
  }

  // Ethereum

  nonceAt(address: string, epoch: bigint): bigint {
    const history = this.#nonces.get(address.toLowerCase()) ?? [];
    return history.findLast((entry) => entry.epoch <= epoch)?.next ?? 0n;
  }

  /** With what waits in the pool without a gap. */
  pendingNonce(address: string): bigint {
    let next = this.nonceAt(address, this.head);
    while ([...this.pool.values()].some((tx) => isOf(tx, address) && BigInt(tx.nonce) === next)) next += 1n;
    return next;
  }

  send(raw: string): string {
    const tx = Transaction.from(raw);
    const { from, hash } = tx;
    if (from === null || hash === null) throw new NodeError("unsigned");
    if (tx.chainId !== this.chainId) throw new NodeError("wrong chain id");
    if (BigInt(tx.nonce) < this.nonceAt(from, this.head)) throw new NodeError("message nonce too low");
    if (this.pool.has(hash)) throw new NodeError("already in mpool");
    const cost = tx.gasLimit * (tx.maxFeePerGas ?? 0n);
    if ((this.balances.get(from.toLowerCase()) ?? 0n) < cost) throw new NodeError("not enough funds");
    const rival = [...this.pool.values()].find((other) => isOf(other, from) && other.nonce === tx.nonce);
    if (rival?.hash != null) {
      const needed = ((rival.maxPriorityFeePerGas ?? 0n) * REPLACEMENT) / 100n;
      if ((tx.maxPriorityFeePerGas ?? 0n) < needed) throw new NodeError("replace by fee has too low GasPremium");
      this.pool.delete(rival.hash);
    }
    this.pool.set(hash, tx);
    return hash;
  }

  /** Runs a call in the state after an epoch, or with `writes` in the present one. */
  call(
    { from = ZeroAddress, to, data }: { from?: string; to: string; data: string },
    epoch = this.head,
    writes = false,
  ): string {
    const vault = [...this.vaults].find(([, { address }]) => address.toLowerCase() === to.toLowerCase());
    const contract = this.contracts.find(({ address }) => same(address, to));
    const abi = this.#abiOf(to);
    const parsed = abi?.parseTransaction({ data });
    if (abi === undefined || parsed == null) return "0x";
    const args = parsed.args.toArray() as never[];
    const at = { from, epoch, writes };
    const result =
      contract?.call(parsed.name, args, at) ??
      (vault === undefined
        ? this.#contract(parsed.name, args, at)
        : this.#callVault(parsed.name, vault[0], vault[1], writes));
    return abi.encodeFunctionResult(parsed.name, result);
  }

  #abiOf(address: string): Interface | undefined {
    if ([...this.vaults.values()].some((vault) => same(vault.address, address))) return VAULT;
    const known = Object.entries(ABIS).map(([key, abi]) => ({ address: key, abi }));
    return [...known, ...this.contracts].find((contract) => same(contract.address, address))?.abi;
  }

  revert(name: string, ...values: unknown[]): never {
    throw new NodeError("execution reverted", 3, ERRORS.encodeErrorResult(name, values));
  }

  #contract(name: string, args: never[], at: { from: string; epoch: bigint; writes: boolean }): unknown[] {
    const { from, epoch, writes } = at;
    const nft = (id: bigint): FakeNft => {
      const found = this.nfts.get(id);
      return found === undefined || found.mintedAt > epoch ? this.revert("UnknownNFT", id) : found;
    };
    const said = (id: bigint) => nft(id).said.findLast((one) => one.epoch <= epoch);
    const methods: Readonly<Record<string, (...values: never[]) => unknown[]>> = {
      members: () => [this.members],
      quorum: () => [this.quorum],
      delegateOf: (member: string) => [this.delegates.get(member) ?? ZeroAddress],
      voteOf: (member: string) => {
        const vote = this.votes.get(member.toLowerCase());
        return [vote?.frame ?? 0, vote?.root ?? NO_ROOT];
      },
      rootOf: (frame: bigint) => [this.roots.get(Number(frame)) ?? NO_ROOT],
      lastFrame: () => [this.lastFrame],
      currentFrame: () => [this.frame()],
      isStale: () => [this.frame() - this.lastFrame > 3],
      MAX_AGE: () => [3],
      POWER_NFT: () => [NFT],
      ORACLE: () => [ORACLE],
      REGISTRY: () => [REGISTRY],
      minted: () => [[...this.nfts.values()].filter(({ mintedAt }) => mintedAt <= epoch).length],
      powerOf: (id: bigint) => {
        const { minerId, nominalPower, expiry, mintedAt, sectors } = nft(id);
        const count = sectors.reduce((sum, range) => sum + range.count, 0n);
        const attested = said(id);
        return [[minerId, nominalPower, attested?.last ?? 0n, expiry, 0, 0, 0, mintedAt, attested?.epoch ?? 0n, count]];
      },
      attestedWeightsOf: (id: bigint) => {
        const attested = said(id);
        return [attested?.last ?? 0n, attested?.previous ?? 0n, attested?.frame ?? 0];
      },
      payableOf: (id: bigint) => [this.income.get(id)?.payable ?? 0n],
      paidOf: (id: bigint) => [this.income.get(id)?.paid ?? 0n],
      guaranteeOf: (id: bigint) => [[0n, 0n, 0n, this.income.get(id)?.guarantee ?? 0n, 0n]],
      expectedPerDay: (_: bigint, weight: bigint) => [weight / 1_000n],
      minerAccount: (minerId: bigint) => [this.vaults.get(minerId)?.account],
      guaranteesOf: (minerId: bigint) => {
        const due = this.vaults.get(minerId)?.due ?? 0n;
        return [[0n, due, 0n, due]];
      },
      vaultOf: (minerId: bigint) => [this.renamed.get(minerId) ?? this.vaults.get(minerId)?.address ?? ZeroAddress],
      submit: (frame: bigint, root: string) => {
        this.#checkSubmit(from, Number(frame));
        if (writes) this.#submit(from, Number(frame), root);
        return [];
      },
      applyPage: (frame: bigint, minerId: bigint, ids: bigint[], weights: bigint[], proof: string[]) => {
        this.#apply(Number(frame), minerId, [...ids], [...weights], [...proof], writes);
        return [];
      },
      announceSkip: (frame: bigint, minerId: bigint, reason: string, proof: string[]) => {
        this.#checkLeaf(Number(frame), leafOf(Number(frame), { minerId, reason }), [...proof]);
        if (writes) this.emit(ORACLE, "Skipped", [frame, minerId, reason]);
        return [];
      },
      sync: (minerId: bigint) => [this.#sync(minerId, writes)],
      harvest: (minerId: bigint) => [this.#harvest(minerId, writes)],
      settle: (minerId: bigint) => {
        this.#sync(minerId, writes);
        this.#harvest(minerId, writes);
        const vault = this.vaults.get(minerId);
        return [(vault?.account["owed"] ?? 0n) + (vault?.due ?? 0n), 1n, 0n];
      },
      freeSectors: (ids: bigint[]) => {
        for (const id of ids) {
          if (nft(id).expiry > this.head) this.revert("NotExpired", id, nft(id).expiry);
          if (writes) this.freed.add(id);
        }
        return [];
      },
    };
    const method = methods[name];
    if (method === undefined) throw new NodeError(`${name} is not simulated`);
    return method(...args);
  }

  #callVault(name: string, minerId: bigint, vault: FakeVault, writes: boolean): unknown[] {
    if (vault.gone) this.revert("ActorError", minerId, 0, -6);
    if (name === "isActive") return [vault.active];
    if (vault.active) this.revert("AlreadyBeneficiary", minerId);
    if (!vault.proposed) this.revert("NothingProposed", minerId);
    if (writes) vault.active = true;
    return [true];
  }

  #sync(minerId: bigint, writes: boolean): bigint {
    const vault = this.vaults.get(minerId) as FakeVault;
    const { account, rewards } = vault;
    if (!writes) return rewards;
    const earned = (rewards * (account["weight"] ?? 0n)) / (account["qap"] ?? 1n);
    Object.assign(account, { lastSync: this.head, owed: (account["owed"] ?? 0n) + earned });
    account["syncDeadline"] = this.head + 500_000n;
    vault.rewards = 0n;
    return rewards;
  }

  #harvest(minerId: bigint, writes: boolean): bigint {
    const vault = this.vaults.get(minerId) as FakeVault;
    const income = vault.account["owed"] ?? 0n;
    const owed = income + vault.due;
    const paid = owed < vault.cash ? owed : vault.cash;
    const covered = paid < income ? paid : income;
    if (writes) {
      vault.account["owed"] = income - covered;
      vault.due -= paid - covered;
      vault.cash -= paid;
    }
    return paid;
  }

  #checkSubmit(from: string, frame: number): void {
    if (this.#memberOf(from) === undefined) this.revert("NotMember", from);
    if (frame <= this.lastFrame) this.revert("FrameOver", frame, this.lastFrame);
    if (frame < this.frame() - 3) this.revert("FrameTooOld", frame, this.frame() - 3);
  }

  #memberOf(key: string): string | undefined {
    return this.members.find((member) => same(member, key) || same(this.delegates.get(member) ?? ZeroAddress, key));
  }

  #submit(from: string, frame: number, root: string): void {
    const member = this.#memberOf(from) as string;
    this.votes.set(member.toLowerCase(), { frame, root });
    this.emit(ORACLE, "Submitted", [frame, member, root]);
    const agree = [...this.votes.values()].filter((vote) => vote.frame === frame && vote.root === root).length;
    if (agree < this.quorum) return;
    this.lastFrame = frame;
    this.roots.set(frame, root);
    this.emit(ORACLE, "Agreed", [frame, root]);
  }

  #checkLeaf(frame: number, leaf: string, proof: string[]): void {
    const root = this.roots.get(frame);
    if (root === undefined) this.revert("NoReport", frame);
    else if (!SimpleMerkleTree.verify(root, leaf, proof)) this.revert("NotInReport", frame, leaf);
  }

  #apply(frame: number, minerId: bigint, ids: bigint[], weights: bigint[], proof: string[], writes: boolean): void {
    this.#checkLeaf(frame, leafOf(frame, { minerId, ids, weights }), proof);
    const fresh = ids.filter((id) => (this.nfts.get(id)?.said.at(-1)?.frame ?? -1) < frame);
    if (ids.length > 0 && fresh.length === 0) this.revert("StaleFrame", minerId, frame);
    if (!writes) return;
    for (const [at, id] of ids.entries()) {
      const { said } = this.nfts.get(id) as FakeNft;
      said.push({ epoch: this.head, last: weights[at] as bigint, previous: said.at(-1)?.last ?? 0n, frame });
    }
    this.emit(ORACLE, "Applied", [frame, minerId, ids[0], ids.at(-1)]);
  }

  #include(): void {
    const sorted = [...this.pool.values()].sort((a, b) => a.nonce - b.nonce);
    for (const tx of sorted) {
      const from = tx.from as string;
      if (BigInt(tx.nonce) !== this.nonceAt(from, this.head)) continue;
      this.pool.delete(tx.hash as string);
      this.#execute(tx, from);
    }
  }

  #execute(tx: Transaction, from: string): void {
    const { hash, nonce, to, data } = tx as Transaction & { hash: string; to: string };
    const first = this.events.length;
    let succeeded = tx.gasLimit >= this.gasUsed;
    try {
      if (succeeded) this.call({ from, to, data }, this.head, true);
    } catch {
      succeeded = false;
    }
    this.events = this.events.map((event, at) => (at < first ? event : { ...event, hash }));
    const parsed = this.#abiOf(to)?.parseTransaction({ data });
    this.executed.push({
      hash,
      from,
      nonce,
      name: parsed?.name ?? "",
      args: parsed?.args.toArray(true) ?? [],
      epoch: this.head,
      succeeded,
    });
    const gasUsed = tx.gasLimit < this.gasUsed ? tx.gasLimit : this.gasUsed;
    this.receipts.set(hash, {
      blockNumber: quantity(this.head),
      status: succeeded ? "0x1" : "0x0",
      gasUsed: quantity(gasUsed),
      effectiveGasPrice: quantity(BASE_FEE),
      input: data,
      nonce: quantity(BigInt(nonce)),
      hash,
    });
    const key = from.toLowerCase();
    const next = BigInt(nonce) + 1n;
    this.#nonces.set(key, [...(this.#nonces.get(key) ?? []), { epoch: this.head, next }]);
  }

  /** Uses a nonce up, as another process with the same key would. */
  useNonce(address: string): void {
    const key = address.toLowerCase();
    const next = this.nonceAt(key, this.head) + 1n;
    for (const [hash, tx] of this.pool) if (isOf(tx, address) && BigInt(tx.nonce) < next) this.pool.delete(hash);
    this.#nonces.set(key, [...(this.#nonces.get(key) ?? []), { epoch: this.head, next }]);
  }
}

export function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}

export const FEES = { baseFee: BASE_FEE, priorityFee: 1_000n, gas: GAS };

function isOf(tx: Transaction, address: string): boolean {
  return same(tx.from ?? ZeroAddress, address);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
