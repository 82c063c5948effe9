import { expect } from "chai";

import { environmentName } from "../../../miner-bridge/config/index.ts";
import { FINALITY } from "../support/FakeChain.ts";
import { FakeMarket } from "../support/FakeMarket.ts";
import { FakePool, OTHER_POOL, POOL } from "../support/FakePool.ts";
import { ADDRESSES, KEYS, World } from "../support/bridge.ts";
import { type, writeConfig } from "./support.ts";

describe("`status`", function () {
  this.timeout(60_000);
  const KEY = { [environmentName("key")]: KEYS[0] };
  let world: World;
  let config: string;

  beforeEach(async () => {
    world = await World.start();
    config = writeConfig(world);
  });
  afterEach(() => world.stop());

  const status = (environment = {}) => type(["--config", config, "status"], environment);

  it("shows the head, the oracle, and that a bridge without a key is dry", async () => {
    const { out } = await status();
    expect(out.split("\n")).to.deep.equal([
      `head          epoch ${world.chain.head}, frame ${world.chain.frame()}`,
      "oracle        last agreed frame 0: STALE, no new NFT becomes active",
      "key           none: dry",
    ]);
  });

  it("shows what is left for gas, and never the key", async () => {
    const { out } = await status(KEY);
    expect(out).to.contain(`key           ${ADDRESSES[0]}, 100 FIL for gas`);
    expect(out).to.not.contain((KEYS[0] as string).slice(2));
  });

  it("shows what a keeper knows and has sent", async () => {
    const vault = world.chain.vaults.get(1000n);
    Object.assign(vault ?? {}, { active: false, proposed: true });
    const ran = await type(["--config", config, "run", "keeper", "--once"], KEY);
    expect(ran.err).to.equal("");
    const { out } = await status(KEY);
    expect(out).to.contain(`keeper        events read to epoch ${world.chain.head - FINALITY - 1n}, 1 vaults`);
    expect(out).to.match(/ {2}open +activate:\S+ 0x[0-9a-f]{64}/);
  });

  it("shows how pools stand, and which does not answer", async () => {
    const pool = new FakePool(world.chain, new FakeMarket(world.chain));
    pool.own(1n, 0n);
    Object.assign(pool, { settledAt: 7n, waiting: 1n });
    config = writeConfig(world, { jointMiningPools: [POOL, OTHER_POOL] });
    const { out } = await status();
    expect(out).to.contain(`pool          ${POOL}: machines 1, last settled in epoch 7, people wait to be paid`);
    expect(out).to.contain(`pool          ${OTHER_POOL}: No contract answers at ${OTHER_POOL}`);
  });

  it("shows how far the index is", async () => {
    await type(["--config", config, "run", "index", "--once"]);
    const { out } = await status();
    expect(out).to.match(new RegExp(`index +events to epoch ${world.chain.head - FINALITY}, income to epoch \\d+`));
  });

  it("is one JSON object for programs", async () => {
    const { out } = await type(["--config", config, "status", "--json"], KEY);
    expect(JSON.parse(out)).to.deep.equal({
      head: String(world.chain.head),
      frame: world.chain.frame(),
      lastFrame: 0,
      stale: true,
      key: ADDRESSES[0],
      balance: String(100n * 10n ** 18n),
      pools: [],
      roles: [],
    });
  });
});
