import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import {
  committedPath,
  type DeploymentFile,
  localPath,
  readDeployment,
  writeDeployment,
} from "../../lib/deployments.ts";

const ADDRESS = "0x91B3E4283Eb3F54A93437688360b5CC0455a42b4";
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
