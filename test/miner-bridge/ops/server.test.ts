import { expect } from "chai";

import {
  type Check,
  type HttpServer,
  createHealth,
  createLog,
  createMetrics,
  createOpsServer,
} from "../../../miner-bridge/ops/index.ts";

const MAX_AGE = 60_000;

describe("the ops server", () => {
  const log = createLog({ level: "silent" });
  let server: HttpServer;
  let now: number;
  let node: Check;
  let health: ReturnType<typeof createHealth>;
  const ask = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const readiness = async (): Promise<[number, unknown]> => {
    const { status, text } = await ask("/ready");
    return [status, (JSON.parse(text) as { checks: unknown }).checks];
  };

  beforeEach(async () => {
    now = 1_000_000;
    node = () => undefined;
    const checks = { node: () => node(), state: () => undefined };
    health = createHealth({ checks, maxTickAgeMs: MAX_AGE, now: () => now });
    server = await createOpsServer({ port: 0, metrics: createMetrics(), health, log });
  });
  afterEach(async () => {
    await server.close();
  });

  it("listens on loopback unless it is told otherwise", () => {
    expect(server.url).to.equal(`http://127.0.0.1:${server.port}`);
  });

  it("is alive whatever does not work", async () => {
    node = () => Promise.reject(new Error("gone"));
    expect(await ask("/health")).to.deep.equal({ status: 200, text: '{"alive":true}\n' });
  });

  it("is not ready before the first good round", async () => {
    const wanted = { node: "ok", state: "ok", tick: "No cycle has gone well yet." };
    expect(await readiness()).to.deep.equal([503, wanted]);
  });

  it("is ready while everything answers and the last round is fresh", async () => {
    health.ticked();
    now += MAX_AGE;
    expect(await readiness()).to.deep.equal([200, { node: "ok", state: "ok", tick: "ok" }]);
  });

  it("is not ready when the last good round is old", async () => {
    health.ticked();
    now += MAX_AGE + 1_000;
    expect(await readiness()).to.deep.equal([
      503,
      { node: "ok", state: "ok", tick: "The last good cycle was 61 s ago." },
    ]);
  });

  it("names what does not work by its first line, without what a node said", async () => {
    health.ticked();
    node = () => Promise.reject(new Error("The node did not answer.\neth_call: secret details"));
    const wanted = { node: "The node did not answer.", state: "ok", tick: "ok" };
    expect(await readiness()).to.deep.equal([503, wanted]);
    node = () => {
      throw new Error("at once");
    };
    expect((await readiness())[1]).to.deep.include({ node: "at once" });
  });

  it("does not wait for ever for a check", async function () {
    this.timeout(30_000);
    health.ticked();
    node = () => new Promise(() => {});
    expect(await readiness()).to.deep.equal([503, { node: "No answer within 5 s.", state: "ok", tick: "ok" }]);
  });

  it("serves metrics for Prometheus", async () => {
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get("content-type")).to.contain("text/plain; version=0.0.4");
    expect(await response.text()).to.contain("# TYPE miner_bridge_ticks_total counter");
  });

  it("answers nothing else", async () => {
    expect((await ask("/")).status).to.equal(404);
    expect((await fetch(`${server.url}/health`, { method: "POST" })).status).to.equal(405);
  });
});
