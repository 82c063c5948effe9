import { ok, strictEqual } from "node:assert/strict";

import { JsonRpcProvider, Wallet, type TransactionReceipt, type TransactionResponse } from "ethers";

import { Devnet, type DevnetOptions } from "./devnet/devnet.ts";
import { Lotus, addressBytes, invokeParams, type InnerResult, type Lookup } from "./lotus.ts";

const CHAIN_ID = 314;

/** A started network with its clients, and funded Ethereum accounts. */
export interface Network {
  devnet: Devnet;
  lotus: Lotus;
  provider: JsonRpcProvider;
  wallets: Wallet[];
  stop: () => Promise<void>;
}

export async function startNetwork(accounts = 3, options: DevnetOptions = {}): Promise<Network> {
  const keys = Array.from({ length: accounts }, () => Wallet.createRandom().privateKey);
  const fund = keys.map((key) => new Wallet(key).address);
  const devnet = await Devnet.start({ ...options, fund: [...fund, ...(options.fund ?? [])] });
  const provider = new JsonRpcProvider(devnet.url, CHAIN_ID, {
    staticNetwork: true,
    batchMaxCount: 1,
    cacheTimeout: -1,
    pollingInterval: 50,
  });
  provider.pollingInterval = 50;
  return {
    devnet,
    lotus: new Lotus(devnet.url),
    provider,
    wallets: keys.map((key) => new Wallet(key, provider)),
    stop: async () => {
      provider.destroy();
      await devnet.stop();
    },
  };
}

/** Waits for a transaction that has to succeed. */
export async function mined(sent: Promise<TransactionResponse> | TransactionResponse): Promise<TransactionReceipt> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("no receipt");
  return receipt;
}

/** The f410 form of a contract's or an Ethereum account's address. */
export function f410(lotus: Lotus, address: string): Promise<string> {
  return lotus.call("Filecoin.EthAddressToFilecoinAddress", address);
}

/** How a contract sees an actor that has no Ethereum address. */
export function maskedId(id: bigint): string {
  return `0xff${id.toString(16).padStart(38, "0")}`;
}

export function maskedBytes(id: bigint): Buffer {
  return Buffer.from(maskedId(id).slice(2), "hex");
}

/** A contract's function called by a native account, with FIL sent along. */
export async function invoke(
  lotus: Lotus,
  from: string,
  contract: string,
  calldata: string,
  value = 0n,
): Promise<Lookup> {
  const to = await f410(lotus, contract);
  return lotus.send({ from, to, value, method: 3844450837, params: invokeParams(calldata) });
}

/** A contract's function called by a multisig that needs one signer. */
export async function invokeByMultisig(
  lotus: Lotus,
  multisig: bigint,
  signer: string,
  contract: string,
  calldata: string,
  value = 0n,
): Promise<InnerResult> {
  const to = await f410(lotus, contract);
  return lotus.proposeAndRun(`f0${multisig}`, signer, {
    to,
    value,
    method: 3844450837,
    params: invokeParams(calldata),
  });
}

/** The same, which has to be carried out and to succeed. */
export async function mustByMultisig(...args: Parameters<typeof invokeByMultisig>): Promise<void> {
  const { applied, exitCode } = await invokeByMultisig(...args);
  ok(applied, "the multisig carried it out");
  strictEqual(exitCode, 0n);
}

/** The actor id of a contract or an Ethereum account. */
export async function actorId(lotus: Lotus, address: string): Promise<bigint> {
  return lotus.id(await f410(lotus, address));
}

export { addressBytes };
