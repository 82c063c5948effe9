import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import {
  committedPath,
  type DeploymentFile,
  localPath,
  poolsOf,
  readDeployment,
  writeDeployment,
} from "../../lib/deployments.ts";

const ADDRESS = "0x91B3E4283Eb3F54A93437688360b5CC0455a42b4";
const OTHER = "0x80B98d3aa09ffff255c3ba4A241111Ff1262F045";
const FILE: DeploymentFile = {
  chainId: 31415926,
  accessManager: ADDRESS,
  minerVaultImplementation: ADDRESS,
  minerRegistry: ADDRESS,
  powerNFTRenderer: ADDRESS,
  powerOracle: ADDRESS,
  powerNFT: ADDRESS.toLowerCase(),
  powerMarket: ADDRESS,
  wrappedFil: ADDRESS,
  jointMiningPool: ADDRESS,
  libraries: {},
};

describe("deployments", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "deployments-"));
    path = join(folder, "deep", "local.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function refusal(): Promise<string> {
    try {
      await readDeployment(path, 31415926n);
    } catch (error) {
      expect(error).to.have.property("exitCode", 64);
      return (error as Error).message;
    }
    throw new Error("it was read");
  }

  it("are read as they were written, with checksums", async () => {
    await writeDeployment(path, FILE);
    expect((await readDeployment(path, 31415926n)).powerNFT).to.equal(ADDRESS);
  });

  it("name the pool over FIL first, then those over stablecoins", async () => {
    const made = { name: "Joint Mining Dollar", symbol: "dUSD", address: OTHER, coin: OTHER, auction: OTHER };
    await writeDeployment(path, { ...FILE, coinPools: [made] });
    expect(poolsOf(await readDeployment(path, 31415926n))).to.deep.equal([
      { name: "Joint Mining FIL", symbol: "dFIL", address: ADDRESS, coin: ADDRESS, auction: undefined },
      made,
    ]);
  });

  it("of before there were pools over stablecoins have none", async () => {
    await writeDeployment(path, FILE);
    const { coinPools, ...old } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    expect(coinPools).to.deep.equal([]);
    await writeFile(path, JSON.stringify(old));
    expect((await readDeployment(path, 31415926n)).coinPools).to.deep.equal([]);
  });

  it("are missing with a sentence that says what to do", async () => {
    expect(await refusal()).to.match(/Deploy first, or name another file/);
  });

  it("of another chain are refused", async () => {
    await writeDeployment(path, { ...FILE, chainId: 314 });
    expect(await refusal()).to.match(/for chain 314, but the network is chain 31415926/);
  });

  it("that are not addresses are refused", async () => {
    await writeDeployment(path, FILE);
    await writeFile(path, JSON.stringify({ ...FILE, powerNFT: "0x12" }));
    expect(await refusal()).to.match(/not a file of contract addresses/);
    await writeFile(path, "{");
    expect(await refusal()).to.match(/not a file of contract addresses/);
  });

  it("of public networks are committed by chain id, of local ones kept by name", () => {
    expect(committedPath(314159n)).to.equal("deployments/314159.json");
    expect(localPath("embedded")).to.equal("deployments/local/embedded.json");
  });
});
