import { join } from "node:path";

import { expect } from "chai";

import { ExitCode, ExplainedError, frameOf, referenceEpoch } from "../../lib/index.ts";
import type { Bridge } from "../../miner-bridge/compose.ts";
import { runTick } from "../../miner-bridge/runTick.ts";
import { StateUnusableError } from "../../miner-bridge/state/index.ts";
import { FINALITY, GIB } from "./support/FakeChain.ts";
import { FakeNode, type Spoilt } from "./support/FakeNode.ts";
import { ADDRESSES, KEYS, World } from "./support/bridge.ts";
import { failureOf } from "./support/failure.ts";
import { openMemoriesWith } from "./support/openMemoriesWith.ts";

/** What a node in trouble answers, and whether the same may work later (69) or has to be looked at (70). */
const TROUBLES: Readonly<Record<string, readonly [Spoilt, ExitCode]>> = {
  "a page of HTML": [{ kind: "body", text: "<html><body>502 Bad Gateway</body></html>" }, ExitCode.fatal],
  "HTML with an error status": [{ kind: "body", text: "<html></html>", status: 502 }, ExitCode.temporary],
  "half an answer": [{ kind: "cut", text: '{"jsonrpc":"2.0","id":1,"resu' }, ExitCode.temporary],
  "JSON that is cut off": [{ kind: "body", text: '{"jsonrpc":"2.0","result":{"Cids"' }, ExitCode.temporary],
  null: [{ kind: "result", result: null }, ExitCode.fatal],
  "another type": [{ kind: "result", result: [true] }, ExitCode.fatal],
  "a huge number": [{ kind: "result", result: `0x${"f".repeat(80)}` }, ExitCode.fatal],
  "a number beyond precision": [{ kind: "result", result: 2 ** 60 }, ExitCode.fatal],
  "nothing in time": [{ kind: "hang" }, ExitCode.temporary],
};

/** Every question of an attestor's round whose answer a report or a transaction depends on, up to its sending. */
const QUESTIONS = [
  "eth_chainId",
  "Filecoin.ChainHead",
  "Filecoin.ChainGetFinalizedTipSet",
  "Filecoin.ChainGetTipSetByHeight",
  "Filecoin.ChainGetTipSetAfterHeight",
  "eth_call",
  "eth_estimateGas",
  "eth_getTransactionCount",
  "eth_getBlockByNumber",
  "eth_maxPriorityFeePerGas",
] as const;
/** From the sending on. */
const LATER_QUESTIONS = ["eth_sendRawTransaction", "eth_blockNumber", "eth_getTransactionReceipt"] as const;
/** Events have a test of their own below; a balance is only shown. */
const OTHER_QUESTIONS = ["eth_getLogs", "eth_getBalance"] as const;

describe("on a bad day", () => {
  let world: World;
  let bridge: Bridge;

  beforeEach(async () => {
    world = await World.start();
    bridge = await world.bridge("attestor");
  });
  afterEach(() => world.stop());

  const votes = () => world.chain.executed.filter(({ name }) => name === "submit");
  const mine = (epochs = 12n) => world.chain.mine(epochs);

  /** The bad day ends: the report is there after all, and it is the right one. */
  const expectReportAfterAll = async (): Promise<void> => {
    world.node.spoil = () => undefined;
    await runTick(bridge);
    mine();
    const honest = await world.bridge("attestor", 2);
    const { attested } = await runTick(honest);
    expect(
      votes()
        .filter(({ from }) => from === ADDRESSES[0])
        .map(({ args }) => args[1]),
    ).to.deep.equal([attested?.root]);
  };

  for (const question of QUESTIONS) {
    for (const [name, [trouble, exitCode]] of Object.entries(TROUBLES)) {
      it(`${name} for ${question}: sends nothing, says what is wrong, and reports when it is over`, async () => {
        world.node.spoil = (method) => (method === question ? trouble : undefined);
        const failure = await failureOf(runTick(bridge));
        expect(failure).to.be.instanceOf(ExplainedError);
        expect((failure as ExplainedError).exitCode).to.equal(exitCode);
        expect(world.chain.pool.size).to.equal(0);
        await expectReportAfterAll();
      });
    }
  }

  for (const question of LATER_QUESTIONS) {
    for (const [name, [trouble]] of Object.entries(TROUBLES)) {
      it(`${name} for ${question}: has said its report once, and the right one, when it is over`, async () => {
        world.node.spoil = (method) => (method === question ? trouble : undefined);
        for (let round = 0; round < 2; round += 1) {
          const failure: unknown = await runTick(bridge).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (failure !== undefined) expect(failure).to.be.instanceOf(ExplainedError);
          mine();
        }
        await expectReportAfterAll();
      });
    }
  }

  it("no question is left out above", async () => {
    await runTick(bridge);
    mine();
    await runTick(bridge);
    const known: readonly string[] = [...QUESTIONS, ...LATER_QUESTIONS, ...OTHER_QUESTIONS];
    expect(world.node.asked.filter((method) => !known.includes(method))).to.deep.equal([]);
    expect(known.filter((method) => !world.node.asked.includes(method))).to.deep.equal([]);
  });

  for (const [name, [trouble]] of Object.entries(TROUBLES).filter(([known]) => known !== "null")) {
    it(`${name} for eth_getLogs: sends nothing, and reports when it is over`, async () => {
      world.node.spoil = (method) => (method === "eth_getLogs" ? trouble : undefined);
      expect(await failureOf(runTick(bridge))).to.be.instanceOf(ExplainedError);
      expect(world.chain.pool.size).to.equal(0);
      await expectReportAfterAll();
    });
  }

  it("Lotus is gone: says so, and reports when it is back", async () => {
    world.node.spoil = () => ({ kind: "cut", text: "" });
    expect(((await failureOf(runTick(bridge))) as ExplainedError).exitCode).to.equal(ExitCode.temporary);
    await expectReportAfterAll();
  });

  it("Lotus is of another chain: sends nothing", async () => {
    world.chain.chainId = 314n;
    expect((await failureOf(runTick(bridge))).message).to.match(
      /serve chain id 314, but this bridge is set up for chain id 31415926/,
    );
    expect(world.chain.pool.size).to.equal(0);
  });

  it("Lotus is out of sync: waits until it has caught up", async () => {
    world.chain.clockOffset = -3_600;
    expect((await failureOf(runTick(bridge))).message).to.match(/is 36\d\d s old: wait until it is in sync/);
    expect(world.chain.pool.size).to.equal(0);
    world.chain.clockOffset = 0;
    await expectReportAfterAll();
  });

  it("this machine's clock is behind: sends nothing", async () => {
    world.chain.clockOffset = 300;
    expect((await failureOf(runTick(bridge))).message).to.match(/ahead of this machine's clock: set the clock/);
    expect(world.chain.pool.size).to.equal(0);
  });

  it("the network is too young for finality: waits", async () => {
    world.node.spoil = (method) =>
      method === "Filecoin.ChainGetFinalizedTipSet"
        ? { kind: "body", text: '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"height too low"}}' }
        : undefined;
    expect((await failureOf(runTick(bridge))).message).to.match(/no final tipset yet/);
    await expectReportAfterAll();
  });

  it("the node lags behind what it has shown before: reports nothing older again", async () => {
    await runTick(bridge);
    mine();
    const head = world.chain.head;
    world.chain.skipTo(head - 500n);
    await runTick(bridge);
    world.chain.skipTo(head);
    await runTick(bridge);
    expect(votes()).to.have.length(1);
  });

  it("the reference epoch is a null round: pins the next tipset, as every member does (R-ORC-1)", async () => {
    const frame = frameOf(world.chain.head - FINALITY);
    for (const null_ of [0n, 1n, 2n]) world.chain.nullRounds.add(referenceEpoch(frame) + null_);
    await runTick(bridge);
    const [computed] = world.log.events("report.computed");
    expect(computed?.["epoch"]).to.equal(referenceEpoch(frame) + 3n);
    await expectReportAfterAll();
  });

  it("an NFT is minted in the epoch of the pinned tipset: it is not in the state before it (R-ORC-1)", async () => {
    const frame = frameOf(world.chain.head - FINALITY);
    world.chain.mint(3n, { mintedAt: referenceEpoch(frame) - 1n });
    world.chain.mint(4n, { mintedAt: referenceEpoch(frame) });
    await runTick(bridge);
    expect(world.log.events("report.computed")[0]?.["nfts"]).to.equal(3);
  });

  it("the chain changes below a final tipset: forgets what it knew from there, and reports from the new chain", async () => {
    await runTick(bridge);
    mine();
    const frame = frameOf(world.chain.head - FINALITY);
    // on the new chain there is one NFT more, and the report is another
    world.chain.fork = { from: referenceEpoch(frame) - 100n, name: "fork" };
    world.chain.mint(3n, { mintedAt: referenceEpoch(frame) - 50n });
    expect((await failureOf(runTick(bridge))).message).to.match(/changed below epoch \d+, which was final/);
    await runTick(bridge);
    mine();
    const roots = votes().map(({ args }) => args[1]);
    expect(new Set(roots).size).to.equal(2);
    const honest = await runTick(await world.bridge("attestor", 2));
    expect(roots.at(-1)).to.equal(honest.attested?.root);
  });

  it("the node hides events: finds that mints are missing, and reports nothing", async () => {
    world.chain.events.splice(1, 1);
    expect((await failureOf(runTick(bridge))).message).to.match(/shows 1 of 2 mints: switch its chain index on/);
    expect(world.chain.pool.size).to.equal(0);
  });

  it("the node's events lie about an NFT: finds that the contract says otherwise, and reports nothing", async () => {
    const nft = world.chain.nfts.get(2n);
    world.chain.nfts.set(2n, { ...(nft as NonNullable<typeof nft>), nominalPower: 2n * GIB });
    expect((await failureOf(runTick(bridge))).message).to.match(/tell different things of NFT 2/);
    expect(world.chain.pool.size).to.equal(0);
  });

  it("the node answers with events that nobody asked for: believes none of them", async () => {
    world.chain.emit("0x1000000000000000000000000000000000000001", "Agreed", [1, `0x${"00".repeat(32)}`], 100n);
    const { address, topics, data, hash } = world.chain.events.at(-1) as (typeof world.chain.events)[number];
    const place = { blockNumber: "0x64", transactionHash: hash, transactionIndex: "0x0", logIndex: "0x0" };
    const result = [{ address, topics, data, ...place }];
    world.node.spoil = (method) => (method === "eth_getLogs" ? { kind: "result", result } : undefined);
    expect((await failureOf(runTick(bridge))).message).to.match(/other events than it was asked for/);
    await expectReportAfterAll();
  });

  it("the node limits logs to fewer epochs: asks for less at once", async () => {
    world.node.spoil = (method, params) => {
      const [filter] = params as [{ fromBlock: string; toBlock: string }];
      const tooLong = method === "eth_getLogs" && BigInt(filter.toBlock) - BigInt(filter.fromBlock) >= 500n;
      const error = '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"too many results"}}';
      return tooLong ? { kind: "body", text: error } : undefined;
    };
    expect((await runTick(bridge)).found).to.equal(3);
  });

  it("two endpoints disagree on the pinned tipset: reports nothing", async () => {
    const other = await new FakeNode(world.chain).start();
    other.spoil = (method) =>
      method === "Filecoin.ChainGetTipSetAfterHeight"
        ? { kind: "result", result: world.chain.tipset(world.chain.head - FINALITY - 5n) }
        : undefined;
    const both = await world.bridge("attestor", 1, { rpcUrls: [world.node.url, other.url] });
    expect((await failureOf(runTick(both))).message).to.match(/do not agree on the tipset/);
    expect(world.chain.pool.size).to.equal(0);
    await other.stop();
  });

  for (const [what, limit, advice] of [
    // as many pages as there are by now, and no more
    ["full", "max_page_count = 1", /the disk is full. Make room, then start again; nothing is lost/],
    ["read-only", "query_only = 1", /cannot be written. Give this user the right to, then start again/],
  ] as const) {
    it(`the disk is ${what}: ends, says what to do, and reports when that was done`, async () => {
      // hundreds of NFTs take a busy machine longer than a test otherwise waits for a node
      world.timeoutMs = 30_000;
      bridge.close();
      for (let id = 3n; id <= 500n; id += 1n) world.chain.mint(id);
      const restore = openMemoriesWith(limit);
      const failure = await failureOf(world.bridge("attestor").then(runTick)).finally(restore);
      expect(failure).to.be.instanceOf(StateUnusableError);
      expect((failure as ExplainedError).exitCode).to.equal(ExitCode.fatal);
      expect(failure.message).to.match(advice);
      expect(world.chain.pool.size).to.equal(0);
      for (const left of world.bridges) left.close();
      bridge = await world.bridge("attestor");
      await expectReportAfterAll();
    });
  }

  it("two bridges use one key: one of them complains, and the report is said once", async () => {
    const twin = await world.bridge("attestor", 0, { dataFolder: join(world.folder, "twin") });
    // neither sees what waits in the other's node
    world.node.spoil = (method, params) =>
      method === "eth_getTransactionCount" && params[1] === "pending" ? { kind: "result", result: "0x0" } : undefined;
    await runTick(bridge);
    const { spoil } = world.node;
    world.node.spoil = (method, params) =>
      method === "eth_maxPriorityFeePerGas" ? { kind: "result", result: "0x1000" } : spoil(method, params);
    await runTick(twin);
    mine();
    await runTick(bridge);
    await runTick(twin);
    mine();
    expect(votes()).to.have.length(1);
    expect(world.log.events("transaction.lost")).to.have.length(1);
    expect(world.log.events("transaction.done")).to.have.length(1);
  });

  it("an NFT's miner does not exist any more: skips that miner alone (R-ORC-2)", async () => {
    world.chain.mint(3n, { minerId: 999n });
    const partly = await world.bridge("attestor", 1, {}, (_, minerId, nfts) =>
      Promise.resolve(
        minerId === 999n
          ? { minerId, skipped: "There is no actor f0999 in this state: check the number." }
          : { minerId, qap: 2n * GIB, weights: nfts.map(({ id }) => ({ id, weight: GIB })) },
      ),
    );
    const { attested } = await runTick(partly);
    expect(attested?.outcome).to.equal("sent");
    const kept = partly.state.reports.get(attested?.frame as number)?.content;
    expect(kept).to.contain("There is no actor f0999").and.to.contain('"id":"2"');
  });

  it("never prints a key", async () => {
    world.node.spoil = (method) => (method === "eth_sendRawTransaction" ? { kind: "body", text: "<html>" } : undefined);
    const failure = await failureOf(runTick(bridge));
    const said = `${JSON.stringify(world.log.lines, (_, value: unknown) => (typeof value === "bigint" ? "" : value))}${failure.stack}`;
    for (const key of KEYS) expect(said).to.not.contain(key.slice(2));
  });
});
