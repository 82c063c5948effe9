import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

import { expect } from "chai";
import { Wallet, encryptKeystoreJsonSync } from "ethers";

import { type UsageError } from "../../../lib/index.ts";
import { loadAccount } from "../../../miner-bridge/chain/index.ts";
import { failureOf } from "../support/failure.ts";

const KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const { address: ADDRESS } = new Wallet(KEY);
/** With little work, so that tests are quick. */
const keystore = (): string =>
  encryptKeystoreJsonSync({ address: ADDRESS, privateKey: `0x${KEY}` }, "correct horse", { scrypt: { N: 1024 } });
const NO_FILES = { keyFile: undefined, keystoreFile: undefined, keystorePasswordFile: undefined };

describe("the bridge's key", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "keys-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const secret = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const refusalOf = async (promise: Promise<unknown>): Promise<string> => {
    const failure = (await failureOf(promise)) as UsageError;
    expect(failure.exitCode).to.equal(64);
    expect(inspect(failure, { depth: 10 })).to.not.contain(KEY.slice(0, 12));
    return failure.message;
  };

  it("comes from a file", async () => {
    const keyFile = await secret("key", `0x${KEY}\n`);
    expect((await loadAccount({ ...NO_FILES, keyFile }, {}))?.address).to.equal(ADDRESS);
  });

  it("comes from an encrypted keystore, with its password in a file or in the environment", async () => {
    const keystoreFile = await secret("keystore.json", keystore());
    const keystorePasswordFile = await secret("password", "correct horse\n");
    const byFile = await loadAccount({ ...NO_FILES, keystoreFile, keystorePasswordFile }, {});
    const settings = { ...NO_FILES, keystoreFile };
    const byVariable = await loadAccount(settings, { MINER_BRIDGE_KEYSTORE_PASSWORD: "correct horse" });
    expect([byFile?.address, byVariable?.address]).to.deep.equal([ADDRESS, ADDRESS]);
  });

  it("comes from the environment", async () => {
    expect((await loadAccount(NO_FILES, { MINER_BRIDGE_KEY: KEY }))?.address).to.equal(ADDRESS);
  });

  it("is none where none is set", async () => {
    expect(await loadAccount(NO_FILES, {})).to.equal(undefined);
  });

  it("is not guessed where two are set", async () => {
    const keyFile = await secret("key", KEY);
    expect(await refusalOf(loadAccount({ ...NO_FILES, keyFile }, { MINER_BRIDGE_KEY: KEY }))).to.match(
      /more than once/,
    );
  });

  it("is not read from a file that others can read", async () => {
    const keyFile = await secret("key", KEY);
    await chmod(keyFile, 0o644);
    expect(await refusalOf(loadAccount({ ...NO_FILES, keyFile }, {}))).to.match(/chmod 600/);
  });

  it("does not show in the error for a file that holds something else", async () => {
    const keyFile = await secret("key", `${KEY}00`);
    expect(await refusalOf(loadAccount({ ...NO_FILES, keyFile }, {}))).to.match(/not a private key/);
  });

  it("does not show in the error for one that no curve has", async () => {
    const environment = { MINER_BRIDGE_KEY: "f".repeat(64) };
    expect(await refusalOf(loadAccount(NO_FILES, environment))).to.match(/not a private key/);
  });

  it("is refused with another password", async () => {
    const keystoreFile = await secret("keystore.json", keystore());
    const settings = { ...NO_FILES, keystoreFile };
    const wrong = loadAccount(settings, { MINER_BRIDGE_KEYSTORE_PASSWORD: "wrong" });
    expect(await refusalOf(wrong)).to.match(/the password is another/);
    expect(await refusalOf(loadAccount(settings, {}))).to.match(/needs a password/);
  });

  it("does not show when the account is printed", async () => {
    const account = await loadAccount(NO_FILES, { MINER_BRIDGE_KEY: KEY });
    const shown = Object.prototype.toString.call(account);
    for (const text of [inspect(account, { depth: 10, showHidden: true }), JSON.stringify(account), shown]) {
      expect(text).to.not.contain(KEY);
    }
  });
});
