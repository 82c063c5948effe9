import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";

import { ExitCode } from "../../../lib/index.ts";
import { writeDeployment } from "../../../lib/deployments.ts";
import { readConfig } from "../../../miner-bridge/config/index.ts";
import { CHAIN_ID, NFT, ORACLE, REGISTRY } from "../support/FakeChain.ts";
import { POOL } from "../support/FakePool.ts";
import { World } from "../support/bridge.ts";
import { type } from "./support.ts";

describe("`init`", () => {
  let world: World;
  let config: string;
  let command: string[];

  beforeEach(async () => {
    world = await World.start();
    config = join(world.folder, "settings.json");
    const deployments = join(world.folder, "contracts.json");
    await writeDeployment(deployments, {
      chainId: Number(CHAIN_ID),
      accessManager: NFT,
      minerVaultImplementation: NFT,
      minerRegistry: REGISTRY,
      powerNFTRenderer: NFT,
      powerOracle: ORACLE,
      powerNFT: NFT,
      powerMarket: NFT,
      wrappedFil: NFT,
      jointMiningPool: POOL,
      libraries: {},
    });
    const where = ["--rpc", world.node.url, "--deployed-at", "50", "--deployments", deployments];
    command = ["--config", config, "init", "--chain-id", String(CHAIN_ID), ...where];
  });
  afterEach(() => world.stop());

  it("writes settings that the other commands can read, for nobody else's eyes", async () => {
    const { exitCode, out } = await type(command);
    expect(exitCode).to.equal(ExitCode.ok);
    expect(out).to.contain("Next: miner-bridge check");
    const { powerOracle, powerNft, minerRegistry, jointMiningPools, deployedAt, rpcUrls } = await readConfig(
      config,
      {},
    );
    expect({ powerOracle, powerNft, minerRegistry }).to.deep.equal({
      powerOracle: ORACLE,
      powerNft: NFT,
      minerRegistry: REGISTRY,
    });
    expect(jointMiningPools).to.deep.equal([POOL]);
    expect(deployedAt).to.equal(50n);
    expect(rpcUrls).to.deep.equal([world.node.url]);
    expect((await stat(config)).mode & 0o077).to.equal(0);
  });

  it("never overwrites settings", async () => {
    await writeFile(config, "mine");
    const { exitCode, err } = await type(command);
    expect(exitCode).to.equal(ExitCode.usage);
    expect(err).to.contain("is there already");
    expect(await readFile(config, "utf8")).to.equal("mine");
  });

  it("has no option for a key", async () => {
    const { exitCode, err } = await type([...command, "--key", "0x1"]);
    expect(exitCode).to.equal(ExitCode.usage);
    expect(err).to.contain("unknown option '--key'");
  });
});
