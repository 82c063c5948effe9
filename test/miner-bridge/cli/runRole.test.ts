import { expect } from "chai";

import { ExitCode } from "../../../lib/index.ts";
import { environmentName } from "../../../miner-bridge/config/index.ts";
import { KEYS, World } from "../support/bridge.ts";
import { type, writeConfig } from "./support.ts";

describe("`run keeper`", function () {
  this.timeout(60_000);
  const KEY = { [environmentName("key")]: KEYS[0] };
  let world: World;
  let config: string;

  beforeEach(async () => {
    world = await World.start();
    Object.assign(world.chain.vaults.get(1000n) ?? {}, { active: false, proposed: true });
    config = writeConfig(world);
  });
  afterEach(() => world.stop());

  it("does one round with --once, and prints what it came to", async () => {
    const { exitCode, out } = await type(["--config", config, "run", "keeper", "--once"], KEY);
    expect(exitCode).to.equal(ExitCode.ok);
    const { role, found, kept } = JSON.parse(out) as { role: string; found: number; kept: Record<string, unknown> };
    expect({ role, found }).to.deep.equal({ role: "keeper", found: 3 });
    expect(kept["activateVaults"]).to.deep.equal({ sent: 1, refused: 0 });
  });

  it("sends nothing without a key", async () => {
    expect((await type(["--config", config, "run", "keeper", "--once"])).exitCode).to.equal(ExitCode.ok);
    expect(world.chain.pool.size).to.equal(0);
  });

  it("finishes the round in which it is told to stop", async () => {
    const stop = new AbortController();
    world.node.spoil = (method) => {
      if (method === "eth_getLogs") stop.abort();
      return undefined;
    };
    const { exitCode, err } = await type(["--config", config, "run", "keeper"], KEY, stop.signal);
    expect({ exitCode, err }).to.deep.equal({ exitCode: ExitCode.ok, err: "" });
    expect(world.chain.pool.size).to.equal(1);
  });

  it("does not wait for a node that is away when it is told to stop", async () => {
    const stop = new AbortController();
    world.node.spoil = (method) => {
      if (method !== "eth_getLogs") return undefined;
      setTimeout(() => stop.abort(), 50);
      return { kind: "body", text: "", status: 503 };
    };
    const { exitCode, err } = await type(["--config", config, "run", "keeper"], KEY, stop.signal);
    expect({ exitCode, err }).to.deep.equal({ exitCode: ExitCode.ok, err: "" });
    expect(world.chain.pool.size).to.equal(0);
  });
});
