import { readFile, stat } from "node:fs/promises";

import { Transaction, Wallet } from "ethers";

import { type Hex, UsageError } from "../../lib/index.ts";
import { type Config, type Environment, SECRETS } from "../config/index.ts";

/** An Ethereum transaction that moves no FIL. Fees are attoFIL for a unit of gas. */
export interface UnsignedCall {
  readonly to: Hex;
  readonly data: Hex;
  readonly nonce: bigint;
  readonly chainId: bigint;
  readonly gasLimit: bigint;
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
}

/** A key that signs. The key itself cannot be read from it, and does not show when it is printed. */
export class Account {
  readonly address: Hex;
  readonly #wallet: Wallet;

  constructor(privateKey: string) {
    this.#wallet = new Wallet(privateKey);
    this.address = this.#wallet.address as Hex;
  }

  /** The same call always has the same bytes and hash. */
  async sign({
    to,
    data,
    nonce,
    chainId,
    gasLimit,
    maxFee,
    priorityFee,
  }: UnsignedCall): Promise<{ hash: Hex; raw: Hex }> {
    const raw = await this.#wallet.signTransaction({
      type: 2,
      to,
      data,
      value: 0n,
      nonce: Number(nonce),
      chainId,
      gasLimit,
      maxFeePerGas: maxFee,
      maxPriorityFeePerGas: priorityFee,
    });
    return { raw: raw as Hex, hash: Transaction.from(raw).hash as Hex };
  }
}

/** What to read the key from. */
export type KeySettings = Pick<Config, "keyFile" | "keystoreFile" | "keystorePasswordFile">;

/**
 * The account of the key that was set: a file, an encrypted keystore, or the environment.
 *
 * @returns undefined where no key is set: then the bridge is dry, it computes and says what it would send.
 * @throws {UsageError} that never shows what was read.
 */
export async function loadAccount(settings: KeySettings, environment: Environment): Promise<Account | undefined> {
  const { keyFile, keystoreFile } = settings;
  const key = environment[SECRETS.key];
  const named = [keyFile, keystoreFile, key].filter((source) => source !== undefined);
  if (named.length > 1) {
    throw new UsageError(`The key is set more than once: set one of keyFile, keystoreFile and ${SECRETS.key}.`);
  }
  if (key !== undefined) return accountOf(key, SECRETS.key);
  if (keyFile !== undefined) return accountOf(await readSecret(keyFile), keyFile);
  if (keystoreFile !== undefined) return fromKeystore(keystoreFile, settings, environment);
  return undefined;
}

/**
 * A file that only its owner may read, without the white space around it.
 *
 * @throws {UsageError}
 */
export async function readSecret(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & OTHERS) !== 0) {
      throw new UsageError(`${path} can be read by others: run \`chmod 600 ${path}\`.`);
    }
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${path} cannot be read: check that it exists, and its rights.`, { cause });
  }
}

/** The rights of everybody but the owner of a file. */
const OTHERS = 0o077;

async function fromKeystore(path: string, settings: KeySettings, environment: Environment): Promise<Account> {
  const { keystorePasswordFile } = settings;
  const password =
    keystorePasswordFile === undefined ? environment[SECRETS.keystorePassword] : await readSecret(keystorePasswordFile);
  if (password === undefined) {
    throw new UsageError(`The keystore needs a password: set keystorePasswordFile or ${SECRETS.keystorePassword}.`);
  }
  const keystore = await readSecret(path);
  try {
    return new Account((await Wallet.fromEncryptedJson(keystore, password)).privateKey);
  } catch {
    // the cause may quote what was read
    throw new UsageError(`${path} cannot be opened: it is no Ethereum keystore, or the password is another.`);
  }
}

function accountOf(key: string, source: string): Account {
  const digits = key.trim().replace(/^0x/, "");
  try {
    if (/^[0-9a-fA-F]{64}$/.test(digits)) return new Account(`0x${digits}`);
  } catch {
    // below: the cause may quote the key
  }
  throw new UsageError(`${source} is not a private key: 32 bytes in hexadecimal are expected.`);
}
