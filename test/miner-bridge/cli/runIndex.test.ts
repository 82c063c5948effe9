import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { ExitCode } from "../../../lib/index.ts";
import { FINALITY } from "../support/FakeChain.ts";
import { World } from "../support/bridge.ts";
import { failureOf } from "../support/failure.ts";
import { openMemoriesWith } from "../support/openMemoriesWith.ts";
import { freePort, type, writeConfig } from "./support.ts";

/** Attempts to reach a server that is starting, with a pause of some milliseconds between two. */
const ATTEMPTS = 400;
const PAUSE = 25;

describe("`run index`", function () {
  this.timeout(60_000);
  let world: World;

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  const indexOnce = async (config: string) => {
    const { exitCode, out, err } = await type(["--config", config, "run", "index", "--once"]);
    expect(err).to.equal("");
    expect(exitCode).to.equal(ExitCode.ok);
    return JSON.parse(out) as { role: string; finalized: string; indexed: Record<string, string | number> };
  };

  /** The answer of a server that is starting. */
  const answerOf = async (url: string, isReady: (response: Response) => boolean): Promise<Response> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const response = await fetch(url).catch(() => undefined);
      if (response !== undefined && isReady(response)) return response;
      await sleep(PAUSE);
    }
    throw new Error(`${url} did not get ready`);
  };

  it("writes what is final once, and says how far it came", async () => {
    const { role, finalized, indexed } = await indexOnce(writeConfig(world));
    expect(role).to.equal("index");
    expect(finalized).to.equal(String(world.chain.head - FINALITY));
    // a vault and two NFTs
    expect(indexed).to.include({ epoch: finalized, lag: "0", events: 3 });
  });

  it("goes on where it was", async () => {
    const { chain } = world;
    chain.genesis = Math.floor(Date.now() / 1000) - 30 * Number(chain.head);
    const config = writeConfig(world, { maxClockSkewSeconds: 3_600 });
    await indexOnce(config);
    chain.mint(3n, { mintedAt: chain.head - FINALITY + 50n });
    chain.skipTo(chain.head + 100n);
    const { indexed } = await indexOnce(config);
    expect(indexed).to.include({ epoch: String(chain.head - FINALITY), events: 1, ranges: 1 });
  });

  it("needs no key, and reads none", async () => {
    await indexOnce(writeConfig(world, { keyFile: "there-is-no-such-file" }));
    expect(world.node.asked).to.not.include("eth_sendRawTransaction");
  });

  it("serves the history and its readiness, and ends in order when it is told to", async () => {
    const [httpPort, apiPort] = [await freePort(), await freePort()];
    const config = writeConfig(world, { httpPort, apiPort });
    const stop = new AbortController();
    const running = type(["--config", config, "run", "index"], {}, stop.signal);
    const nfts = `http://127.0.0.1:${apiPort}/v1/nfts`;
    const ready = `http://127.0.0.1:${httpPort}/ready`;

    const answer = await answerOf(nfts, ({ status }) => status === 200);
    const { items } = (await answer.json()) as { items: { id: string }[] };
    expect(items.map(({ id }) => id)).to.deep.equal(["1", "2"]);
    await answerOf(ready, ({ status }) => status === 200);
    const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    expect(metrics).to.contain('miner_bridge_ticks_total{role="index",outcome="ok"} 1');
    expect(metrics).to.contain(`miner_bridge_index_epoch ${world.chain.head - FINALITY}`);
    expect(metrics).to.match(/miner_bridge_index_api_requests_total\{status="200"\} \d/);

    stop.abort();
    expect(await running).to.deep.equal({ exitCode: ExitCode.ok, out: "", err: "" });
    expect(await failureOf(fetch(nfts))).to.be.instanceOf(TypeError);
    expect(await failureOf(fetch(ready))).to.be.instanceOf(TypeError);
  });

  it("refuses a history of another deployment", async () => {
    world.chain.genesis = Math.floor(Date.now() / 1000) - 30 * Number(world.chain.head);
    await indexOnce(writeConfig(world));
    const { exitCode, err } = await type([
      "--config",
      writeConfig(world, { deployedAt: 40 }),
      "run",
      "index",
      "--once",
    ]);
    expect(exitCode).to.equal(ExitCode.usage);
    expect(err).to.match(/is the history of another deployment \(start/);
  });

  it("says what to do when its disk cannot be written, and goes on when that was done", async () => {
    const { chain } = world;
    chain.genesis = Math.floor(Date.now() / 1000) - 30 * Number(chain.head);
    const config = writeConfig(world, { maxClockSkewSeconds: 3_600 });
    await indexOnce(config);
    chain.skipTo(chain.head + 100n);
    const restore = openMemoriesWith("query_only = 1");
    const { exitCode, err } = await type(["--config", config, "run", "index", "--once"]).finally(restore);
    expect(exitCode).to.equal(ExitCode.fatal);
    expect(err).to.match(/index\.sqlite: it cannot be written\. Give this user the right to/);
    expect((await indexOnce(config)).indexed["lag"]).to.equal("0");
  });

  it("refuses the wrong chain", async () => {
    const config = writeConfig(world);
    world.chain.chainId = 314n;
    const { exitCode, err } = await type(["--config", config, "run", "index", "--once"]);
    expect(exitCode).to.equal(ExitCode.usage);
    expect(err).to.match(/serve chain id 314/);
  });
});
