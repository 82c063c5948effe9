import { type InterfaceAbi, Interface } from "ethers";

import { type Provider, SIMULATOR } from "../../test/filecoin/index.ts";

export interface ActorView {
  /** The name that nodes give its code; empty for an Ethereum address and for nobody. */
  readonly name: string;
  /** Its own Ethereum address; undefined for an actor without one. */
  readonly evm: string | undefined;
}

export interface BeneficiaryView {
  readonly id: bigint;
  readonly quota: bigint;
  readonly used: bigint;
  readonly expiration: bigint;
}

export interface BeneficiaryChangeView {
  readonly exists: boolean;
  readonly id: bigint;
  readonly quota: bigint;
  readonly expiration: bigint;
  readonly approvedByBeneficiary: boolean;
  readonly approvedByNominee: boolean;
}

export interface MinerView {
  readonly owner: bigint;
  readonly ownerChanging: boolean;
  readonly pendingOwner: bigint;
  readonly worker: bigint;
  readonly controls: readonly bigint[];
  readonly sectorSize: bigint;
  readonly provingPeriodStart: bigint;
  readonly beneficiary: BeneficiaryView;
  readonly change: BeneficiaryChangeView;
  /** attoFIL, with what has vested but was not unlocked yet. */
  readonly available: bigint;
}

export interface SectorView {
  readonly number: bigint;
  /** Neither active nor faulty: terminated, and still in its partition. */
  readonly active: boolean;
  readonly faulty: boolean;
  readonly deadline: bigint;
  readonly partition: bigint;
  readonly activation: bigint;
  readonly expiration: bigint;
  /** Bytes. */
  readonly raw: bigint;
  readonly qa: bigint;
  /** attoFIL. */
  readonly pledge: bigint;
}

export interface PowerView {
  /** Bytes. */
  readonly raw: bigint;
  readonly qa: bigint;
}

export interface MinerLedgerView {
  readonly balance: bigint;
  readonly locked: bigint;
  readonly pledge: bigint;
  readonly deposits: bigint;
  readonly feeDebt: bigint;
}

/** Reads the simulated actors' state at any block. */
export class Explorer {
  readonly #provider: Provider;
  readonly #contract: Interface;

  constructor(provider: Provider, abi: InterfaceAbi) {
    this.#provider = provider;
    this.#contract = new Interface(abi);
  }

  /** The id behind address bytes; undefined for an address that the chain has not seen. */
  async resolve(raw: string, block: bigint): Promise<bigint | undefined> {
    const [, found, id] = await this.#call("resolve", [raw], block);
    return found === true ? (id as bigint) : undefined;
  }

  async actor(id: bigint, block: bigint): Promise<ActorView> {
    const [name, evm] = await this.#call("actorView", [id], block);
    return { name: name as string, evm: BigInt(evm as string) === 0n ? undefined : (evm as string) };
  }

  async miner(id: bigint, block: bigint): Promise<MinerView> {
    return (await this.#call("minerView", [id], block))[0] as MinerView;
  }

  async minerLedger(id: bigint, block: bigint): Promise<MinerLedgerView> {
    const [balance, locked, pledge, deposits, feeDebt] = await this.#call("ledgerOf", [id], block);
    return { balance, locked, pledge, deposits, feeDebt } as MinerLedgerView;
  }

  async sectors(miner: bigint, block: bigint): Promise<readonly SectorView[]> {
    const [sectors] = await this.#call("sectorViews", [miner], block);
    return (sectors as SectorView[]).toSorted((a, b) => (a.number < b.number ? -1 : 1));
  }

  async claim(id: bigint, block: bigint): Promise<PowerView> {
    const [{ raw, qa }] = (await this.#call("claimOf", [id], block)) as [PowerView];
    return { raw, qa };
  }

  async networkPower(block: bigint): Promise<PowerView> {
    const [raw, qa] = await this.#call("networkPower", [], block);
    return { raw, qa } as PowerView;
  }

  async miners(block: bigint): Promise<readonly bigint[]> {
    return (await this.#call("minerIds", [], block))[0] as bigint[];
  }

  async multisig(
    id: bigint,
    block: bigint,
  ): Promise<{ signers: readonly bigint[]; threshold: bigint; nextProposal: bigint }> {
    const [signers, threshold, nextProposal] = await this.#call("multisigView", [id], block);
    return { signers, threshold, nextProposal } as { signers: bigint[]; threshold: bigint; nextProposal: bigint };
  }

  /** What an actor would answer `from`; nothing is written. */
  async actorCall(
    message: { from: string; to: string; method: bigint; params: string; value: bigint },
    block: bigint,
  ): Promise<{ exitCode: bigint; ret: string }> {
    const { to, method, params } = message;
    const data = this.#contract.encodeFunctionData("actorCall", [to, method, false, params !== "0x", params]);
    try {
      const answer = await this.#provider.request({
        method: "eth_call",
        params: [{ from: message.from, to: SIMULATOR, data, value: quantity(message.value) }, quantity(block)],
      });
      const [exitCode, , ret] = this.#contract.decodeFunctionResult("actorCall", answer as string);
      return { exitCode: exitCode as bigint, ret: ret as string };
    } catch (error) {
      const exit = this.#contract.parseError(revertDataOf(error) ?? "0x");
      if (exit?.name !== "Exit") throw error;
      return { exitCode: exit.args[0] as bigint, ret: exit.args[2] as string };
    }
  }

  /** Calldata of a lever. */
  encode(name: string, args: readonly unknown[]): string {
    return this.#contract.encodeFunctionData(name, args);
  }

  async #call(name: string, args: readonly unknown[], block: bigint): Promise<readonly unknown[]> {
    const data = this.#contract.encodeFunctionData(name, args);
    const answer = await this.#provider.request({
      method: "eth_call",
      params: [{ to: SIMULATOR, data }, quantity(block)],
    });
    return this.#contract.decodeFunctionResult(name, answer as string).toArray() as readonly unknown[];
  }
}

/** A number as Ethereum's JSON-RPC writes it. */
export function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** What a reverting call gave back; undefined where it failed otherwise. */
export function revertDataOf(error: unknown): string | undefined {
  if (error === null || typeof error !== "object" || !("data" in error)) return undefined;
  return typeof error.data === "string" && error.data.startsWith("0x") ? error.data : undefined;
}
