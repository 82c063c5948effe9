import { expect } from "chai";

import {
  BadAnswerError,
  MethodUnavailableError,
  NodeRefusedError,
  NodeUnreachableError,
  UsageError,
} from "../../../lib/index.ts";
import { createMetrics } from "../../../miner-bridge/ops/index.ts";
import { EndpointPool, type EndpointPoolOptions, EndpointsDisagreeError } from "../../../miner-bridge/lotus/index.ts";
import { failureOf } from "../support/failure.ts";
import { LoopbackNode, mishap, NodeError } from "../support/LoopbackNode.ts";
import { RecordedLog } from "../support/RecordedLog.ts";

const NAME = "Filecoin.StateNetworkName";

describe("several endpoints as one", () => {
  let nodes: LoopbackNode[];
  let log: RecordedLog;
  let now: number;

  beforeEach(async () => {
    nodes = await Promise.all(["first", "second"].map((name) => LoopbackNode.start({ [NAME]: () => name })));
    log = new RecordedLog();
    now = 1_000_000;
  });
  afterEach(() => nodes.forEach((node) => node.stop()));

  const [FIRST, SECOND] = [0, 1];
  const node = (at: number): LoopbackNode => nodes[at] as LoopbackNode;
  const pool = (more: Partial<EndpointPoolOptions> = {}, of = nodes): EndpointPool =>
    new EndpointPool({
      endpoints: of.map(({ url }) => ({ url })),
      log,
      pauseMs: 1,
      retries: 1,
      now: () => now,
      ...more,
    });

  it("ask the first that is well", async () => {
    expect(await pool().lotus.stateNetworkName()).to.equal("first");
    expect(node(SECOND).asked).to.have.length(0);
  });

  for (const [what, how] of [
    ["is busy", mishap.busy],
    ["answers a web page", mishap.html],
    ["breaks off", mishap.hangUp],
    ["answers null", mishap.saying("null")],
    ["answers a result of another kind", mishap.saying('{"jsonrpc":"2.0","id":1,"result":5}')],
    ["answers nothing", mishap.saying("")],
    ["wants a token", mishap.saying("", 401)],
    ["answers an error without a code", mishap.saying('{"error":"no"}', 500)],
  ] as const) {
    it(`ask the next when one ${what}`, async () => {
      node(FIRST).upset(NAME, how);
      expect(await pool().lotus.stateNetworkName()).to.equal("second");
      expect(log.events).to.deep.equal(["endpoint.failed"]);
    });
  }

  it("ask the next when one is silent for too long", async () => {
    node(FIRST).upset(NAME, mishap.silent);
    expect(await pool({ timeoutMs: 50 }).lotus.stateNetworkName()).to.equal("second");
  });

  it("ask the next when one refuses or lacks the method, which is no failure", async () => {
    node(FIRST).forget(NAME);
    const both = pool();
    expect(await both.lotus.stateNetworkName()).to.equal("second");
    node(FIRST).answer(NAME, () => {
      throw new NodeError(1, "no");
    });
    expect(await both.lotus.stateNetworkName()).to.equal("second");
    expect(both.health.map(({ failures }) => failures)).to.deep.equal([0, 0]);
  });

  it("do not read an answer without end", async () => {
    node(FIRST).answer(NAME, () => "x".repeat(5_000));
    expect(await pool({ maxResponseBytes: 1_000 }).lotus.stateNetworkName()).to.equal("second");
  });

  it("let one that failed rest, and come back to it", async () => {
    const both = pool();
    node(FIRST).upset(NAME, mishap.busy);
    await both.lotus.stateNetworkName();
    await both.lotus.stateNetworkName();
    expect(node(FIRST).asked).to.have.length(1);
    now += 1_000;
    expect(await both.lotus.stateNetworkName()).to.equal("first");
    expect(both.health[FIRST]).to.include({ failures: 0, lastAnswerAt: now });
  });

  it("rest longer after each failure, and are still asked when nobody else answers", async () => {
    const alone = pool({ retries: 0 }, [node(FIRST)]);
    node(FIRST).upset(NAME, mishap.busy, mishap.busy);
    await failureOf(alone.lotus.stateNetworkName());
    expect(alone.health[FIRST]?.restsUntil).to.equal(now + 1_000);
    await failureOf(alone.lotus.stateNetworkName());
    expect(alone.health[FIRST]?.restsUntil).to.equal(now + 2_000);
    expect(await alone.lotus.stateNetworkName()).to.equal("first");
  });

  it("try again after a pause when none answers", async () => {
    nodes.forEach((one) => one.upset(NAME, mishap.busy));
    expect(await pool().lotus.stateNetworkName()).to.equal("first");
    expect(nodes.map(({ asked }) => asked.length)).to.deep.equal([2, 1]);
  });

  it("give up after some rounds, with an error that may pass", async () => {
    nodes.forEach((one) => one.upset(NAME, mishap.busy, mishap.busy));
    const error = await failureOf(pool().lotus.stateNetworkName());
    expect(error).to.be.instanceOf(NodeUnreachableError).and.have.property("exitCode", 69);
  });

  it("do not try again what will not pass", async () => {
    nodes.forEach((one) => one.upset(NAME, mishap.html));
    expect(await failureOf(pool().lotus.stateNetworkName())).to.be.instanceOf(BadAnswerError);
    nodes.forEach((one) => one.forget(NAME));
    expect(await failureOf(pool().lotus.stateNetworkName())).to.be.instanceOf(MethodUnavailableError);
    expect(nodes.map(({ asked }) => asked.length)).to.deep.equal([2, 2]);
  });

  it("end waiting when they are told to", async () => {
    nodes.forEach((one) => one.upset(NAME, mishap.busy, mishap.busy));
    const stop = new AbortController();
    const waiting = failureOf(pool({ signal: stop.signal, pauseMs: 60_000 }).lotus.stateNetworkName());
    while (log.events.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(await waiting).to.be.instanceOf(NodeUnreachableError);
  });

  it("still answer what is asked when they were told to stop, without waiting", async () => {
    const stopped = pool({ signal: AbortSignal.abort(), pauseMs: 60_000 });
    expect(await stopped.lotus.stateNetworkName()).to.equal("first");
    nodes.forEach((one) => one.upset(NAME, mishap.busy));
    expect(await failureOf(stopped.lotus.stateNetworkName())).to.be.instanceOf(NodeUnreachableError);
    expect(await stopped.lotus.stateNetworkName()).to.be.oneOf(["first", "second"]);
  });

  it("answer what was asked while they are told to stop", async () => {
    const stop = new AbortController();
    node(FIRST).answer(NAME, () => {
      stop.abort();
      return "first";
    });
    expect(await pool({ signal: stop.signal }).lotus.stateNetworkName()).to.equal("first");
  });

  it("tell a refusal rather than that another one is away", async () => {
    node(FIRST).upset(NAME, mishap.busy, mishap.busy);
    node(SECOND).answer(NAME, () => {
      throw new NodeError(1, "no such thing");
    });
    expect(await failureOf(pool().lotus.stateNetworkName())).to.be.instanceOf(NodeRefusedError);
  });

  it("take a contract's revert for an answer", async () => {
    node(FIRST).answer("eth_call", () => {
      throw new NodeError(3, "execution reverted");
    });
    node(SECOND).answer("eth_call", () => "0x");
    expect(await failureOf(pool().request("eth_call", []))).to.be.instanceOf(NodeRefusedError);
    expect(node(SECOND).asked).to.have.length(0);
  });

  it("send a transaction once, to one", async () => {
    nodes.forEach((one) => one.upset("eth_sendRawTransaction", mishap.busy));
    expect(await failureOf(pool().request("eth_sendRawTransaction", ["0x"]))).to.be.instanceOf(NodeUnreachableError);
    expect(nodes.map(({ asked }) => asked.length)).to.deep.equal([1, 0]);
  });

  it("never name more of a URL than its host", async () => {
    const [url] = nodes.map(({ url }) => url.replace("/rpc/v1", "/secret-key/rpc/v1"));
    node(FIRST).upset(NAME, mishap.html, mishap.html);
    const one = pool({ endpoints: [{ url: url ?? "", token: "hush" }] });
    const error = await failureOf(one.lotus.stateNetworkName());
    const said = JSON.stringify([error.message, log.entries, one.health]);
    expect(said).to.contain("127.0.0.1").and.not.contain("secret-key").and.not.contain("hush");
  });

  it("count questions and failures by kind, but no contract's revert", async () => {
    const { registry, chain } = createMetrics();
    const counted = pool({ metrics: chain });
    const [first, second] = nodes.map(({ url }) => new URL(url).host);
    node(FIRST).upset(NAME, mishap.busy);
    await counted.lotus.stateNetworkName();
    node(FIRST).answer("eth_call", () => {
      throw new NodeError(3, "execution reverted");
    });
    now += 100_000; // the first one has rested
    await failureOf(counted.request("eth_call", []));
    await failureOf(counted.agreed("the network", ({ lotus }) => lotus.stateNetworkName()));
    const lines = (await registry.metrics()).split("\n").filter((line) => line.startsWith("miner_bridge_endpoint_"));
    expect(lines).to.have.members([
      `miner_bridge_endpoint_requests_total{endpoint="${first}"} 3`,
      `miner_bridge_endpoint_requests_total{endpoint="${second}"} 2`,
      `miner_bridge_endpoint_errors_total{endpoint="${first}",kind="unreachable"} 1`,
      `miner_bridge_endpoint_disagreements_total{endpoint="${first}"} 1`,
      `miner_bridge_endpoint_disagreements_total{endpoint="${second}"} 1`,
    ]);
  });

  it("need an endpoint, and a URL that can be read", () => {
    expect(() => pool({ endpoints: [] })).to.throw(UsageError);
    expect(() => pool({ endpoints: [{ url: "my node" }] })).to.throw(UsageError);
  });

  it("refuse a token that would be a header of its own, and do not say it", () => {
    const [url, token] = ["http://127.0.0.1:1/", "secret\r\nx: y"];
    expect(() => pool({ endpoints: [{ url, token }] }))
      .to.throw(UsageError)
      .with.property("message")
      .that.does.not.contain("secret");
  });

  describe("asked alike", () => {
    const ask = (of: EndpointPool) => of.agreed("the name", ({ lotus }) => lotus.stateNetworkName());

    it("answer what all of them say", async () => {
      node(SECOND).answer(NAME, () => "first");
      expect(await ask(pool())).to.equal("first");
      expect(nodes.map(({ asked }) => asked.length)).to.deep.equal([1, 1]);
    });

    it("stop with each one's words when two differ", async () => {
      const error = await failureOf(ask(pool()));
      expect(error).to.be.instanceOf(EndpointsDisagreeError);
      expect((error as EndpointsDisagreeError).testimonies.map(({ answer }) => answer)).to.deep.equal([
        '"first"',
        '"second"',
      ]);
      expect(error).to.have.property("exitCode", 70);
    });

    it("do without one that does not answer, and say so in the log", async () => {
      node(FIRST).forget(NAME);
      expect(await ask(pool())).to.equal("second");
      expect(log.events).to.deep.equal(["endpoint.silent"]);
    });

    it("fail when none answers", async () => {
      nodes.forEach((one) => one.forget(NAME));
      expect(await failureOf(ask(pool()))).to.be.instanceOf(MethodUnavailableError);
    });
  });
});
