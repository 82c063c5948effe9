import { expect } from "chai";

import { BadAnswerError, NodeRefusedError, NodeUnreachableError } from "../../../lib/index.ts";
import { EndpointPool } from "../../../miner-bridge/lotus/index.ts";
import { NoActorError } from "../../../miner-bridge/power/index.ts";
import { readByRows } from "../../../miner-bridge/power/plain/readByRows.ts";
import { failureOf } from "../support/failure.ts";
import { LoopbackNode, mishap, NodeError } from "../support/LoopbackNode.ts";
import { nftOf, pinnedOf, recordedNode, recording } from "../support/recording.ts";
import { RecordedLog } from "../support/RecordedLog.ts";

const SECTORS = "Filecoin.StateMinerSectors";
const PARTITIONS = "Filecoin.StateMinerPartitions";
const QAP = 20_480n;
const EMPTY = {
  AllSectors: [0],
  FaultySectors: [0],
  RecoveringSectors: [0],
  LiveSectors: [0],
  ActiveSectors: [0],
};

describe("the plain way", () => {
  const recorded = recording();
  const { sectorNumbers, faulty, terminated, answers } = recorded;
  const active = sectorNumbers.filter((number) => number !== faulty && number !== terminated);
  let node: LoopbackNode;

  beforeEach(async () => {
    node = await LoopbackNode.start(recordedNode(recorded));
  });
  afterEach(() => node.stop());

  const read = (nfts = [nftOf(1000n, sectorNumbers)], more: { timeoutMs?: number; retries?: number } = {}) => {
    const log = new RecordedLog();
    const pool = new EndpointPool({ endpoints: [{ url: node.url }], log, pauseMs: 1, retries: 1, ...more });
    return readByRows(pool, pinnedOf(recorded), 1000n, nfts);
  };
  const rowsOf = (change: (rows: readonly object[]) => unknown) => {
    const honest = recordedNode(recorded)[SECTORS];
    node.answer(SECTORS, (params) => change(honest?.(params) as object[]));
  };

  it("adds sectors up to what the partitions hold", async () => {
    const { claim, power, nfts } = await read();
    expect(claim).to.equal(BigInt(answers.StateMinerPower.MinerPower.QualityAdjPower));
    expect(power).to.equal(BigInt(active.length) * QAP);
    expect(nfts[0]?.parts.reduce((sum, { qap }) => sum + qap, 0n)).to.equal(power);
  });

  it("asks for active sectors alone, and at most four things at the same time", async () => {
    await read();
    expect(node.timesAsked(PARTITIONS)).to.equal(48);
    expect(node.mostAtOnce).to.be.at.most(4);
    const runs = node.asked.flatMap(({ method, params }) => (method === SECTORS ? [params[1] as number[]] : []));
    const counts = runs.flatMap((bitfield) => bitfield.filter((_, at) => at % 2 === 1));
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(active.length);
  });

  it("knows a miner that is not there", async () => {
    const pool = new EndpointPool({ endpoints: [{ url: node.url }], log: new RecordedLog() });
    expect(await failureOf(readByRows(pool, pinnedOf(recorded), 5n, []))).to.be.instanceOf(NoActorError);
  });

  it("takes a node that lacks the tipset for a node that refuses, not for a missing miner", async () => {
    node.answer("Filecoin.StateGetActor", () => {
      throw new NodeError(1, "loading tipset: block not found");
    });
    expect(await failureOf(read())).to.be.instanceOf(NodeRefusedError);
  });

  for (const [what, how] of [
    ["is cut off", mishap.cutOff],
    ["breaks off", mishap.hangUp],
    ["is a busy server's", mishap.busy],
  ] as const) {
    it(`asks again when the answer ${what}`, async () => {
      await read();
      const times = node.timesAsked(SECTORS);
      node.upset(SECTORS, how);
      expect((await read()).power).to.equal(BigInt(active.length) * QAP);
      expect(node.timesAsked(SECTORS)).to.equal(2 * times + 1);
    });
  }

  it("gives up on a node that stays silent", async () => {
    node.upset(SECTORS, ...Array.from({ length: 20 }, () => mishap.silent));
    expect(await failureOf(read(undefined, { timeoutMs: 50 }))).to.be.instanceOf(NodeUnreachableError);
  });

  it("says what the node said of an absent sector", async () => {
    node.answer(SECTORS, () => {
      throw new NodeError(1, "failed to load sectors: can't find sector 5");
    });
    const error = await failureOf(read());
    expect(error).to.be.instanceOf(NodeRefusedError);
    expect(error.message).to.contain("can't find sector 5");
  });

  for (const [what, make] of [
    ["a web page", () => node.upset(SECTORS, mishap.html)],
    ["a number instead of rows", () => node.answer(SECTORS, () => 5)],
    ["an object instead of rows", () => node.answer(SECTORS, () => ({ rows: [] }))],
    ["no rows at all", () => node.answer(SECTORS, () => null)],
    ["a row that is null", () => rowsOf((rows) => [null, ...rows.slice(1)])],
    ["a row that is missing", () => rowsOf((rows) => rows.slice(1))],
    ["a row too many", () => rowsOf((rows) => [...rows, rows[0]])],
    ["rows in another order", () => rowsOf((rows) => [...rows].reverse())],
    ["a number written as a text", () => rowsOf(([first, ...rows]) => [{ ...first, Expiration: "5" }, ...rows])],
    [
      "a number that JSON cannot carry",
      () => rowsOf(([first, ...rows]) => [{ ...first, SectorNumber: 2 ** 60 }, ...rows]),
    ],
    ["a fraction of an epoch", () => rowsOf(([first, ...rows]) => [{ ...first, PowerBaseEpoch: 0.5 }, ...rows])],
    ["a weight that is a number", () => rowsOf(([first, ...rows]) => [{ ...first, VerifiedDealWeight: 7 }, ...rows])],
    [
      "a weight without end",
      () => rowsOf(([first, ...rows]) => [{ ...first, VerifiedDealWeight: "9".repeat(99) }, ...rows]),
    ],
    ["a weight below zero", () => rowsOf(([first, ...rows]) => [{ ...first, VerifiedDealWeight: "-1" }, ...rows])],
    ["partitions that are no list", () => node.answer(PARTITIONS, () => ({}))],
    ["a partition that is null", () => node.answer(PARTITIONS, () => [null])],
    ["partitions without end", () => node.answer(PARTITIONS, () => Array.from({ length: 3_001 }, () => EMPTY))],
    ["partitions with runs below zero", () => node.answer(PARTITIONS, () => [{ AllSectors: [-1, 2] }])],
  ] as const) {
    it(`refuses ${what}`, async () => {
      make();
      expect(await failureOf(read())).to.be.instanceOf(BadAnswerError);
    });
  }
});
