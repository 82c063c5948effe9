import hre from "hardhat";

import { Filecoin, installFilecoin, type Provider, setCodeOf } from "../filecoin/index.ts";
import { probeArtifact } from "../filecoin/probe.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import type { Devnet } from "./devnet/devnet.ts";
import { type Cid, FIL, type Lotus, addressBytes, decodeIdBytes, idBytes } from "./lotus.ts";
import type { Cast, Sequence, Step } from "./sequences.ts";

/** Enough for any message here, and 100 of them in a block. */
const GAS_LIMIT = 90_000_000;
const MINER_FUNDS = 60n * FIL;
const PROBE_FUNDS = 20n * FIL;
const MULTISIG_FUNDS = 5n * FIL;
const CREATE_EXTERNAL = 4;
/** So many messages of one account may wait in the pool. */
const ACCOUNT_LIMIT = 800;

/** What a message answered. */
export interface Answer {
  exitCode: number;
  ret: string;
}

/** What a sequence left behind: the answers, and the balances of the actors that pay no gas. */
export interface Outcome {
  answers: Answer[];
  balances: Record<string, bigint>;
}

/** What the simulation has to start from. */
interface Origin {
  provingPeriodStart: bigint;
  vesting: { epoch: bigint; amount: bigint }[];
}

/** One sequence's own actors on both networks. */
export interface Lane {
  cast: Cast;
  origin: Origin;
}

/** The accounts that all lanes share. */
export interface Accounts {
  /** Id to the key's address. */
  keys: Map<bigint, string>;
  worker: string;
}

export async function createAccounts(lotus: Lotus, devnet: Devnet): Promise<Accounts> {
  const kinds = ["bls", "secp256k1", "bls", "secp256k1", "secp256k1", "bls", "secp256k1", "secp256k1"] as const;
  const addresses = await lotus.newAccounts(devnet.faucet, [...kinds], 100_000n * FIL);
  const keys = new Map<bigint, string>();
  for (const address of addresses) keys.set(await lotus.id(address), address);
  return { keys, worker: addresses[0] as string };
}

/** Sends messages in order, as many at a time as the pool takes, and collects what each answered. */
async function sendAll(lotus: Lotus, accounts: Accounts, steps: readonly Step[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < steps.length; at += ACCOUNT_LIMIT) {
    const cids: Cid[] = [];
    for (const step of steps.slice(at, at + ACCOUNT_LIMIT)) {
      const from = accounts.keys.get(step.from);
      if (from === undefined) throw new Error(`no account f0${step.from}`);
      const { method, value, params } = step;
      cids.push(
        await lotus.push({ from, to: `f0${step.to}`, method: Number(method), value, params, gasLimit: GAS_LIMIT }),
      );
    }
    for (const lookup of await Promise.all(cids.map((cid) => lotus.wait(cid)))) {
      const { ExitCode, Return } = lookup.Receipt;
      answers.push({ exitCode: ExitCode, ret: `0x${Buffer.from(Return ?? "", "base64").toString("hex")}` });
    }
  }
  return answers;
}

function returned(answer: Answer | undefined): Buffer {
  if (answer?.exitCode !== 0) throw new Error(`an actor could not be created: exit code ${answer?.exitCode}`);
  return Buffer.from(answer.ret.slice(2), "hex");
}

/** What a lane is to be like. */
export interface LaneWish {
  first: bigint;
  second: bigint;
  third: bigint;
  threshold: bigint;
  multisigOwns: boolean;
  stranger: string;
}

/** Creates miners, contracts and multisigs, all of them at once. */
export async function createLanes(lotus: Lotus, accounts: Accounts, wishes: LaneWish[], soon: bigint): Promise<Lane[]> {
  const key = (id: bigint): Uint8Array => addressBytes(accounts.keys.get(id) as string);
  const worker = await lotus.id(accounts.worker);
  const code = await lotus.multisigCode();
  const step = (label: string, from: bigint, to: bigint, method: number, value: bigint, params: Uint8Array): Step => {
    return { label, from, to, method: BigInt(method), value, params };
  };
  const initcode = encodeCbor(Buffer.from(probeArtifact().bytecode.slice(2), "hex"));
  const probes = await sendAll(
    lotus,
    accounts,
    wishes.map(({ third }) => step("probe", third, 10n, CREATE_EXTERNAL, 0n, initcode)),
  );
  const multisigs = await sendAll(
    lotus,
    accounts,
    wishes.map(({ first, second, threshold }) => {
      const constructor = encodeCbor([[key(first), key(second)], threshold, 0n, 0n]);
      const params = Buffer.concat([Buffer.from([0x82]), code, encodeCbor(constructor)]);
      return step("multisig", first, 1n, 2, MULTISIG_FUNDS, params);
    }),
  );
  const casts = wishes.map((wish, i): Omit<Cast, "miner"> => {
    const [probe, , address] = decodeCbor(returned(probes[i])) as [bigint, unknown, Uint8Array];
    const [multisig] = decodeCbor(returned(multisigs[i])) as [Uint8Array];
    const { first, second, third, threshold, stranger } = wish;
    return {
      first,
      second,
      third,
      threshold,
      stranger,
      soon,
      probe,
      probeAddress: `0x${Buffer.from(address).toString("hex")}`,
      thirdAddress: key(third),
      multisig: decodeIdBytes(multisig),
      owner: wish.multisigOwns ? decodeIdBytes(multisig) : first,
    };
  });
  const miners = await sendAll(
    lotus,
    accounts,
    casts.map(({ owner }) => {
      const params = encodeCbor([idBytes(owner), addressBytes(accounts.worker), 10n, Buffer.from("peer"), []]);
      return step("miner", worker, 4n, 2, MINER_FUNDS, params);
    }),
  );
  const paid = await sendAll(
    lotus,
    accounts,
    casts.map(({ probe, first }) => step("pay", first, probe, 0, PROBE_FUNDS, Buffer.alloc(0))),
  );
  paid.forEach(returned);
  const lanes: Lane[] = [];
  for (const [i, cast] of casts.entries()) {
    const [id] = decodeCbor(returned(miners[i])) as [Uint8Array];
    const miner = decodeIdBytes(id);
    lanes.push({ cast: { ...cast, miner }, origin: await lotus.minerOrigin(`f0${miner}`) });
  }
  return lanes;
}

/** Runs all sequences on the real network in lockstep: the n-th messages of all of them together. */
export async function runReal(
  lotus: Lotus,
  devnet: Devnet,
  accounts: Accounts,
  lanes: Lane[],
  sequences: Sequence[],
): Promise<Outcome[]> {
  const outcomes = lanes.map((): Outcome => ({ answers: [], balances: {} }));
  const soon = Number(lanes[0]?.cast.soon ?? 0n);
  for (const part of ["before", "after"] as const) {
    const rounds = Math.max(0, ...sequences.map((sequence) => sequence[part].length));
    for (let round = 0; round < rounds; round++) {
      const going = lanes.flatMap((_, i) => {
        const step = sequences[i]?.[part][round];
        return step === undefined ? [] : [{ i, step }];
      });
      const answers = await sendAll(
        lotus,
        accounts,
        going.map(({ step }) => step),
      );
      going.forEach(({ i }, n) => outcomes[i]?.answers.push(answers[n] as Answer));
    }
    const { Height } = await lotus.head();
    if (part === "before") {
      if (Height >= soon)
        throw new Error(`the first half took until ${Height}, beyond ${soon}: the machine is too busy`);
      await devnet.advance(soon - Height + 5);
    } else {
      const unlocked = lanes.flatMap(({ origin }) => origin.vesting.map(({ epoch }) => Number(epoch)));
      if (Height >= Math.min(...unlocked)) throw new Error(`the second half took until ${Height}: funds have vested`);
    }
  }
  await devnet.advance(3);
  const balances = await Promise.all(
    lanes.map(async ({ cast }) => ({
      miner: await lotus.balance(`f0${cast.miner}`),
      contract: await lotus.balance(`f0${cast.probe}`),
      multisig: await lotus.balance(`f0${cast.multisig}`),
      stranger: await lotus.ethBalance(cast.stranger),
    })),
  );
  return outcomes.map(({ answers }, i) => ({ answers, balances: balances[i] ?? {} }));
}

/** The simulation with the shared accounts; each sequence starts from here. */
export class Simulation {
  #provider: Provider;
  #filecoin: Filecoin;

  private constructor(provider: Provider, filecoin: Filecoin) {
    this.#provider = provider;
    this.#filecoin = filecoin;
  }

  static async create(accounts: Accounts): Promise<Simulation> {
    const { provider } = await hre.network.create();
    const filecoin = await installFilecoin(provider, { firstId: 1_000_000n });
    for (const [id, address] of accounts.keys) {
      await filecoin.createAccount({ id, raw: `0x${Buffer.from(addressBytes(address)).toString("hex")}` });
    }
    return new Simulation(provider, filecoin);
  }

  async run({ cast, origin }: Lane, sequence: Sequence, worker: bigint): Promise<Outcome> {
    const snapshot = await this.#provider.request({ method: "evm_snapshot" });
    try {
      const filecoin = this.#filecoin;
      const { miner, owner, probe, probeAddress, multisig, first, second, threshold, soon } = cast;
      await setCodeOf(this.#provider, probeAddress, "Parrot");
      await filecoin.registerEvm(probeAddress, probe);
      await filecoin.setBalance(probeAddress, PROBE_FUNDS);
      const signers = [first, second];
      await filecoin.createMultisig({ id: multisig, signers, threshold, balance: MULTISIG_FUNDS });
      const { provingPeriodStart, vesting } = origin;
      await filecoin.createMiner({ id: miner, owner, worker, balance: MINER_FUNDS, provingPeriodStart });
      await filecoin.setVesting(miner, vesting);
      await filecoin.setCronActive(miner, false);
      await filecoin.mineTo(soon - 100n);
      const answers = await this.#send(sequence.before);
      await filecoin.mineTo(soon + 5n);
      answers.push(...(await this.#send(sequence.after)));
      const balances = {
        miner: await filecoin.balanceOf(miner),
        contract: await filecoin.balanceOf(probeAddress),
        multisig: await filecoin.balanceOf(multisig),
        stranger: await filecoin.balanceOf(cast.stranger),
      };
      return { answers, balances };
    } finally {
      await this.#provider.request({ method: "evm_revert", params: [snapshot] });
    }
  }

  async #send(steps: readonly Step[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const { from, to, method, value, params } of steps) {
      const data = `0x${Buffer.from(params).toString("hex")}`;
      const { exitCode, ret } = await this.#filecoin.native({ from, to, method, value, params: data });
      answers.push({ exitCode: Number(exitCode), ret });
    }
    return answers;
  }
}

/** The first difference between two outcomes, in words; undefined if there is none. */
export function difference(sequence: Sequence, real: Outcome, simulated: Outcome): string | undefined {
  const steps = [...sequence.before, ...sequence.after];
  for (const [i, step] of steps.entries()) {
    const [a, b] = [real.answers[i], simulated.answers[i]];
    if (a?.exitCode === b?.exitCode && a?.ret === b?.ret) continue;
    return `step ${i + 1} (${step.label}): the real network says ${show(a)}, the simulation ${show(b)}`;
  }
  for (const [who, balance] of Object.entries(real.balances)) {
    if (balance !== simulated.balances[who]) {
      return `the ${who} has ${balance} on the real network and ${simulated.balances[who]} in the simulation`;
    }
  }
  return undefined;
}

function show(answer: Answer | undefined): string {
  return answer === undefined ? "nothing" : `exit code ${answer.exitCode}, ${answer.ret}`;
}
