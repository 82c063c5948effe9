import { expect } from "chai";

import { BadAnswerError } from "../../../lib/index.ts";
import {
  checkNetwork,
  EndpointPool,
  EndpointsDisagreeError,
  pinTipset,
  probeMethods,
  WrongNetworkError,
} from "../../../miner-bridge/lotus/index.ts";
import { failureOf } from "../support/failure.ts";
import { type Answer, LoopbackNode, mishap, NodeError } from "../support/LoopbackNode.ts";
import { RecordedLog } from "../support/RecordedLog.ts";

const cid = (name: string) => ({ "/": name });
const tipset = (height: number, root = `root${height}`, blocks = [root]) => ({
  Cids: [cid(`tipset${height}`)],
  Height: height,
  Blocks: blocks.map((of) => ({ Miner: "f01000", Timestamp: 0, ParentStateRoot: cid(of), ParentBaseFee: "100" })),
});

/** A node that calls an epoch final. Epochs that are no multiple of ten have no block. */
const nodeAt = (final: number, more: Readonly<Record<string, Answer>> = {}) =>
  LoopbackNode.start({
    eth_chainId: () => "0x13a",
    "Filecoin.StateNetworkName": () => "mainnet",
    "Filecoin.ChainGetFinalizedTipSet": () => tipset(final),
    "Filecoin.ChainGetTipSetAfterHeight": ([epoch]) => tipset(Math.ceil((epoch as number) / 10) * 10),
    ...more,
  });

describe("the network behind the endpoints", () => {
  let nodes: LoopbackNode[] = [];

  const start = async (...starting: readonly Promise<LoopbackNode>[]): Promise<EndpointPool> => {
    nodes = await Promise.all(starting);
    const endpoints = nodes.map(({ url }) => ({ url }));
    return new EndpointPool({ endpoints, log: new RecordedLog(), retries: 0, pauseMs: 1 });
  };
  afterEach(() => nodes.forEach((node) => node.stop()));

  describe("pinned to a tipset", () => {
    it("is the first one from the reference epoch on, with the state before it", async () => {
      const pool = await start(nodeAt(100), nodeAt(100));
      expect(await pinTipset(pool, 33n)).to.deep.equal({
        cids: [cid("tipset40")],
        height: 40n,
        stateRoot: cid("root40"),
      });
    });

    it("asks each endpoint below the tipset that it calls final itself", async () => {
      const pool = await start(nodeAt(100), nodeAt(80));
      await pinTipset(pool, 33n);
      const after = nodes.map(({ asked }) => asked.find(({ method }) => method.endsWith("AfterHeight"))?.params);
      expect(after).to.deep.equal([
        [33, [cid("tipset100")]],
        [33, [cid("tipset80")]],
      ]);
    });

    it("waits while nobody calls it final, a young network included", async () => {
      const young: Answer = () => {
        throw new NodeError(1, "height -10 is negative");
      };
      const pool = await start(nodeAt(30), nodeAt(0, { "Filecoin.ChainGetFinalizedTipSet": young }));
      expect(await pinTipset(pool, 33n)).to.equal(undefined);
    });

    it("goes ahead with those that are not behind", async () => {
      const pool = await start(nodeAt(30), nodeAt(100));
      expect(await pinTipset(pool, 33n)).to.have.property("height", 40n);
    });

    it("stops when two endpoints name different states (R-ORC-1)", async () => {
      const lie: Answer = () => tipset(40, "another root");
      const pool = await start(nodeAt(100), nodeAt(100, { "Filecoin.ChainGetTipSetAfterHeight": lie }));
      expect(await failureOf(pinTipset(pool, 33n))).to.be.instanceOf(EndpointsDisagreeError);
    });

    for (const [what, answer] of [
      ["before the epoch", tipset(30)],
      ["above the final one", tipset(110)],
      ["whose blocks are built on different states", tipset(40, "", ["a", "b"])],
    ] as const) {
      it(`refuses a tipset ${what}`, async () => {
        const pool = await start(nodeAt(100, { "Filecoin.ChainGetTipSetAfterHeight": () => answer }));
        expect(await failureOf(pinTipset(pool, 33n))).to.be.instanceOf(BadAnswerError);
      });
    }
  });

  describe("checked", () => {
    it("may be the one that is meant", async () => {
      await checkNetwork(await start(nodeAt(1), nodeAt(1)), { chainId: 314n, name: "mainnet" });
      expect(nodes.map((node) => node.timesAsked("eth_chainId"))).to.deep.equal([1, 1]);
    });

    it("may be another one, by chain id or by name", async () => {
      const pool = await start(nodeAt(1));
      expect(await failureOf(checkNetwork(pool, { chainId: 314_159n }))).to.be.instanceOf(WrongNetworkError);
      const error = await failureOf(checkNetwork(pool, { chainId: 314n, name: "testing" }));
      expect(error).to.include({ expected: "testing", found: "mainnet", exitCode: 64 });
    });

    it("may differ between endpoints", async () => {
      const pool = await start(nodeAt(1), nodeAt(1, { eth_chainId: () => "0x4cb2f" }));
      expect(await failureOf(checkNetwork(pool, { chainId: 314n }))).to.be.instanceOf(EndpointsDisagreeError);
    });

    it("may answer a chain id that is none", async () => {
      const pool = await start(nodeAt(1, { eth_chainId: () => 314 }));
      expect(await failureOf(checkNetwork(pool, { chainId: 314n }))).to.be.instanceOf(BadAnswerError);
    });
  });

  it("serves a method or not, which is found without doing anything", async () => {
    const pool = await start(
      nodeAt(1, {
        "Filecoin.ChainReadObj": () => {
          throw new NodeError(-32602, "wrong param count");
        },
      }),
    );
    nodes[0]?.upset("Filecoin.MinerAddress", mishap.saying("", 403));
    const [endpoint] = pool.endpoints;
    if (endpoint === undefined) throw new Error("no endpoint");
    const methods = ["Filecoin.ChainReadObj", "Filecoin.StateMinerSectors", "Filecoin.MinerAddress"] as const;
    expect([...(await probeMethods(endpoint, methods)).values()]).to.deep.equal([true, false, false]);
    expect(nodes[0]?.asked.every(({ params }) => params.length === 0)).to.equal(true);
  });
});
