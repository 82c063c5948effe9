/**
 * A simulated Filecoin on a Hardhat network: drives the contracts beside it (`contracts/`) over any EIP-1193 provider
 * of a Hardhat network, in process or over HTTP. `README.md` says what is imitated and what is not.
 *
 * ```ts
 * const { provider } = await hre.network.create();
 * const fil = await installFilecoin(provider);
 * const owner = await fil.createAccount();                                  // an f3 account; its id
 * await fil.createMiner({ id: 1000n, owner, balance: FIL(1000), sectors: { count: 8n } });
 * await fil.awardEvery(1000n, { epochs: 2880n, every: 120n, amount: FIL(10) }); // a day of rewards; the chain moves on
 * await fil.native({ from: owner, to: 1000n, method: 30n, params });        // { exitCode, codec, ret }
 * await fil.read(1000n, 3275365574n);                                       // a view call of an actor
 * ```
 *
 * - Ids, epochs and amounts (attoFIL) are bigint. An actor is named by its id, by an Ethereum address (20 bytes of hex)
 *   or by the raw bytes of any other Filecoin address (`{ raw: "0x03..." }`).
 * - `block.number` is the epoch. Each transaction is one epoch; every block is exactly 30 s after the one before,
 *   whoever sends: the driver sets the time before each transaction that goes through the provider it was given.
 *   A block mined by a message in epoch N sees the rewards up to N - 1.
 * - `native` sends a native message: from an account by its id, or from an Ethereum address. It never throws for a
 *   failing actor call; look at `exitCode`. Messages to contracts with method InvokeEVM (3844450837) carry the calldata
 *   as a CBOR byte string in `params`, as on the chain. A sender never pays gas.
 *   TerminateSectors, DeclareFaults, DeclareFaultsRecovered and CompactPartitions work too (methods 9, 10, 11, 19);
 *   a recovery brings the power back at once, without waiting for the next proof.
 * - Everything else is a lever on the network: faults, terminations, penalties, pledge, the network's estimates.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

import { AbiCoder, Interface, keccak256, toBeHex, toUtf8Bytes } from "ethers";

import { readBitfield } from "./bitfield.ts";
import { bytes, decodeCbor, encodeCbor, hex, idBytes } from "./cbor.ts";

export interface Provider {
  request(args: { method: string; params?: readonly unknown[] | object }): Promise<unknown>;
}

/** Who: an actor id, an Ethereum address, or the bytes of another Filecoin address. */
export type Who = bigint | string | { raw: string };

export interface Receipt {
  exitCode: bigint;
  codec: bigint;
  /** The answer's bytes, "0x" for none. */
  ret: string;
}

export interface NativeMessage {
  /** An account's id, or an Ethereum address. */
  from: bigint | string;
  to: Who;
  method?: bigint;
  /** attoFIL. */
  value?: bigint;
  params?: string;
}

/** Sectors that are alike. */
export interface Sectors {
  first?: bigint;
  count: bigint;
  deadline?: bigint;
  partition?: bigint;
  /** Epochs. */
  activation?: bigint;
  expiration?: bigint;
  /** Power of each, bytes. */
  raw?: bigint;
  qa?: bigint;
  /** Pledge of each, attoFIL. */
  pledge?: bigint;
}

export interface MinerLedger {
  balance: bigint;
  locked: bigint;
  pledge: bigint;
  deposits: bigint;
  feeDebt: bigint;
  /** May be negative. */
  available: bigint;
}

export const SIMULATOR = "0x00000000000000000000000000000000f11c0171";
export const INVOKE_EVM = 3844450837n;
export const CREATE_MINER = 1173380165n;
export const EPOCH_SECONDS = 30n;
export const REWARD_ACTOR = 2n;
export const POWER_ACTOR = 4n;
export const BURNT_FUNDS = 99n;

/** Sends what no actor sends: the levers. */
const LEVER_PULLER = "0x00000000000000000000000000000000f11c0de0";
/** Below the gas cap of any hardfork. */
const GAS = 16_000_000n;
const MANY = 10n ** 27n;
/** Native actors that take no calls from contracts. */
const SINGLETONS = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 10n];
/** Messages about sectors that the driver reads: TerminateSectors, DeclareFaults, its opposite, CompactPartitions. */
const TERMINATE_SECTORS = 9n;
const DECLARE_FAULTS = 10n;
const DECLARE_FAULTS_RECOVERED = 11n;
const COMPACT_PARTITIONS = 19n;
const SECTOR_METHODS = new Set([TERMINATE_SECTORS, DECLARE_FAULTS, DECLARE_FAULTS_RECOVERED, COMPACT_PARTITIONS]);
const IS_CONTROLLING_ADDRESS = 348244887n;
const MINER_KIND = 5n;
/** Where the simulator keeps its actors and the ids of Ethereum addresses, and the number of their kind. */
const ACTORS_SLOT = 0n;
const IDS_SLOT = 1n;
const EVM_KIND = 3n;
/** Rewards in one transaction. */
const BATCH = 200n;
const ARTIFACTS = path.join(import.meta.dirname, "../../artifacts/test/filecoin/contracts");

interface Artifact {
  abi: ConstructorParameters<typeof Interface>[0];
  deployedBytecode: string;
}

function artifact(file: string, name = file): Artifact {
  return JSON.parse(readFileSync(path.join(ARTIFACTS, `${file}.sol`, `${name}.json`), "utf8")) as Artifact;
}

/** Whole or decimal FIL as attoFIL. */
export function FIL(amount: number | string): bigint {
  const [whole = "0", part = ""] = String(amount).split(".");
  return BigInt(whole) * 10n ** 18n + BigInt(part.padEnd(18, "0").slice(0, 18));
}

/** Where an actor without an Ethereum address appears inside the EVM. */
export function maskedAddress(id: bigint): string {
  return "0xff" + id.toString(16).padStart(38, "0");
}

export async function installFilecoin(
  provider: Provider,
  options: { firstId?: bigint; keepClock?: boolean } = {},
): Promise<Filecoin> {
  const filecoin = new Filecoin(provider);
  const code: [string, string][] = [
    [SIMULATOR, artifact("FilecoinSimulator").deployedBytecode],
    [precompile(1), artifact("Precompiles", "ResolveAddress").deployedBytecode],
    [precompile(2), artifact("Precompiles", "LookupDelegatedAddress").deployedBytecode],
    [precompile(3), artifact("Precompiles", "CallActor").deployedBytecode],
    [precompile(5), artifact("Precompiles", "CallActorById").deployedBytecode],
  ];
  const closed = artifact("NativeActor", "ClosedActor").deployedBytecode;
  for (const id of SINGLETONS) code.push([maskedAddress(id), closed]);
  for (const [address, text] of code) await provider.request({ method: "hardhat_setCode", params: [address, text] });
  await filecoin.setBalance(REWARD_ACTOR, MANY);
  await provider.request({ method: "hardhat_setBalance", params: [LEVER_PULLER, toBeHex(MANY)] });
  await provider.request({ method: "hardhat_impersonateAccount", params: [LEVER_PULLER] });
  if (options.keepClock !== true) keepClock(provider);
  await filecoin.pull("start", [options.firstId ?? 1001n]);
  return filecoin;
}

/** Puts the code of one of the contracts beside the driver at an address: for tests. */
export async function setCodeOf(provider: Provider, address: string, name: string, file = name): Promise<void> {
  const params = [address, artifact(file, name).deployedBytecode];
  await provider.request({ method: "hardhat_setCode", params });
}

function precompile(n: number): string {
  return "0xfe" + n.toString(16).padStart(38, "0");
}

interface Block {
  number: string;
  timestamp: string;
}

async function latest(provider: Provider): Promise<{ number: bigint; timestamp: bigint }> {
  const block = (await provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as Block;
  return { number: BigInt(block.number), timestamp: BigInt(block.timestamp) };
}

const MINING = new Set(["eth_sendTransaction", "eth_sendRawTransaction", "evm_mine"]);

/** From now on every block that a request through this provider mines is 30 s after its parent. */
function keepClock(provider: Provider): void {
  const send = provider.request.bind(provider);
  // One after the other: two blocks at once would be given the same time.
  let previous: Promise<unknown> = Promise.resolve();
  const mine = async (args: Parameters<Provider["request"]>[0]): Promise<unknown> => {
    const { timestamp } = await latest({ request: send });
    await send({ method: "evm_setNextBlockTimestamp", params: [toBeHex(timestamp + EPOCH_SECONDS)] });
    return send(args);
  };
  provider.request = (args) => {
    const bare = !Array.isArray(args.params) || args.params.length === 0;
    if (!MINING.has(args.method) || (args.method === "evm_mine" && !bare)) return send(args);
    const result = previous.then(() => mine(args));
    previous = result.catch(() => undefined);
    return result;
  };
}

export class Filecoin {
  readonly provider: Provider;
  readonly #simulator = new Interface(artifact("FilecoinSimulator").abi);
  readonly #coder = AbiCoder.defaultAbiCoder();

  constructor(provider: Provider) {
    this.provider = provider;
  }

  // WHO EXISTS

  /** A new f3 account with FIL; its id. Its masked address can send transactions (it is impersonated). */
  async createAccount(options: { id?: bigint; raw?: string; balance?: bigint } = {}): Promise<bigint> {
    const id = options.id ?? (await this.newId());
    await this.pull("addAccount", [id, options.raw ?? madeUp(3, 48, id)]);
    await this.setBalance(id, options.balance ?? FIL(100_000));
    await this.provider.request({ method: "hardhat_impersonateAccount", params: [maskedAddress(id)] });
    return id;
  }

  /** A new native multisig; its id. */
  async createMultisig(options: {
    signers: bigint[];
    threshold: bigint;
    id?: bigint;
    raw?: string;
    balance?: bigint;
  }): Promise<bigint> {
    const id = options.id ?? (await this.newId());
    await this.pull("addMultisig", [id, options.signers, options.threshold, options.raw ?? madeUp(2, 20, id)]);
    await this.#setCode(id, "OpenActor");
    await this.setBalance(id, options.balance ?? 0n);
    return id;
  }

  /** A new miner, its own beneficiary's owner's; its id. `balance` includes what pledge will lock. */
  async createMiner(options: {
    owner: bigint;
    id?: bigint;
    worker?: bigint;
    balance?: bigint;
    provingPeriodStart?: bigint;
    sectors?: Sectors | Sectors[];
  }): Promise<bigint> {
    const id = options.id ?? (await this.newId());
    const start = options.provingPeriodStart ?? (id * 7919n) % 2880n;
    await this.pull("addMiner", [id, options.owner, options.worker ?? options.owner, start]);
    await this.#setCode(id, "ClosedActor");
    await this.setBalance(id, options.balance ?? 0n);
    for (const sectors of [options.sectors ?? []].flat()) await this.addSectors(id, sectors);
    return id;
  }

  /** Gives an Ethereum address this id, before anything has asked for its id. */
  async registerEvm(address: string, id?: bigint): Promise<bigint> {
    const given = id ?? (await this.newId());
    await this.pull("addEvm", [given, address]);
    return given;
  }

  /** The id of an address, undefined for one that the chain has never seen. From then on the id leads back to it. */
  async idOf(who: Who): Promise<bigint | undefined> {
    const [, found, id] = await this.#view("resolve", [rawOf(who)]);
    if (found !== true) return undefined;
    if (typeof who === "string") await this.#remember(who, id as bigint);
    return id as bigint;
  }

  /** Writes an Ethereum address down without a transaction, so that no epoch passes. */
  async #remember(address: string, id: bigint): Promise<void> {
    const [kind] = await this.#view("actor", [id]);
    if (kind !== 0n) return;
    await this.#store(this.#coder.encode(["uint64", "uint256"], [id, ACTORS_SLOT]), (BigInt(address) << 8n) | EVM_KIND);
    await this.#store(this.#coder.encode(["address", "uint256"], [address, IDS_SLOT]), id + 1n);
  }

  async #store(key: string, value: bigint): Promise<void> {
    const slot = quantity(BigInt(keccak256(key)));
    await this.provider.request({ method: "hardhat_setStorageAt", params: [SIMULATOR, slot, toBeHex(value, 32)] });
  }

  /** An id that no actor has. */
  async newId(): Promise<bigint> {
    const [id] = await this.#view("newId", []);
    return id as bigint;
  }

  // MESSAGES

  /** What an actor answers to a call that writes nothing, as `from` (nobody in particular unless given). */
  async read(to: Who, method: bigint, params = "0x", from: bigint | string = LEVER_PULLER): Promise<Receipt> {
    const data = this.#simulator.encodeFunctionData("actorCall", [rawOf(to), method, true, params !== "0x", params]);
    try {
      const answer = await this.provider.request({
        method: "eth_call",
        params: [{ from: addressOf(from), to: SIMULATOR, data, gas: toBeHex(GAS) }, "latest"],
      });
      return receipt(this.#simulator.decodeFunctionResult("actorCall", answer as string));
    } catch (error) {
      const parsed = this.#simulator.parseError(revertData(error) ?? "0x");
      if (parsed?.name !== "Exit") throw error;
      return receipt(parsed.args);
    }
  }

  /** Sends a native message and waits for it: one epoch, whether it succeeds or not. */
  async native(message: NativeMessage): Promise<Receipt> {
    const { from, to, method = 0n, value = 0n, params = "0x" } = message;
    const contract = method === 0n ? undefined : await this.#contractAt(to);
    if (contract !== undefined) {
      if (method !== INVOKE_EVM) throw new Error("a contract is sent InvokeEVM or plain FIL");
      return this.#invoke(from, contract, value, params);
    }
    if (SECTOR_METHODS.has(method) && typeof to === "bigint") {
      const done = await this.#sectorMessage(from, to, method, params);
      if (done !== undefined) return done;
    }
    const data = this.#simulator.encodeFunctionData("message", [rawOf(to), method, params]);
    const logs = await this.#send(from, SIMULATOR, value, data);
    for (const log of logs.toReversed()) {
      if (log.address.toLowerCase() !== SIMULATOR) continue;
      const done = this.#simulator.parseLog({ topics: log.topics, data: log.data });
      if (done?.name !== "MessageDone") continue;
      const result = receipt([done.args["code"], done.args["codec"], done.args["ret"]]);
      if (result.exitCode === 0n) await this.#dressNewMiner(to, method, result.ret);
      return result;
    }
    throw new Error("the message left no trace");
  }

  /** A native InvokeEVM message: `params` is the calldata as a CBOR byte string, or nothing. */
  async #invoke(from: bigint | string, contract: string, value: bigint, params: string): Promise<Receipt> {
    let data = "0x";
    try {
      const item = params === "0x" ? new Uint8Array() : decodeCbor(params);
      if (!(item instanceof Uint8Array)) throw new Error("not a byte string");
      data = hex(item);
    } catch {
      await this.mine(1n);
      return { exitCode: 21n, codec: 0n, ret: "0x" };
    }
    const call = { from: addressOf(from), to: contract, data, value: toBeHex(value), gas: toBeHex(GAS) };
    try {
      const answer = (await this.provider.request({ method: "eth_call", params: [call, "pending"] })) as string;
      await this.#send(from, contract, value, data);
      return { exitCode: 0n, codec: 0x51n, ret: encodeCbor(bytes(answer)) };
    } catch (error) {
      const answer = revertData(error);
      if (answer === undefined) throw error;
      await this.mine(1n);
      return { exitCode: 33n, codec: 0x51n, ret: encodeCbor(bytes(answer)) };
    }
  }

  /** The miner's own messages about sectors; undefined for a receiver that is no miner. */
  async #sectorMessage(
    from: bigint | string,
    miner: bigint,
    method: bigint,
    params: string,
  ): Promise<Receipt | undefined> {
    const [kind] = await this.#view("actor", [miner]);
    if (kind !== MINER_KIND) return undefined;
    const fail = async (exitCode: bigint): Promise<Receipt> => {
      await this.mine(1n);
      return { exitCode, codec: 0n, ret: "0x" };
    };
    if (params === "0x") return fail(16n);
    let declared: Declared[];
    try {
      declared = readDeclared(method, params);
    } catch {
      return fail(21n);
    }
    const sender = encodeCbor(bytes(rawOf(from)));
    if ((await this.read(miner, IS_CONTROLLING_ADDRESS, sender)).ret !== "0xf5") return fail(18n);
    const sectors = declared.flatMap((d) => d.bits);
    try {
      if (method === COMPACT_PARTITIONS) {
        for (const { deadline, bits } of declared) {
          for (const partition of bits) await this.compactPartition(miner, deadline, partition);
        }
      } else if (method === TERMINATE_SECTORS) await this.terminateSectors(miner, sectors);
      else if (method === DECLARE_FAULTS) await this.declareFaults(miner, sectors);
      else await this.recoverSectors(miner, sectors);
    } catch (error) {
      if (this.#simulator.parseError(revertData(error) ?? "0x")?.name !== "WrongSectorState") throw error;
      return fail(16n);
    }
    return method === TERMINATE_SECTORS
      ? { exitCode: 0n, codec: 0x51n, ret: "0x81f5" }
      : { exitCode: 0n, codec: 0n, ret: "0x" };
  }

  async #dressNewMiner(to: Who, method: bigint, ret: string): Promise<void> {
    if (to !== POWER_ACTOR || (method !== 2n && method !== CREATE_MINER)) return;
    const answer = decodeCbor(ret);
    if (!Array.isArray(answer) || !(answer[0] instanceof Uint8Array)) throw new Error("CreateMiner answered nonsense");
    const id = await this.idOf({ raw: hex(answer[0]) });
    if (id !== undefined) await this.#setCode(id, "ClosedActor");
  }

  /** The signature of `text` that this account's AuthenticateMessage accepts here. */
  async sign(id: bigint, text: string): Promise<string> {
    const [signature] = await this.#view("sign", [id, text]);
    return signature as string;
  }

  // TIME

  /** The epoch of the newest block. */
  async epoch(): Promise<bigint> {
    return (await latest(this.provider)).number;
  }

  /** Moves the chain on by so many epochs. */
  async mine(epochs: bigint): Promise<void> {
    if (epochs <= 0n) return;
    // The interval holds between mined blocks; the first one follows its parent at the same distance.
    const { timestamp } = await latest(this.provider);
    const first = toBeHex(timestamp + EPOCH_SECONDS);
    await this.provider.request({ method: "evm_setNextBlockTimestamp", params: [first] });
    await this.provider.request({ method: "hardhat_mine", params: [quantity(epochs), quantity(EPOCH_SECONDS)] });
  }

  /** Moves the chain on to an epoch that is not past. */
  async mineTo(epoch: bigint): Promise<void> {
    const left = epoch - (await this.epoch());
    if (left < 0n) throw new Error(`epoch ${epoch} is past`);
    await this.mine(left);
  }

  // REWARDS

  /** One block reward; of the last epoch unless said otherwise. */
  async award(miner: bigint, reward: bigint, options: { penalty?: bigint; epoch?: bigint } = {}): Promise<void> {
    const epoch = options.epoch ?? (await this.epoch());
    await this.pull("awardBlockReward", [miner, reward, options.penalty ?? 0n, epoch]);
  }

  /**
   * Moves the chain on by `epochs` and pays a reward for every `every`-th epoch of them. They are paid at the end in
   * few transactions and vest as of their own epochs, so nothing may look at the miner in between.
   */
  async awardEvery(miner: bigint, options: { epochs: bigint; every: bigint; amount: bigint }): Promise<void> {
    const { epochs, every, amount } = options;
    const start = await this.epoch();
    const count = epochs / every;
    const batches = (count + BATCH - 1n) / BATCH;
    if (epochs <= batches) throw new Error("too few epochs for so many rewards");
    await this.mine(epochs - batches);
    for (let paid = 0n; paid < count; paid += BATCH) {
      const some = count - paid < BATCH ? count - paid : BATCH;
      await this.pull("awardMany", [miner, start + every * (paid + 1n), every, some, amount]);
    }
  }

  // SECTORS AND POWER

  async addSectors(miner: bigint, sectors: Sectors): Promise<void> {
    const now = await this.epoch();
    const raw = sectors.raw ?? 2048n;
    await this.pull("addSectors", [
      miner,
      {
        first: sectors.first ?? 0n,
        count: sectors.count,
        deadline: sectors.deadline ?? 0n,
        partition: sectors.partition ?? 0n,
        activation: sectors.activation ?? now,
        expiration: sectors.expiration ?? now + 1278n * 2880n,
        raw,
        qa: sectors.qa ?? raw * 10n,
        pledge: sectors.pledge ?? 0n,
      },
    ]);
  }

  /** What the power actor credits the miner with, whatever its sectors say; bytes. */
  async setClaim(miner: bigint, raw: bigint, qa: bigint): Promise<void> {
    await this.pull("setClaim", [miner, raw, qa]);
  }

  async declareFaults(miner: bigint, sectors: bigint[]): Promise<void> {
    await this.pull("declareFaults", [miner, sectors]);
  }

  async recoverSectors(miner: bigint, sectors: bigint[]): Promise<void> {
    await this.pull("recoverSectors", [miner, sectors]);
  }

  /** Ends sectors before their time; the fee comes out of the nearest locked rewards, then out of the balance. */
  async terminateSectors(miner: bigint, sectors: bigint[]): Promise<void> {
    await this.pull("terminateSectors", [miner, sectors]);
  }

  /** Removes the terminated sectors of a partition. */
  async compactPartition(miner: bigint, deadline: bigint, partition: bigint): Promise<void> {
    await this.pull("compactPartition", [miner, deadline, partition]);
  }

  async moveSector(miner: bigint, sector: bigint, partition: bigint): Promise<void> {
    await this.pull("moveSector", [miner, sector, partition]);
  }

  // MONEY

  /** A fee or penalty, burned at once as far as the miner can pay. */
  async penalise(miner: bigint, amount: bigint): Promise<void> {
    await this.pull("penalise", [miner, amount]);
  }

  /** Fee debt that nothing has tried to burn yet. */
  async addFeeDebt(miner: bigint, amount: bigint): Promise<void> {
    await this.pull("addFeeDebt", [miner, amount]);
  }

  async setEarlyTerminations(miner: bigint, pending: boolean): Promise<void> {
    await this.pull("setEarlyTerminations", [miner, pending]);
  }

  async setInitialPledge(miner: bigint, amount: bigint): Promise<void> {
    await this.pull("setInitialPledge", [miner, amount]);
  }

  async setPreCommitDeposits(miner: bigint, amount: bigint): Promise<void> {
    await this.pull("setPreCommitDeposits", [miner, amount]);
  }

  /** Whether the end of each deadline unlocks what has vested (it does while a miner has anything at stake). */
  async setCronActive(miner: bigint, active: boolean): Promise<void> {
    await this.pull("setCronActive", [miner, active]);
  }

  async setControls(miner: bigint, worker: bigint, controls: bigint[]): Promise<void> {
    await this.pull("setControls", [miner, worker, controls]);
  }

  /** Writes entries of a vesting table; their epochs must be of the miner's class. */
  async setVesting(miner: bigint, entries: { epoch: bigint; amount: bigint }[]): Promise<void> {
    await this.pull("setVesting", [miner, entries.map((e) => e.epoch), entries.map((e) => e.amount)]);
  }

  /** Sets an actor's balance, wherever it came from. */
  async setBalance(who: bigint | string, amount: bigint): Promise<void> {
    await this.provider.request({ method: "hardhat_setBalance", params: [addressOf(who), quantity(amount)] });
  }

  async balanceOf(who: bigint | string): Promise<bigint> {
    const answer = await this.provider.request({ method: "eth_getBalance", params: [addressOf(who), "latest"] });
    return BigInt(answer as string);
  }

  async ledgerOf(miner: bigint): Promise<MinerLedger> {
    const [balance, locked, pledge, deposits, feeDebt, available] = await this.#view("ledgerOf", [miner]);
    return { balance, locked, pledge, deposits, feeDebt, available } as MinerLedger;
  }

  /** The network's steady state, from which fees and expected income follow: attoFIL an epoch, bytes. */
  async setNetworkEstimates(rewardPerEpoch: bigint, networkQap: bigint): Promise<void> {
    await this.setExpectedPerByte(((rewardPerEpoch * 10_108n) << 128n) / networkQap);
  }

  /** Expected reward of a byte of power over 10,108 epochs, attoFIL as Q.128. */
  async setExpectedPerByte(q128: bigint): Promise<void> {
    await this.pull("setExpectedPerByte", [q128]);
  }

  /** What CreateMiner locks, attoFIL, and the epoch at which the miners that it makes begin their proving periods. */
  async setCreation(deposit: bigint, provingPeriodStart: bigint): Promise<void> {
    await this.pull("setCreation", [deposit, provingPeriodStart]);
  }

  // MECHANICS

  /** Pulls any lever of the simulator contract by name: one transaction, one epoch. */
  async pull(name: string, args: readonly unknown[]): Promise<void> {
    await this.#send(LEVER_PULLER, SIMULATOR, 0n, this.#simulator.encodeFunctionData(name, args));
  }

  async #view(name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const data = this.#simulator.encodeFunctionData(name, args);
    const answer = await this.provider.request({
      method: "eth_call",
      params: [{ from: LEVER_PULLER, to: SIMULATOR, data }, "latest"],
    });
    return this.#simulator.decodeFunctionResult(name, answer as string).toArray() as unknown[];
  }

  async #contractAt(who: Who): Promise<string | undefined> {
    const [address] = await this.#view("contractAt", [rawOf(who)]);
    return BigInt(address as string) === 0n ? undefined : (address as string);
  }

  async #setCode(id: bigint, shell: string): Promise<void> {
    const text = artifact("NativeActor", shell).deployedBytecode;
    await this.provider.request({ method: "hardhat_setCode", params: [maskedAddress(id), text] });
  }

  /** Sends a transaction of an impersonated sender, who gets the gas back. */
  async #send(from: bigint | string, to: string, value: bigint, data: string): Promise<Log[]> {
    const sender = addressOf(from);
    await this.provider.request({ method: "hardhat_impersonateAccount", params: [sender] });
    const hash = await this.provider.request({
      method: "eth_sendTransaction",
      params: [{ from: sender, to, value: quantity(value), data, gas: toBeHex(GAS) }],
    });
    const done = (await this.provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
      status: string;
      gasUsed: string;
      effectiveGasPrice: string;
      logs: Log[];
    };
    if (BigInt(done.status) !== 1n) throw new Error("the transaction failed");
    const cost = BigInt(done.gasUsed) * BigInt(done.effectiveGasPrice);
    await this.setBalance(sender, (await this.balanceOf(sender)) + cost);
    return done.logs;
  }

  /** ABI-decodes, for tests that look into answers. */
  decode(types: string[], data: string): readonly unknown[] {
    return this.#coder.decode(types, data).toArray() as unknown[];
  }
}

interface Declared {
  deadline: bigint;
  /** Sector numbers, or partitions for a compaction. */
  bits: bigint[];
}

function readDeclared(method: bigint, params: string): Declared[] {
  const item = decodeCbor(params);
  const list = method === COMPACT_PARTITIONS ? [item] : Array.isArray(item) ? item[0] : undefined;
  if (!Array.isArray(list)) throw new Error("no declarations");
  return list.map((entry) => {
    if (!Array.isArray(entry)) throw new Error("no declaration");
    const [deadline, last] = [entry[0], entry.at(-1)];
    const bits = last === 0n ? new Uint8Array() : last; // the actor's reader takes a 0 for the head of no bytes
    if (typeof deadline !== "bigint" || !(bits instanceof Uint8Array)) throw new Error("no declaration");
    return { deadline, bits: readBitfield(bits) };
  });
}

interface Log {
  address: string;
  topics: string[];
  data: string;
}

function quantity(value: bigint): string {
  return "0x" + value.toString(16);
}

function receipt(parts: readonly unknown[]): Receipt {
  return { exitCode: parts[0] as bigint, codec: parts[1] as bigint, ret: parts[2] as string };
}

/** Address bytes that nobody else has. */
function madeUp(protocol: number, length: number, id: bigint): string {
  const seed = keccak256(toUtf8Bytes(`address ${protocol} of ${id}`)).slice(2);
  return "0x" + protocol.toString(16).padStart(2, "0") + (seed + seed).slice(0, 2 * length);
}

function addressOf(who: bigint | string): string {
  return typeof who === "bigint" ? maskedAddress(who) : who;
}

/** The Filecoin address bytes of anybody. */
export function rawOf(who: Who): string {
  if (typeof who === "bigint") return hex(idBytes(who));
  if (typeof who !== "string") return who.raw;
  if (!/^0x[0-9a-fA-F]{40}$/.test(who)) throw new Error(`${who} is no Ethereum address`);
  if (/^0xff0{22}/i.test(who)) return hex(idBytes(BigInt("0x" + who.slice(26))));
  return "0x040a" + who.slice(2).toLowerCase();
}

/** The data that a reverting call gave back; undefined if it failed otherwise. */
function revertData(error: unknown): string | undefined {
  for (let e: unknown = error; e !== null && typeof e === "object";) {
    const data: unknown = "data" in e ? e.data : undefined;
    if (typeof data === "string" && data.startsWith("0x")) return data;
    if (data !== null && typeof data === "object" && "data" in data && typeof data.data === "string") return data.data;
    e = "cause" in e ? e.cause : undefined;
  }
  return undefined;
}
