/** Speaks to actors from inside a contract, through the precompiles: for tests, on any network. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { AbiCoder, Interface } from "ethers";

import type { Provider, Receipt } from "./index.ts";

const PARROT = path.join(import.meta.dirname, "../../artifacts/test/filecoin/contracts/Parrot.sol/Parrot.json");
const GAS = "0xf00000";
const coder = AbiCoder.defaultAbiCoder();

export interface CallOptions {
  /** attoFIL, out of the probe's own balance. */
  value?: bigint;
  /** 1: read-only. */
  flags?: bigint;
  /** CBOR where there are parameters, unless given. */
  codec?: bigint;
}

/** The input of call_actor (3, an address's bytes) or call_actor_id (5, an id). */
export function callInput(to: bigint | string, method: bigint, params: string, options: CallOptions): [number, string] {
  const codec = options.codec ?? (params === "0x" ? 0n : 0x51n);
  const last = typeof to === "bigint" ? "uint64" : "bytes";
  const types = ["uint64", "uint256", "uint64", "uint64", "bytes", last];
  const values = [method, options.value ?? 0n, options.flags ?? 0n, codec, params, to];
  return [typeof to === "bigint" ? 5 : 3, coder.encode(types, values)];
}

export function readAnswer(out: string): Receipt {
  const [exitCode, codec, ret] = coder.decode(["int256", "uint64", "bytes"], out).toArray() as [bigint, bigint, string];
  return { exitCode, codec, ret };
}

export class Probe {
  readonly address: string;
  readonly abi: Interface;
  readonly #provider: Provider;
  readonly #from: string;

  constructor(provider: Provider, address: string, from: string, abi: Interface) {
    this.#provider = provider;
    this.address = address;
    this.#from = from;
    this.abi = abi;
  }

  /** A call of an actor, by id or address bytes, in a transaction; undefined where the precompile refuses it. */
  async call(
    to: bigint | string,
    method: bigint,
    params = "0x",
    options: CallOptions = {},
  ): Promise<Receipt | undefined> {
    const logs = await this.#send("ask", callInput(to, method, params, options));
    const answer = logs.map((log) => this.abi.parseLog(log)).findLast((log) => log?.name === "Answered");
    if (!answer) throw new Error("the probe answered nothing");
    return answer.args["ok"] === true ? readAnswer(answer.args["out"] as string) : undefined;
  }

  /** A call that leaves nothing behind, read-only unless said otherwise. */
  async peek(
    to: bigint | string,
    method: bigint,
    params = "0x",
    options: CallOptions = {},
  ): Promise<Receipt | undefined> {
    const [ok, out] = await this.#view("peek", callInput(to, method, params, { flags: 1n, ...options }));
    return ok === true ? readAnswer(out as string) : undefined;
  }

  /** A call inside a static call, without the read-only flag unless given. */
  async peekStatic(
    to: bigint | string,
    method: bigint,
    params = "0x",
    options: CallOptions = {},
  ): Promise<Receipt | undefined> {
    const [ok, out] = await this.#view("peekStatic", callInput(to, method, params, options));
    return ok === true ? readAnswer(out as string) : undefined;
  }

  /** A precompile's raw answer; undefined where it fails. */
  async precompile(number: number, input: string): Promise<string | undefined> {
    const [ok, out] = await this.#view("peek", [number, input]);
    return ok === true ? (out as string) : undefined;
  }

  /** A plain EVM call in a transaction; what it answered, as an eth_call just before has it. */
  async evmCall(to: string, value = 0n, data = "0x"): Promise<{ ok: boolean; ret: string }> {
    const [ok, ret] = await this.#view("evmCall", [to, value, data]);
    await this.#send("evmCall", [to, value, data]);
    return { ok: ok as boolean, ret: ret as string };
  }

  async evmStaticCall(to: string, data = "0x"): Promise<{ ok: boolean; ret: string }> {
    const [ok, ret] = await this.#view("evmStaticCall", [to, data]);
    return { ok: ok as boolean, ret: ret as string };
  }

  /** What a contract sees of an address. */
  async look(at: string): Promise<{ codehash: string; size: bigint; balance: bigint }> {
    const [codehash, size, balance] = await this.#view("look", [at]);
    return { codehash, size, balance } as { codehash: string; size: bigint; balance: bigint };
  }

  /** Makes a Parrot answer calls with this selector so. */
  async teach(selector: string, fails: boolean, text: string): Promise<void> {
    await this.#send("teach", [selector, fails, text]);
  }

  /** Who called a Parrot last, and with what value. */
  async lastCall(): Promise<readonly unknown[]> {
    return [...(await this.#view("lastCaller", [])), ...(await this.#view("lastValue", []))];
  }

  async #view(name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const call = { from: this.#from, to: this.address, data: this.abi.encodeFunctionData(name, args), gas: GAS };
    const answer = await this.#provider.request({ method: "eth_call", params: [call, "latest"] });
    return this.abi.decodeFunctionResult(name, answer as string).toArray() as unknown[];
  }

  async #send(name: string, args: readonly unknown[]): Promise<{ topics: string[]; data: string }[]> {
    const data = this.abi.encodeFunctionData(name, args);
    const transaction = { from: this.#from, to: this.address, data, gas: GAS };
    const hash = await this.#provider.request({ method: "eth_sendTransaction", params: [transaction] });
    const done = await this.#provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    return (done as { logs: { topics: string[]; data: string }[] }).logs;
  }
}

/** A probe that can be taught answers. */
export function probeArtifact(): { abi: Interface; bytecode: string } {
  const { abi, bytecode } = JSON.parse(readFileSync(PARROT, "utf8")) as { abi: string; bytecode: string };
  return { abi: new Interface(abi), bytecode };
}

/** Deploys a probe from the network's first account. */
export async function deployProbe(provider: Provider): Promise<Probe> {
  const { abi, bytecode } = probeArtifact();
  const [from] = (await provider.request({ method: "eth_accounts" })) as string[];
  if (from === undefined) throw new Error("the network has no account of its own");
  const hash = await provider.request({ method: "eth_sendTransaction", params: [{ from, data: bytecode, gas: GAS }] });
  const done = await provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
  return new Probe(provider, (done as { contractAddress: string }).contractAddress, from, abi);
}
