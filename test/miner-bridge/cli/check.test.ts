import { expect } from "chai";

import { ExitCode } from "../../../lib/index.ts";
import { environmentName } from "../../../miner-bridge/config/index.ts";
import { REGISTRY } from "../support/FakeChain.ts";
import { FakeMarket } from "../support/FakeMarket.ts";
import { FakePool, POOL } from "../support/FakePool.ts";
import { ADDRESSES, FIL, KEYS, World } from "../support/bridge.ts";
import { type, writeConfig } from "./support.ts";

interface Checked {
  readonly name: string;
  readonly passed: boolean;
  readonly text: string;
}

/** A Lotus node has it; the chain of these tests has no blocks to read. */
const BLOCKS = "Filecoin.ChainReadObj";

describe("`check`", function () {
  this.timeout(60_000);
  let world: World;
  let config: string;

  beforeEach(async () => {
    world = await World.start();
    config = writeConfig(world);
    offer(BLOCKS);
  });
  afterEach(() => world.stop());

  /** The node refuses what these methods are asked, which shows that it has them. */
  const offer = (...methods: readonly string[]): void => {
    const error = '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no such block"}}';
    world.node.spoil = (method) => (methods.includes(method) ? { kind: "body", text: error } : undefined);
  };

  const lack = (method: string): void => {
    const error = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"method '${method}' not found"}}`;
    const { spoil } = world.node;
    world.node.spoil = (asked, params) => (asked === method ? { kind: "body", text: error } : spoil(asked, params));
  };

  const check = async (key = KEYS[0], ...more: readonly string[]) => {
    const environment = key === undefined || key === "" ? {} : { [environmentName("key")]: key };
    const { exitCode, out } = await type(["--config", config, "check", "--json", ...more], environment);
    return { exitCode, checks: JSON.parse(out) as Checked[] };
  };

  const failedOf = (checks: readonly Checked[]) => checks.filter(({ passed }) => !passed);

  it("passes a member with a good node, and says what it found", async () => {
    const { exitCode, checks } = await check();
    expect(failedOf(checks)).to.deep.equal([]);
    expect(exitCode).to.equal(ExitCode.ok);
    const texts = Object.fromEntries(checks.map(({ name, text }) => [name, text]));
    expect(texts).to.include({ key: ADDRESSES[0], membership: "a member", balance: "100 FIL" });
    expect(texts["node version"]).to.contain("1.36.2+fake");
  });

  it("passes without a key: a dry bridge needs neither membership nor gas", async () => {
    const { exitCode, checks } = await check("");
    expect(exitCode).to.equal(ExitCode.ok);
    expect(checks.filter(({ text }) => text.startsWith("dry")).map(({ name }) => name)).to.deep.equal([
      "membership",
      "balance",
    ]);
  });

  it("says of a gateway without ChainReadObj: attestor disabled, keeper works", async () => {
    lack(BLOCKS);
    const { exitCode, checks } = await check();
    const host = new URL(world.node.url).host;
    expect(failedOf(checks)).to.deep.equal([
      {
        name: "methods of an attestor",
        passed: false,
        text: `${host} lacks ${BLOCKS}: attestor disabled, keeper works.`,
      },
    ]);
    expect(exitCode).to.equal(ExitCode.refused);
  });

  it("asks for the methods of the way that power is read by", async () => {
    config = writeConfig(world, { sectorSource: "plain" });
    offer("Filecoin.StateMinerPartitions", "Filecoin.StateMinerPower");
    const { checks } = await check();
    expect(failedOf(checks).map(({ text }) => text)).to.deep.equal([
      `${new URL(world.node.url).host} lacks Filecoin.StateMinerSectors: attestor disabled, keeper works.`,
    ]);
  });

  for (const [what, change, name, text] of [
    ["another chain", () => (world.chain.chainId = 314n), "chain id", /serve chain id 314/],
    ["an old head", () => (world.chain.clockOffset = -3_600), "sync, clock and finality", /wait until it is in sync/],
    ["a clock that is off", () => (world.chain.clockOffset = 300), "sync, clock and finality", /set the clock by NTP/],
    ["a key of no member", () => (world.chain.members = []), "membership", /let the member call setDelegate/],
    ["an empty wallet", () => world.chain.balances.clear(), "balance", /has 0 FIL, a day may take 10 FIL: send it/],
  ] as const) {
    it(`fails for ${what}, and says what to do`, async () => {
      change();
      const { exitCode, checks } = await check();
      expect(exitCode).to.equal(ExitCode.refused);
      expect(failedOf(checks).find((checked) => checked.name === name)?.text).to.match(text);
    });
  }

  describe("of joint mining pools", () => {
    const poolChecks = (checks: readonly Checked[]) => checks.filter(({ name }) => /pools|balance/.test(name));

    it("passes for those over the same power NFTs, and wants gas for each", async () => {
      new FakePool(world.chain, new FakeMarket(world.chain));
      config = writeConfig(world, { jointMiningPools: [POOL] });
      world.chain.balances.set((ADDRESSES[0] ?? "").toLowerCase(), 15n * FIL);
      const { checks } = await check();
      expect(poolChecks(checks)).to.deep.equal([
        { name: "joint mining pools", passed: true, text: "1, over these power NFTs" },
        {
          name: "balance",
          passed: false,
          text: `${ADDRESSES[0]} has 15 FIL, a day may take 20 FIL: send it FIL, or lower maxFeePerGas.`,
        },
      ]);
    });

    it("fails for an address where there is none, and for one over others", async () => {
      config = writeConfig(world, { jointMiningPools: [POOL] });
      expect(failedOf((await check()).checks)[0]?.text).to.match(/No contract answers at 0x4000/);
      new FakePool(world.chain, new FakeMarket(world.chain));
      config = writeConfig(world, { jointMiningPools: [POOL], powerNft: REGISTRY });
      expect(
        failedOf((await check()).checks)
          .map(({ text }) => text)
          .join(),
      ).to.match(/The pool at .* works with .*, not/);
    });
  });

  it("prints PASS or FAIL for people", async () => {
    lack(BLOCKS);
    const { out } = await type(["--config", config, "check"]);
    const lines = out.split("\n");
    expect(lines.every((line) => /^(PASS|FAIL) {2}\w/.test(line))).to.equal(true);
    expect(lines.filter((line) => line.startsWith("FAIL"))).to.have.length(1);
  });

  it("sends nothing", async () => {
    await check();
    world.chain.mine();
    expect(world.chain.executed).to.have.length(0);
    expect(world.chain.pool.size).to.equal(0);
  });
});
