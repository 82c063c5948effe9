import { expect } from "chai";

import { frameOf } from "../../../lib/index.ts";
import type { Bridge } from "../../../miner-bridge/compose.ts";
import type { ComputeMiner } from "../../../miner-bridge/power/index.ts";
import { type Comparison, compareWithChain, computeReport } from "../../../miner-bridge/report/index.ts";
import { runTick } from "../../../miner-bridge/runTick.ts";
import { FINALITY, GIB } from "../support/FakeChain.ts";
import { World, nominal } from "../support/bridge.ts";

/** NFT 1 weighs half of what it was minted for. */
const half: ComputeMiner = async (pinned, minerId, nfts) => {
  const found = await nominal(pinned, minerId, nfts);
  if ("skipped" in found) return found;
  return {
    ...found,
    weights: found.weights.map(({ id, weight }) => ({ id, weight: id === 1n ? weight / 2n : weight })),
  };
};

const skips: ComputeMiner = (_, minerId) => Promise.resolve({ minerId, skipped: "the miner is gone" });

describe("a report beside the one on chain", () => {
  let world: World;
  let frame: number;

  beforeEach(async () => {
    world = await World.start();
    frame = frameOf(world.chain.head - FINALITY);
  });
  afterEach(() => world.stop());

  /** Members 1 and 2 say what they compute, which is a quorum. */
  const agree = async (computeMiner: ComputeMiner, members = [1, 2]): Promise<void> => {
    for (const member of members) {
      const attestor = await world.bridge("attestor", member, {}, computeMiner);
      await runTick(attestor);
      attestor.close();
      world.chain.mine();
    }
  };

  const apply = async (computeMiner: ComputeMiner): Promise<void> => {
    await runTick(await world.bridge("keeper", 1, {}, computeMiner));
    world.chain.mine();
  };

  /** What a bridge without a key, which finds the nominal weights, says of the frame. */
  const compare = async (): Promise<Comparison> => {
    const bridge: Bridge = await world.bridge("attestor", null);
    await runTick(bridge);
    try {
      return await compareWithChain(bridge, await computeReport(bridge, frame));
    } finally {
      bridge.close();
    }
  };

  it("has no root to be compared with while there is no quorum, but each member's word", async () => {
    await agree(nominal, [1]);
    const { agreed, votes, root } = await compare();
    expect(agreed).to.equal(undefined);
    expect(votes.map((vote) => vote.root)).to.deep.equal([root]);
  });

  it("is the quorum's, or not", async () => {
    await agree(nominal);
    const { agreed, root, differences } = await compare();
    expect(agreed).to.equal(root);
    expect(differences).to.deep.equal([]);
  });

  it("differs, and the chain shows where once the quorum's was applied", async () => {
    await agree(half);
    const before = await compare();
    expect(before.agreed).to.not.equal(before.root);
    expect(before.differences).to.deep.equal([]);
    await apply(half);
    const { differences } = await compare();
    expect(differences).to.deep.equal([{ minerId: 1000n, id: 1n, own: GIB, agreed: GIB / 2n }]);
  });

  it("differs where the quorum skipped a miner, with the quorum's reason", async () => {
    await agree(skips);
    await apply(skips);
    const { differences } = await compare();
    expect(differences).to.deep.equal([{ minerId: 1000n, own: undefined, agreed: "the miner is gone" }]);
  });
});
