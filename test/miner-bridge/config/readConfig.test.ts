import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { UsageError } from "../../../lib/index.ts";
import { environmentName, readConfig } from "../../../miner-bridge/config/index.ts";
import { NFT, ORACLE, REGISTRY } from "../support/FakeChain.ts";
import { OTHER_POOL, POOL } from "../support/FakePool.ts";
import { failureOf } from "../support/failure.ts";

const NAMED = environmentName("jointMiningPools");

describe("the list of joint mining pools", () => {
  const folder = mkdtempSync(join(tmpdir(), "miner-bridge-test-"));
  const path = join(folder, "settings.json");
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (more: object): void => {
    const contracts = { powerOracle: ORACLE, powerNft: NFT, minerRegistry: REGISTRY };
    const network = { rpcUrls: ["http://127.0.0.1:1234/rpc/v1"], chainId: 314, deployedAt: 1 };
    writeFileSync(path, JSON.stringify({ ...network, ...contracts, ...more }));
  };

  it("is empty unless it is set", async () => {
    write({});
    expect((await readConfig(path, {})).jointMiningPools).to.deep.equal([]);
  });

  it("comes from the file, each pool once", async () => {
    write({ jointMiningPools: [POOL, OTHER_POOL, POOL] });
    expect((await readConfig(path, {})).jointMiningPools).to.deep.equal([POOL, OTHER_POOL]);
  });

  it("comes from the environment with commas, which wins, also with none", async () => {
    write({ jointMiningPools: [POOL] });
    const named = await readConfig(path, { [NAMED]: `${OTHER_POOL},${POOL}` });
    expect(named.jointMiningPools).to.deep.equal([OTHER_POOL, POOL]);
    expect((await readConfig(path, { [NAMED]: "" })).jointMiningPools).to.deep.equal([]);
  });

  it("holds addresses only", async () => {
    write({ jointMiningPools: ["pool"] });
    const failure = await failureOf(readConfig(path, {}));
    expect(failure).to.be.instanceOf(UsageError);
    expect(failure.message).to.contain("not a 0x address");
  });
});
