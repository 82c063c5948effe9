import { expect } from "chai";

import { BadAnswerError, cidOf, fromHex } from "../../../lib/index.ts";
import { EndpointPool } from "../../../miner-bridge/lotus/index.ts";
import { BlockReader, fetchBlocks } from "../../../miner-bridge/power/blocks/BlockReader.ts";
import { BadStateError, MemoryBlockCache } from "../../../miner-bridge/power/index.ts";
import { failureOf } from "../support/failure.ts";
import { LoopbackNode } from "../support/LoopbackNode.ts";
import { RecordedLog } from "../support/RecordedLog.ts";

/** [1, 2] */
const BLOCK = fromHex("820102");
const CID = cidOf(BLOCK);
const OTHER = fromHex("820103");

describe("blocks of state", () => {
  const reading = (block: Uint8Array, cache = new MemoryBlockCache()) => {
    const fetched: string[] = [];
    const reader = new BlockReader((cid) => {
      fetched.push(cid["/"]);
      return Promise.resolve(block);
    }, cache);
    return { reader, fetched };
  };

  it("are decoded when they are what their id names", async () => {
    expect(await reading(BLOCK).reader.read(CID)).to.deep.equal([1n, 2n]);
  });

  it("are refused when they are anything else", async () => {
    expect(await failureOf(reading(OTHER).reader.read(CID))).to.be.instanceOf(BadAnswerError);
  });

  it("are fetched once, however many ask at the same time", async () => {
    const { reader, fetched } = reading(BLOCK);
    await Promise.all([reader.read(CID), reader.read(CID)]);
    await reader.read(CID);
    expect(fetched).to.have.length(1);
  });

  it("are fetched again when the cache gives other bytes", async () => {
    const cache = new MemoryBlockCache();
    cache.put(CID["/"], OTHER);
    const { reader, fetched } = reading(BLOCK, cache);
    expect(await reader.read(CID)).to.deep.equal([1n, 2n]);
    expect(fetched).to.have.length(1);
    expect(cache.get(CID["/"])).to.deep.equal(BLOCK);
  });

  it("are asked for again after a failure", async () => {
    let tries = 0;
    const reader = new BlockReader(() => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error("not now")) : Promise.resolve(BLOCK);
    }, new MemoryBlockCache());
    await failureOf(reader.read(CID));
    expect(await reader.read(CID)).to.deep.equal([1n, 2n]);
  });

  for (const [what, text] of [
    ["cut off", "8201"],
    ["followed by more", "82010203"],
    ["a list of a huge length", "9affffffff01"],
    ["bytes of a huge length", "5bffffffffffffffff01"],
    ["a map", "a10102"],
    ["a float", "f93c00"],
    ["of an indefinite length", "9f01ff"],
    ["an integer in a longer form than it needs", "1801"],
    ["a tag that is no link", "d82b4100"],
    ["a link without its zero byte", "d82a410a"],
    ["nested without end", "81".repeat(40)],
  ] as const) {
    it(`are refused when their CBOR is ${what}`, async () => {
      const block = fromHex(text);
      expect(await failureOf(reading(block).reader.read(cidOf(block)))).to.be.instanceOf(BadStateError);
    });
  }
});

describe("the cache of blocks in memory", () => {
  it("forgets what was not used for the longest time", () => {
    const cache = new MemoryBlockCache(6);
    cache.put("a", new Uint8Array(2));
    cache.put("b", new Uint8Array(2));
    cache.put("c", new Uint8Array(2));
    cache.get("a");
    cache.put("d", new Uint8Array(2));
    expect(["a", "b", "c", "d"].filter((cid) => cache.get(cid) !== undefined)).to.deep.equal(["a", "c", "d"]);
  });

  it("keeps nothing that is larger than all of it", () => {
    const cache = new MemoryBlockCache(6);
    cache.put("a", new Uint8Array(7));
    cache.put("b", new Uint8Array(6));
    expect(cache.get("a")).to.equal(undefined);
    expect(cache.get("b")).to.have.length(6);
  });
});

describe("blocks from endpoints", () => {
  let liar: LoopbackNode;
  let honest: LoopbackNode;

  const serving = (block: Uint8Array) =>
    LoopbackNode.start({ "Filecoin.ChainReadObj": () => Buffer.from(block).toString("base64") });

  before(async () => {
    [liar, honest] = await Promise.all([serving(OTHER), serving(BLOCK)]);
  });
  after(() => {
    liar.stop();
    honest.stop();
  });

  it("come from another endpoint when one lies, and the lie is logged", async () => {
    const log = new RecordedLog();
    const pool = new EndpointPool({ endpoints: [{ url: liar.url }, { url: honest.url }], log, pauseMs: 1 });
    expect(await fetchBlocks(pool)(CID)).to.deep.equal(BLOCK);
    expect(log.events).to.deep.equal(["endpoint.failed"]);
    expect(pool.health.map(({ failures }) => failures)).to.deep.equal([1, 0]);
  });

  it("fail when nobody tells the truth", async () => {
    const pool = new EndpointPool({ endpoints: [{ url: liar.url }], log: new RecordedLog(), pauseMs: 1 });
    const error = await failureOf(fetchBlocks(pool)(CID));
    expect(error).to.be.instanceOf(BadAnswerError);
    expect(error.message).to.contain("do not use this endpoint");
  });
});
