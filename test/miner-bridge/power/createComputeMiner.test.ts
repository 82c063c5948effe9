import { expect } from "chai";

import { NodeRefusedError } from "../../../lib/index.ts";
import { EndpointPool } from "../../../miner-bridge/lotus/index.ts";
import {
  createComputeMiner,
  createReadMiner,
  explainNft,
  MemoryBlockCache,
  type Way,
} from "../../../miner-bridge/power/index.ts";
import { failureOf } from "../support/failure.ts";
import { LoopbackNode } from "../support/LoopbackNode.ts";
import { nftOf, pinnedOf, recordedNode, recording } from "../support/recording.ts";
import { RecordedLog } from "../support/RecordedLog.ts";

const QAP = 20_480n;

describe("what a miner's NFTs weigh", () => {
  const recorded = recording();
  const { sectorNumbers: all, faulty, terminated } = recorded;
  const pinned = pinnedOf(recorded);
  let node: LoopbackNode;
  let log: RecordedLog;

  beforeEach(async () => {
    node = await LoopbackNode.start(recordedNode(recorded));
    log = new RecordedLog();
  });
  afterEach(() => node.stop());

  const options = (way: Way) => ({
    pool: new EndpointPool({ endpoints: [{ url: node.url }], log, pauseMs: 1, retries: 0 }),
    way,
    blocks: new MemoryBlockCache(),
    log,
  });
  const nfts = [
    nftOf(1000n, all.slice(0, 6), { id: 3n }),
    nftOf(1000n, all.slice(6, 9), { id: 5n, attested: false }),
    nftOf(1000n, all.slice(9), { id: 9n, nominalPower: QAP + 1n }),
  ];

  it("is the same by both ways, to the byte (R-ORC-1)", async () => {
    const [byState, byRows] = await Promise.all(
      (["state", "plain"] as const).map((way) => createComputeMiner(options(way))(pinned, 1000n, nfts)),
    );
    expect(byState).to.deep.equal(byRows);
    expect(byState).to.deep.equal({
      minerId: 1000n,
      qap: BigInt(recorded.answers.StateMinerPower.MinerPower.QualityAdjPower),
      weights: [
        { id: 3n, weight: 6n * QAP },
        { id: 5n, weight: 0n, withheld: `sector ${faulty} is faulty` },
        { id: 9n, weight: QAP + 1n },
      ],
    });
  });

  it("is explained by both ways: every sector once, by what it does", async () => {
    for (const way of ["state", "plain"] as const) {
      const { parts, ...explained } = await explainNft(
        createReadMiner(options(way)),
        pinned,
        nftOf(1000n, [...all, 7_000_000]),
      );
      expect(explained).to.include({ weight: BigInt(all.length - 2) * QAP, skipped: undefined, height: pinned.height });
      const idle = parts.filter(({ status }) => status !== "active");
      expect(Object.fromEntries(idle.map(({ status, sectors }) => [status, Number(sectors[0]?.start)]))).to.deep.equal({
        faulty,
        terminated,
        absent: 7_000_000,
      });
      const named = parts.reduce((sum, { sectors }) => sum + sectors.reduce((n, { count }) => n + count, 0n), 0n);
      expect(named).to.equal(BigInt(all.length + 1));
    }
  });

  it("skips a miner that is not there, and says so in the log", async () => {
    for (const way of ["state", "plain"] as const) {
      expect(await createComputeMiner(options(way))(pinned, 77n, [])).to.deep.equal({
        minerId: 77n,
        skipped: "There is no actor f077 in this state: check the number.",
      });
    }
    expect(log.events).to.deep.equal(["miner.skipped", "miner.skipped"]);
  });

  it("skips a miner whose claim is not what its sectors add up to", async () => {
    node.answer("Filecoin.StateMinerPower", () => {
      const claim = { RawBytePower: "20480", QualityAdjPower: "204000" };
      return { MinerPower: claim, TotalPower: claim, HasMinPower: true };
    });
    expect(await createComputeMiner(options("plain"))(pinned, 1000n, nfts)).to.deep.equal({
      minerId: 1000n,
      skipped: "its sectors have 204800 bytes of power, but its claim is 204000",
    });
  });

  it("skips nobody when this node alone cannot answer", async () => {
    node.forget("Filecoin.ChainReadObj");
    const block = recorded.tipset.stateRoot["/"];
    expect(String(await failureOf(createComputeMiner(options("state"))(pinned, 1000n, nfts)))).to.contain(
      "ChainReadObj",
    );
    node.answer(
      "Filecoin.ChainReadObj",
      recordedNode({ ...recorded, blocks: { [block]: recorded.blocks[block] ?? "" } })["Filecoin.ChainReadObj"] ??
        (() => null),
    );
    expect(await failureOf(createComputeMiner(options("state"))(pinned, 1000n, nfts))).to.be.instanceOf(
      NodeRefusedError,
    );
  });

  it("asks for nothing again in the next frame where nothing has changed", async () => {
    const compute = createComputeMiner(options("state"));
    const first = await compute(pinned, 1000n, nfts);
    const calls = node.asked.length;
    expect(await compute(pinned, 1000n, nfts)).to.deep.equal(first);
    expect(node.asked).to.have.length(calls);
  });
});
