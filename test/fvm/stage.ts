/** The contracts under test on a network whose precompiles answer as the test says. */
import { AbiCoder, Interface, toBeHex } from "ethers";
import hre from "hardhat";

export const CBOR = 0x51n;
export const CALL_ACTOR = 3n;
export const CALL_ACTOR_ID = 5n;

const coder = AbiCoder.defaultAbiCoder();

/** What a call came to: the values that it returned, or the error's name and arguments. */
export type Outcome = { values: unknown[] } | { error: string; args: unknown[] };

/** What the machine answers to a call of an actor. */
export interface Answer {
  exitCode: bigint;
  codec: bigint;
  ret: string;
}

export interface ActorInput {
  method: bigint;
  /** attoFIL. */
  value?: bigint;
  readOnly: boolean;
  params: string;
  /** An actor id, or the bytes of an address. */
  to: bigint | string;
}

export function success(ret: string): Answer {
  return { exitCode: 0n, codec: ret === "0x" ? 0n : CBOR, ret };
}

/** The output of the precompiles that call actors. */
export function outputOf(answer: Answer): string {
  return coder.encode(["int256", "uint64", "bytes"], [answer.exitCode, answer.codec, answer.ret]);
}

/** The input that they should be given. */
export function inputOf(call: ActorInput): string {
  const codec = call.params === "0x" ? 0n : CBOR;
  const to = typeof call.to === "bigint" ? "uint64" : "bytes";
  return coder.encode(
    ["uint64", "uint256", "uint64", "uint64", "bytes", to],
    [call.method, call.value ?? 0n, call.readOnly ? 1n : 0n, codec, call.params, call.to],
  );
}

export async function setStage() {
  const { ethers, provider } = await hre.network.create({
    network: "default",
    override: { blockGasLimit: 100_000_000_000n, transactionGasCap: 100_000_000_000n },
  });
  const script = await ethers.deployContract("ActorScript");
  const harness = await ethers.deployContract("Fvm__Harness");
  for (const precompile of [1n, 2n, CALL_ACTOR, CALL_ACTOR_ID]) {
    const delegated = precompile === CALL_ACTOR || precompile === CALL_ACTOR_ID;
    const double = await ethers.deployContract("Precompile__Double", [precompile, script, delegated]);
    const code = await ethers.provider.getCode(double);
    await provider.request({ method: "hardhat_setCode", params: [toBeHex((0xfen << 152n) | precompile, 20), code] });
  }
  return new Stage(
    provider,
    { address: await script.getAddress(), abi: Interface.from(script.interface.fragments) },
    { address: await harness.getAddress(), abi: Interface.from(harness.interface.fragments) },
  );
}

interface Deployed {
  address: string;
  abi: Interface;
}

interface Provider {
  request(args: { method: string; params?: unknown[] }): Promise<unknown>;
}

export class Stage {
  readonly provider: Provider;
  readonly harness: Deployed;
  private readonly script: Deployed;
  private beginning: unknown;

  constructor(provider: Provider, script: Deployed, harness: Deployed) {
    this.provider = provider;
    this.script = script;
    this.harness = harness;
  }

  /** Forgets what the precompiles were told. */
  async reset(): Promise<void> {
    if (this.beginning !== undefined) await this.provider.request({ method: "evm_revert", params: [this.beginning] });
    this.beginning = await this.provider.request({ method: "evm_snapshot" });
  }

  /** Makes a precompile answer one input, and no other. */
  async on(precompile: bigint, input: string, output: string | null): Promise<void> {
    await this.tell("onInput", [precompile, input, output === null, output ?? "0x"]);
  }

  /** Makes a precompile answer whatever it is asked. */
  async onAny(precompile: bigint, output: string | null): Promise<void> {
    await this.tell("onAny", [precompile, output === null, output ?? "0x"]);
  }

  /** Calls the contract, whatever comes of it; nothing stays. */
  async call(name: string, args: unknown[]): Promise<Outcome> {
    const input = this.harness.abi.encodeFunctionData(name, args);
    const [succeeded, result] = await this.simulate("play", [this.harness.address, input]);
    return this.outcome(name, succeeded as boolean, result as string);
  }

  /** Makes a static call once for each output of call_actor_id. */
  async callWith(name: string, args: unknown[], outputs: string[]): Promise<Outcome[]> {
    const input = this.harness.abi.encodeFunctionData(name, args);
    const parts = [this.harness.address, input, CALL_ACTOR_ID, outputs];
    return this.outcomes(name, await this.simulate("playOutputs", parts));
  }

  /** Makes many static calls of one function. */
  async callEach(name: string, args: unknown[][]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let i = 0; i < args.length; i += 200) {
      const inputs = args.slice(i, i + 200).map((one) => this.harness.abi.encodeFunctionData(name, one));
      outcomes.push(...this.outcomes(name, await this.simulate("playCalls", [this.harness.address, inputs])));
    }
    return outcomes;
  }

  private outcomes(name: string, [successes, results]: unknown[]): Outcome[] {
    return (results as string[]).map((result, i) => this.outcome(name, (successes as boolean[])[i] ?? false, result));
  }

  private outcome(name: string, succeeded: boolean, result: string): Outcome {
    const { abi } = this.harness;
    if (succeeded) return { values: abi.decodeFunctionResult(name, result).toArray(true) };
    const error = abi.parseError(result);
    return error === null ? { error: result, args: [] } : { error: error.name, args: error.args.toArray(true) };
  }

  private async simulate(name: string, args: unknown[]): Promise<unknown[]> {
    const data = this.script.abi.encodeFunctionData(name, args);
    const result = await this.provider.request({
      method: "eth_call",
      params: [{ to: this.script.address, data, gas: "0xffffffff" }, "latest"],
    });
    return this.script.abi.decodeFunctionResult(name, result as string).toArray(true) as unknown[];
  }

  private async tell(name: string, args: unknown[]): Promise<void> {
    const [from] = (await this.provider.request({ method: "eth_accounts" })) as string[];
    const data = this.script.abi.encodeFunctionData(name, args);
    await this.provider.request({
      method: "eth_sendTransaction",
      params: [{ from, to: this.script.address, data, gas: "0xfffffff" }],
    });
  }
}
