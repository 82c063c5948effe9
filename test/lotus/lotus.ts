import { newFromString } from "@glif/filecoin-address";

import { decodeAmount, decodeCbor, encodeAmount, encodeCbor, type CborValue } from "./cbor.ts";

/** Native methods of built-in actors, by the numbers that only messages (not contracts) may use. */
export const METHOD = {
  send: 0,
  powerCreateMiner: 2,
  miner: { terminateSectors: 9, declareFaults: 10, withdrawBalance: 16, changeOwner: 23, changeBeneficiary: 30 },
  initExec: 2,
  multisig: { propose: 2, approve: 3 },
  rewardAward: 2,
  minerApplyRewards: 14,
  invokeContract: 3844450837,
} as const;

export const FIL = 10n ** 18n;

const NETWORK_VERSION = 28;
const DAY = 2_880;
const GET_VESTING_FUNDS = 1726876304;

export interface Cid {
  "/": string;
}
export interface TipSet {
  Cids: Cid[];
  Height: number;
}
export interface Receipt {
  ExitCode: number;
  /** Base64, or null when empty. */
  Return: string | null;
  GasUsed: number;
}
export interface Lookup {
  Message: Cid;
  Receipt: Receipt;
  TipSet: Cid[];
  Height: number;
}
export interface Message {
  from: string;
  to: string;
  method?: number;
  value?: bigint;
  params?: Uint8Array;
  /** Given, the node does not estimate: a message that will fail is sent all the same. */
  gasLimit?: number;
}
export interface GasCharge {
  Name: string;
  tg: number;
  cg: number;
  sg: number;
}
export interface ExecutionTrace {
  Msg: { From: string; To: string; Value: string; Method: number; Params: string | null; CodeCid: Cid };
  MsgRct: { ExitCode: number; Return: string | null };
  GasCharges: GasCharge[] | null;
  Subcalls: ExecutionTrace[] | null;
}
export interface Execution {
  Msg: { From: string; To: string; Method: number };
  MsgRct: Receipt;
  ExecutionTrace: ExecutionTrace;
}
export interface BeneficiaryTerm {
  Quota: string;
  UsedQuota: string;
  Expiration: number;
}
export interface MinerInfo {
  Owner: string;
  Worker: string;
  PendingOwnerAddress: string | null;
  Beneficiary: string;
  BeneficiaryTerm: BeneficiaryTerm;
  PendingBeneficiaryTerm: {
    NewBeneficiary: string;
    NewQuota: string;
    NewExpiration: number;
    ApprovedByBeneficiary: boolean;
    ApprovedByNominee: boolean;
  } | null;
}
/** The miner actor's state as `StateReadState` shows it, of which the tests read this. */
export interface MinerState {
  PreCommitDeposits: string;
  LockedFunds: string;
  FeeDebt: string;
  InitialPledge: string;
  ProvingPeriodStart: number;
}

/** A native message that the chain refused. */
export class MessageFailed extends Error {
  readonly exitCode: number;
  constructor(message: Message, exitCode: number) {
    super(`method ${message.method ?? 0} of ${message.to} by ${message.from} ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

export function addressBytes(address: string): Uint8Array {
  return newFromString(address).bytes;
}

/** The raw bytes of an id address. */
export function idBytes(id: bigint | number): Buffer {
  const out = [0];
  let rest = BigInt(id);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(out);
}

/** The actor id of an f0 address. */
export function idOf(address: string): bigint {
  const match = /^[ft]0(\d+)$/.exec(address);
  if (match?.[1] === undefined) throw new Error(`${address} is not an id address`);
  return BigInt(match[1]);
}

/** The f410 address bytes of a contract or an Ethereum account. */
export function f410Bytes(address: string): Buffer {
  return Buffer.concat([Buffer.from([4, 10]), Buffer.from(address.slice(2), "hex")]);
}

/** Lotus' own JSON-RPC: native messages, waiting for them, reading states and traces. */
export class Lotus {
  readonly url: string;
  #id = 0;

  constructor(url: string) {
    this.url = url;
  }

  async call<T>(method: string, ...params: unknown[]): Promise<T> {
    const answer = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: ++this.#id, method, params }),
    });
    const body = (await answer.json()) as { result?: T; error?: { code: number; message: string } };
    if (body.error !== undefined) throw new Error(`${method}: ${body.error.message}`);
    return body.result as T;
  }

  head(): Promise<TipSet> {
    return this.call("Filecoin.ChainHead");
  }

  /** Puts a message into the pool; its CID. */
  async push(message: Message): Promise<Cid> {
    const signed = await this.call<{ CID: Cid }>(
      "Filecoin.MpoolPushMessage",
      {
        Version: 0,
        To: message.to,
        From: message.from,
        Nonce: 0,
        Value: String(message.value ?? 0n),
        GasLimit: message.gasLimit ?? 0,
        // given together with the limit, so that the node estimates nothing
        GasFeeCap: message.gasLimit === undefined ? "0" : "1000000000",
        GasPremium: message.gasLimit === undefined ? "0" : "100000",
        Method: message.method ?? 0,
        Params: message.params === undefined ? null : Buffer.from(message.params).toString("base64"),
      },
      null,
    );
    return signed.CID;
  }

  /** Waits until a message is on chain. */
  wait(cid: Cid): Promise<Lookup> {
    return this.call("Filecoin.StateWaitMsg", cid, 0, 200, true);
  }

  /** Sends and waits; an exit code other than 0 is an answer. */
  async try(message: Message): Promise<Lookup> {
    return this.wait(await this.push({ gasLimit: 500_000_000, ...message }));
  }

  /** Sends and waits; an exit code other than 0 throws. */
  async send(message: Message): Promise<Lookup> {
    const lookup = await this.wait(await this.push(message));
    if (lookup.Receipt.ExitCode !== 0) throw new MessageFailed(message, lookup.Receipt.ExitCode);
    return lookup;
  }

  // Accounts

  async newKey(kind: "bls" | "secp256k1" = "secp256k1"): Promise<string> {
    return this.call("Filecoin.WalletNew", kind);
  }

  /** New accounts of the node's wallet, each with some FIL of the faucet. */
  async newAccounts(faucet: string, kinds: ("bls" | "secp256k1")[], amount: bigint): Promise<string[]> {
    const keys = await Promise.all(kinds.map((kind) => this.newKey(kind)));
    const cids = [];
    for (const to of keys) cids.push(await this.push({ from: faucet, to, value: amount, gasLimit: 10_000_000 }));
    await Promise.all(cids.map((cid) => this.wait(cid)));
    return keys;
  }

  /** The actor id behind any address. */
  async id(address: string): Promise<bigint> {
    return idOf(await this.call<string>("Filecoin.StateLookupID", address, []));
  }

  async balance(address: string): Promise<bigint> {
    const actor = await this.call<{ Balance: string }>("Filecoin.StateGetActor", address, []);
    return BigInt(actor.Balance);
  }

  /** The balance of an Ethereum address, 0 where the chain has never seen it. */
  async ethBalance(address: string): Promise<bigint> {
    return BigInt(await this.call<string>("eth_getBalance", address, "latest"));
  }

  // Miners

  /** Creates a miner whose owner and worker is one account. The power actor keeps part of `value` as a deposit. */
  async pushCreateMiner(owner: string, value: bigint): Promise<Cid> {
    const peer = Buffer.from("a miner without sectors");
    const params = encodeCbor([addressBytes(owner), addressBytes(owner), 10n, peer, []]);
    return this.push({ from: owner, to: "f04", method: METHOD.powerCreateMiner, value, params, gasLimit: 200_000_000 });
  }

  async createdMiner(cid: Cid): Promise<bigint> {
    const { Receipt } = await this.wait(cid);
    if (Receipt.ExitCode !== 0 || Receipt.Return === null) throw new Error(`CreateMiner: exit ${Receipt.ExitCode}`);
    const [id] = decodeCbor(Buffer.from(Receipt.Return, "base64")) as [Uint8Array];
    return idOf(`f0${decodeIdBytes(id)}`);
  }

  minerInfo(miner: string): Promise<MinerInfo> {
    return this.call("Filecoin.StateMinerInfo", miner, []);
  }

  async minerState(miner: string): Promise<MinerState & { Balance: bigint }> {
    const state = await this.call<{ Balance: string; State: MinerState }>("Filecoin.StateReadState", miner, []);
    return { ...state.State, Balance: BigInt(state.Balance) };
  }

  /** Where a new miner's proving periods and vesting table begin. */
  async minerOrigin(
    miner: string,
  ): Promise<{ provingPeriodStart: bigint; vesting: { epoch: bigint; amount: bigint }[] }> {
    const { ProvingPeriodStart } = await this.minerState(miner);
    const message = { From: "f00", To: miner, Value: "0", Method: GET_VESTING_FUNDS, Params: null };
    const { MsgRct } = await this.call<{ MsgRct: Receipt }>("Filecoin.StateCall", message, []);
    const [entries] = decodeCbor(Buffer.from(MsgRct.Return ?? "", "base64")) as [[bigint, Uint8Array][]];
    const vesting = entries.map(([epoch, amount]) => ({ epoch, amount: decodeAmount(amount) }));
    // a young chain's periods begin before its first epoch
    return { provingPeriodStart: BigInt(((ProvingPeriodStart % DAY) + DAY) % DAY), vesting };
  }

  /** Numbers of the sectors that count, ascending. */
  async activeSectors(miner: string): Promise<number[]> {
    const infos = await this.call<{ SectorNumber: number }[]>("Filecoin.StateMinerActiveSectors", miner, []);
    return infos.map(({ SectorNumber }) => SectorNumber).sort((a, b) => a - b);
  }

  async availableBalance(miner: string): Promise<bigint> {
    return BigInt(await this.call<string>("Filecoin.StateMinerAvailableBalance", miner, []));
  }

  async power(miner: string): Promise<bigint> {
    const power = await this.call<{ MinerPower: { QualityAdjPower: string } }>("Filecoin.StateMinerPower", miner, []);
    return BigInt(power.MinerPower.QualityAdjPower);
  }

  proposeBeneficiary(
    miner: string,
    from: string,
    nominee: Uint8Array,
    quota: bigint,
    expiration: bigint,
  ): Promise<Lookup> {
    const params = beneficiaryParams(nominee, quota, expiration);
    return this.send({ from, to: miner, method: METHOD.miner.changeBeneficiary, params });
  }

  changeOwner(miner: string, from: string, owner: bigint): Promise<Lookup> {
    return this.send({ from, to: miner, method: METHOD.miner.changeOwner, params: encodeCbor(idBytes(owner)) });
  }

  withdraw(miner: string, from: string, amount: bigint): Promise<Lookup> {
    const params = encodeCbor([encodeAmount(amount)]);
    return this.send({ from, to: miner, method: METHOD.miner.withdrawBalance, params });
  }

  /** Declares one sector faulty. */
  declareFault(miner: string, from: string, place: SectorPlace): Promise<Lookup> {
    const params = encodeCbor([[[BigInt(place.deadline), BigInt(place.partition), rlePlus(place.sector)]]]);
    return this.send({ from, to: miner, method: METHOD.miner.declareFaults, params });
  }

  /** Terminates one sector. */
  terminate(miner: string, from: string, place: SectorPlace): Promise<Lookup> {
    const params = encodeCbor([[[BigInt(place.deadline), BigInt(place.partition), rlePlus(place.sector)]]]);
    return this.send({ from, to: miner, method: METHOD.miner.terminateSectors, params });
  }

  async sectorPlace(miner: string, sector: number): Promise<SectorPlace> {
    const place = await this.call<{ Deadline: number; Partition: number }>(
      "Filecoin.StateSectorPartition",
      miner,
      sector,
      [],
    );
    return { deadline: place.Deadline, partition: place.Partition, sector };
  }

  // Multisigs

  /** The code of multisigs, as CBOR. */
  async multisigCode(): Promise<Buffer> {
    const code = await this.call<Record<string, Cid>>("Filecoin.StateActorCodeCIDs", NETWORK_VERSION);
    const multisig = code["multisig"];
    if (multisig === undefined) throw new Error("no multisig actor");
    return cidCbor(multisig);
  }

  /** Creates a multisig; its actor id. */
  async newMultisig(from: string, signers: string[], threshold: number, value: bigint): Promise<bigint> {
    const constructor = encodeCbor([signers.map((s) => addressBytes(s)), BigInt(threshold), 0n, 0n]);
    // Init actor's Exec: [code cid (tag 42), constructor params]
    const params = Buffer.concat([Buffer.from([0x82]), await this.multisigCode(), encodeCbor(constructor)]);
    const { Receipt } = await this.send({ from, to: "f01", method: METHOD.initExec, value, params });
    const [id] = decodeCbor(Buffer.from(Receipt.Return ?? "", "base64")) as [Uint8Array];
    return decodeIdBytes(id);
  }

  /** What a signer sends to make a multisig send something. */
  proposal(multisig: string, from: string, inner: Omit<Message, "from">): Message {
    const { to, method = 0, value = 0n, params = new Uint8Array() } = inner;
    return {
      from,
      to: multisig,
      method: METHOD.multisig.propose,
      params: encodeCbor([addressBytes(to), encodeAmount(value), BigInt(method), params]),
    };
  }

  approval(multisig: string, from: string, transaction: bigint): Message {
    return { from, to: multisig, method: METHOD.multisig.approve, params: encodeCbor([transaction, new Uint8Array()]) };
  }

  /** A proposal of a multisig with one needed signer: what its inner message answered. */
  async proposeAndRun(multisig: string, from: string, inner: Omit<Message, "from">): Promise<InnerResult> {
    const { Receipt } = await this.send(this.proposal(multisig, from, inner));
    return innerResult(Receipt);
  }

  // Traces

  /** Everything that happened in a tipset, rewards and cron included. */
  async trace(tipset: TipSet): Promise<Execution[]> {
    const { Trace } = await this.call<{ Trace: Execution[] }>(
      "Filecoin.StateCompute",
      tipset.Height,
      null,
      tipset.Cids,
    );
    return Trace;
  }

  /** Gross block rewards and penalties of a miner in the tipsets of heights [from, to]. */
  async rewards(miner: string, from: number, to: number): Promise<{ reward: bigint; penalty: bigint; blocks: number }> {
    const id = idOf(miner);
    const total = { reward: 0n, penalty: 0n, blocks: 0 };
    let tipset = await this.call<TipSet & { Blocks: { Parents: Cid[] }[] }>("Filecoin.ChainGetTipSetByHeight", to, []);
    while (tipset.Height >= from) {
      for (const execution of await this.trace(tipset)) {
        if (execution.Msg.To !== "f02" || execution.Msg.Method !== METHOD.rewardAward) continue;
        for (const sub of execution.ExecutionTrace.Subcalls ?? []) {
          if (sub.Msg.Method !== METHOD.minerApplyRewards || idOf(sub.Msg.To) !== id || sub.MsgRct.ExitCode !== 0)
            continue;
          const [reward, penalty] = decodeCbor(Buffer.from(sub.Msg.Params ?? "", "base64")) as [CborValue, CborValue];
          total.reward += decodeAmount(reward);
          total.penalty += decodeAmount(penalty);
          total.blocks++;
        }
      }
      const parents = tipset.Blocks[0]?.Parents;
      if (parents === undefined) throw new Error("a tipset without blocks");
      tipset = await this.call("Filecoin.ChainGetTipSet", parents);
    }
    return total;
  }
}

export interface SectorPlace {
  deadline: number;
  partition: number;
  sector: number;
}

export interface InnerResult {
  applied: boolean;
  exitCode: bigint;
  value: Uint8Array;
  transaction: bigint;
}

/** What a multisig's Propose answered: [transaction, applied, exit code, return]. */
export function innerResult(receipt: Receipt): InnerResult {
  const [transaction, applied, exitCode, value] = decodeCbor(Buffer.from(receipt.Return ?? "", "base64")) as [
    bigint,
    boolean,
    bigint,
    Uint8Array,
  ];
  return { transaction, applied, exitCode, value };
}

export function beneficiaryParams(nominee: Uint8Array, quota: bigint, expiration: bigint): Buffer {
  return encodeCbor([nominee, encodeAmount(quota), expiration]);
}

/** Calldata as InvokeEVM wants it: a CBOR byte string. */
export function invokeParams(calldata: string): Buffer {
  return encodeCbor(Buffer.from(calldata.slice(2), "hex"));
}

export function decodeIdBytes(bytes: Uint8Array): bigint {
  if (bytes[0] !== 0) throw new Error("not an id address");
  return bytes.slice(1).reduceRight((id, byte) => (id << 7n) | BigInt(byte & 0x7f), 0n);
}

/** A CID as CBOR: tag 42 over the binary form with a leading zero byte. */
function cidCbor(cid: Cid): Buffer {
  const text = cid["/"];
  if (!text.startsWith("b")) throw new Error(`${text} is not in base32`);
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  let bits = 0;
  let value = 0;
  const bytes = [0];
  for (const char of text.slice(1)) {
    value = ((value << 5) | alphabet.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  return Buffer.concat([Buffer.from([0xd8, 0x2a]), encodeCbor(Buffer.from(bytes))]);
}

/** The RLE+ bitfield of one number, in least-significant-bit order: version 00, first bit, then runs. */
function rlePlus(sector: number): Buffer {
  const bits: number[] = [0, 0];
  const block = (length: number): void => {
    if (length === 1) {
      bits.push(1);
    } else if (length < 16) {
      bits.push(0, 1);
      for (let i = 0; i < 4; i++) bits.push((length >> i) & 1);
    } else {
      bits.push(0, 0);
      let rest = length;
      do {
        const low = rest & 0x7f;
        rest >>= 7;
        const byte = rest === 0 ? low : low | 0x80;
        for (let i = 0; i < 8; i++) bits.push((byte >> i) & 1);
      } while (rest !== 0);
    }
  };
  bits.push(sector === 0 ? 1 : 0);
  if (sector > 0) block(sector);
  block(1);
  const out = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (out[i >> 3] = (out[i >> 3] ?? 0) | (bit << (i & 7))));
  return out;
}
