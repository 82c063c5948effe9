import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { AbiCoder, getCreateAddress, Interface } from "ethers";
import { artifacts } from "hardhat";

import { poolsOf, readDeployment } from "../../lib/deployments.ts";
import type { Hex } from "../../lib/index.ts";
import { create } from "../../tasks/joint/create.ts";
import { ethers } from "../support/network.ts";
import { COIN, FakeFilecoin, HOLDER, MANAGER, MARKET, NFT, POOL, WFIL } from "./support/FakeFilecoin.ts";
import { coinPool } from "./support/pools.ts";

const ARGS = {
  coin: COIN,
  firstPrice: "5.30",
  name: undefined,
  symbol: undefined,
  reallyDoIt: false,
  from: undefined,
} as const;
const LIBRARIES = ["Machines", "Buying", "PolicyRange", "Queue"];
/** The nonce of the sender's next transaction. */
const NONCE = 3;
const AUCTION_TO_BE = getCreateAddress({ from: HOLDER, nonce: NONCE });
const POOL_TO_BE = getCreateAddress({ from: HOLDER, nonce: NONCE + 1 });
/** Where a proxy keeps the address of its code. */
const SOME_CODE = `0x${"00".repeat(12)}${"11".repeat(20)}` as Hex;

/** What the code of a library looks like on a chain, and where it lies there. */
async function deployedLibraries(): Promise<Record<string, { address: Hex; code: Hex }>> {
  const found: Record<string, { address: Hex; code: Hex }> = {};
  for (const name of LIBRARIES) {
    const library = await (await ethers.getContractFactory(name)).deploy();
    const address = (await library.getAddress()) as Hex;
    found[name] = { address, code: (await ethers.provider.getCode(address)) as Hex };
  }
  return found;
}

describe("pool create", () => {
  let chain: FakeFilecoin;
  let folder: string;
  let libraries: Awaited<ReturnType<typeof deployedLibraries>>;
  before(async () => {
    libraries = await deployedLibraries();
  });
  beforeEach(async () => {
    chain = coinPool();
    chain.coinPools = [];
    for (const [name, { address, code }] of Object.entries(libraries)) {
      chain.libraries[name] = address;
      chain.codes[address.toLowerCase() as Hex] = code;
    }
    chain.replies.isAllowed = () => true;
    folder = await mkdtemp(join(tmpdir(), "deployments-"));
    chain.deploymentPath = join(folder, "file.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What a creation of the run gives to its constructor. */
  async function constructorArguments(name: string, index: number): Promise<unknown[]> {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const sent = chain.sent[index];
    const data = sent !== undefined && "data" in sent ? sent.data : "0x";
    const encoded = `0x${data.slice(bytecode.length)}`;
    return AbiCoder.defaultAbiCoder().decode(new Interface(abi).deploy.inputs, encoded).toArray() as unknown[];
  }

  it("plans the pool: its coin, how its FIL will sell, and where the contracts come to lie; and sends nothing", async () => {
    const run = await chain.runJson(create, ARGS);
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(run.plan).to.deep.include({
      coin: COIN,
      symbol: "dUSDX",
      least: "1000000",
      firstPrice: "5300000",
      startPrice: "10600000",
      halving: "360",
      fallsTo: "41522",
      file: chain.deploymentPath,
      contracts: [
        { name: "FilAuction", address: AUCTION_TO_BE },
        { name: "JointMiningPool", address: POOL_TO_BE },
      ],
    });
    expect(chain.sent).to.deep.equal([]);
  });

  it("deploys the auction for the pool, and the pool for the auction and the coin, with the libraries that are there", async () => {
    const run = await chain.runJson(create, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode, run.error?.message).to.equal(0);
    expect(chain.sent).to.have.length(2);
    expect(await constructorArguments("FilAuction", 0)).to.deep.equal([POOL_TO_BE, 5_300_000n]);
    expect(await constructorArguments("JointMiningPool", 1)).to.deep.equal([
      MANAGER,
      NFT,
      MARKET,
      COIN,
      AUCTION_TO_BE,
      "Joint Mining USDX",
      "dUSDX",
    ]);
    const pool = chain.sent[1];
    const data = pool !== undefined && "data" in pool ? pool.data : "";
    for (const [name, { address }] of Object.entries(libraries)) {
      expect(data, name).to.contain(address.slice(2).toLowerCase());
    }
  });

  it("writes the pool into the file, behind the others", async () => {
    await chain.run(create, { ...ARGS, reallyDoIt: true });
    const written = await readDeployment(chain.deploymentPath, chain.chainId);
    expect(poolsOf(written)).to.deep.equal([
      { name: "Joint Mining FIL", symbol: "dFIL", address: POOL, coin: written.wrappedFil, auction: undefined },
      { name: "Joint Mining USDX", symbol: "dUSDX", address: POOL_TO_BE, coin: COIN, auction: AUCTION_TO_BE },
    ]);
  });

  it("takes other names", async () => {
    const named = { ...ARGS, name: "Mining Dollars", symbol: "MUSD", reallyDoIt: true };
    const run = await chain.run(create, named);
    expect(run.text).to.contain("--pool MUSD");
    expect((await constructorArguments("JointMiningPool", 1)).slice(5)).to.deep.equal(["Mining Dollars", "MUSD"]);
  });

  it("tells what the pool depends on: a market that does not take the coin yet, a coin whose code can change, a second pool", async () => {
    chain.replies.isAllowed = () => false;
    chain.slots[COIN] = SOME_CODE;
    chain.coinPools = coinPool().coinPools;
    const run = await chain.runJson(create, { ...ARGS, symbol: "d2", name: "Another" });
    expect(run.exitCode, run.error?.message).to.equal(0);
    const warned = run.checks.filter(({ result }) => result === "warn").map(({ name }) => name);
    expect(warned).to.include.members(["market", "proxy", "twice"]);
  });

  describe("on a public network", () => {
    beforeEach(() => {
      chain.chainId = 314_159n;
      chain.lotusName = "calibrationnet";
    });

    it("goes on with libraries of this version", async () => {
      const run = await chain.runJson(create, ARGS);
      expect(run.exitCode, run.error?.message).to.equal(0);
      expect(run.checks.find(({ name }) => name === "libraries")?.result).to.equal("pass");
    });

    it("refuses to link to a library of another version, or to none", async () => {
      const { address = "0x", code = "0x" } = libraries.Queue ?? {};
      for (const other of [`${code.slice(0, -2)}ff`, "0x"] as Hex[]) {
        chain.codes[address.toLowerCase() as Hex] = other;
        const run = await chain.run(create, { ...ARGS, reallyDoIt: true });
        expect(run.exitCode).to.equal(1);
        expect(run.text).to.match(/Queue of this deployment is not what this version compiles to/);
        expect(chain.sent).to.deep.equal([]);
      }
    });
  });

  for (const [what, change, message] of [
    ["no coin", { coin: "" }, /--coin with the 0x address/],
    ["a coin that is no contract's address", { coin: "f0102" }, /f0102 is not the 0x address of an ERC-20/],
    ["wrapped FIL", { coin: WFIL }, /is FIL as an ERC-20/],
    ["a pool's shares", { coin: POOL }, /one of the protocol's own contracts/],
    ["no price", { firstPrice: "" }, /--first-price in USDX, like 5\.30/],
    ["a price of nothing", { firstPrice: "0" }, /"0" cannot be the price of one FIL/],
    ["a price beyond what the auction has room for", { firstPrice: `1${"0".repeat(33)}` }, /cannot be the price/],
    ["a price finer than the coin", { firstPrice: "5.3000001" }, /with 6 decimals at most/],
    ["a symbol that nobody can type", { symbol: "d USD" }, /"d USD" cannot be a symbol/],
    ["a name of one letter", { name: "x" }, /"x" cannot be a name/],
    ["a symbol that is taken", { symbol: "DFIL" }, /is called dFIL \(Joint Mining FIL\) already/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const run = await chain.run(create, { ...ARGS, ...change, reallyDoIt: true });
      expect(run.exitCode).to.be.oneOf([1, 64]);
      expect(run.text).to.match(message);
      expect(chain.sent).to.deep.equal([]);
    });
  }

  it("refuses a coin of more than 18 decimals, and what is no ERC-20", async () => {
    chain.replies.decimals = () => 24n;
    expect((await chain.run(create, ARGS)).text).to.match(/USDX has 24 decimals: a pool keeps accounts of 18 at most/);
    chain.reverts.decimals = ["UnknownNFT", [1n]];
    expect((await chain.run(create, ARGS)).text).to.match(/does not tell decimals and a symbol like an ERC-20/);
  });

  it("wants an Ethereum key", async () => {
    chain.accounts = [];
    const run = await chain.run(create, { ...ARGS, reallyDoIt: true });
    expect(run.exitCode).to.equal(64);
    expect(run.text).to.match(/set PRIVATE_KEY/);
  });
});
