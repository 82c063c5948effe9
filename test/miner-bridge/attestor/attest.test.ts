import { expect } from "chai";

import { frameOf } from "../../../lib/index.ts";
import type { ComputeMiner } from "../../../miner-bridge/power/index.ts";
import { runTick } from "../../../miner-bridge/runTick.ts";
import { FINALITY, GIB } from "../support/FakeChain.ts";
import { ADDRESSES, World } from "../support/bridge.ts";
import { failureOf } from "../support/failure.ts";

describe("an attestor", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  const submitted = () => world.chain.executed.filter(({ name }) => name === "submit");

  it("says the root of the newest final frame (R-ORC-1)", async () => {
    const bridge = await world.bridge("attestor");
    const { attested } = await runTick(bridge);
    expect(attested?.outcome).to.equal("sent");
    world.chain.mine();
    expect(submitted()).to.have.length(1);
    const frame = frameOf(world.chain.head - FINALITY);
    expect(submitted()[0]?.args).to.deep.equal([BigInt(frame), attested?.root]);
  });

  it("says it once, however often it looks", async () => {
    const bridge = await world.bridge("attestor");
    for (let round = 0; round < 5; round += 1) {
      await runTick(bridge);
      world.chain.mine(4n);
    }
    expect(submitted()).to.have.length(1);
    expect((await runTick(bridge)).attested?.outcome).to.equal("said");
  });

  it("finds the root that any other honest member finds (R-ORC-1)", async () => {
    const [first, second] = [await world.bridge("attestor", 0), await world.bridge("attestor", 1)];
    const one = await runTick(first);
    world.chain.mine(3n); // seen from another head
    const other = await runTick(second);
    expect(other.attested?.root).to.equal(one.attested?.root);
    world.chain.mine();
    expect(world.chain.lastFrame).to.equal(one.attested?.frame);
  });

  it("sends nothing without a key, and says what it would send", async () => {
    const bridge = await world.bridge("attestor", null);
    const { attested } = await runTick(bridge);
    expect(attested?.outcome).to.equal("dry");
    expect(world.chain.pool.size).to.equal(0);
    expect(world.log.events("report.dry")[0]?.["root"]).to.equal(attested?.root);
  });

  it("submits with a hot key for the member that delegated to it", async () => {
    const [member] = world.chain.members.filter((address) => address !== ADDRESSES[2]);
    world.chain.members = world.chain.members.filter((address) => address !== ADDRESSES[2]);
    world.chain.delegates.set(member as string, ADDRESSES[2] as string);
    const bridge = await world.bridge("attestor", 2);
    expect((await runTick(bridge)).attested?.outcome).to.equal("sent");
    world.chain.mine();
    expect(world.chain.votes.has((member as string).toLowerCase())).to.equal(true);
  });

  it("refuses to work with a key that the oracle does not listen to", async () => {
    world.chain.members = world.chain.members.filter((address) => address !== ADDRESSES[0]);
    const bridge = await world.bridge("attestor");
    expect((await failureOf(runTick(bridge))).message).to.match(
      /neither a member of the oracle nor a member's delegate/,
    );
    expect(world.chain.pool.size).to.equal(0);
  });

  it("leaves a frame alone that is agreed on", async () => {
    const bridge = await world.bridge("attestor");
    const frame = frameOf(world.chain.head - FINALITY);
    world.chain.lastFrame = frame;
    expect((await runTick(bridge)).attested?.outcome).to.equal("over");
  });

  it("says once that the quorum found another root than it did", async () => {
    const bridge = await world.bridge("attestor");
    const { attested } = await runTick(bridge);
    const frame = attested?.frame as number;
    world.chain.roots.set(frame, `0x${"ab".repeat(32)}`);
    world.chain.lastFrame = frame;
    expect((await runTick(bridge)).attested?.outcome).to.equal("outvoted");
    await runTick(bridge);
    expect(world.log.events("report.outvoted")).to.have.length(1);
  });

  it("goes on with the next frame when it begins", async () => {
    const bridge = await world.bridge("attestor");
    const first = await runTick(bridge);
    world.chain.mine(20n);
    world.chain.skipTo(world.chain.head + 2_880n);
    const second = await runTick(bridge);
    expect(second.attested?.frame).to.equal((first.attested?.frame as number) + 1);
    expect(second.attested?.outcome).to.equal("sent");
  });

  it("does not report weights that cannot be right", async () => {
    const greedy: ComputeMiner = (_, minerId, nfts) =>
      Promise.resolve({ minerId, qap: GIB, weights: nfts.map(({ id }) => ({ id, weight: GIB })) });
    const bridge = await world.bridge("attestor", 0, {}, greedy);
    expect((await failureOf(runTick(bridge))).message).to.match(/cannot be right/);
    expect(world.chain.pool.size).to.equal(0);
  });
});
