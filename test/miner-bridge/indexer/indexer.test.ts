import { join } from "node:path";

import { expect } from "chai";

import { type JsonRpcRequest, NodeUnreachableError } from "../../../lib/index.ts";
import {
  HistoryChangedError,
  HistoryIncompleteError,
  MissingBeginningError,
  WrongHistoryError,
} from "../../../miner-bridge/indexer/index.ts";
import { failureOf } from "../support/failure.ts";
import { PER_TIB, addressOf } from "./support/FakeChain.ts";
import {
  ALICE,
  BOB,
  START,
  contentOf,
  eventfulChain,
  indexerOf,
  temporaryFolder,
  valuesOf,
} from "./support/history.ts";

describe("the indexer", function () {
  this.timeout(600_000);
  const folder = temporaryFolder();
  let files = 0;
  const newFile = (): string => join(folder, `${(files += 1)}.sqlite`);
  /** Indexes everything that is final. */
  const indexed = async (chain = eventfulChain(), path = newFile()): Promise<string> => {
    const indexer = indexerOf(chain.request, path);
    await indexer.tick();
    indexer.close();
    return path;
  };

  it("keeps every event of the contracts, in the chain's order, with what it names", async () => {
    const chain = eventfulChain();
    const path = await indexed(chain);
    const final = chain.logs.filter(({ blockNumber }) => blockNumber <= chain.finalized);
    expect(final.length).to.be.greaterThan(30);
    const kept = valuesOf<{ epoch: number; tx: string; log_index: number }>(path, "SELECT * FROM events ORDER BY seq");
    expect(kept.map(({ epoch, tx, log_index }) => [epoch, tx, log_index])).to.deep.equal(
      final.map((log) => [Number(log.blockNumber), log.transactionHash, log.logIndex]),
    );
    const [minted] = valuesOf(
      path,
      "SELECT contract, address, miner_id, nft_id, args FROM events WHERE name = 'Minted'",
    );
    expect(minted).to.deep.include({ contract: "PowerNFT", miner_id: 1000, nft_id: 1 });
    const args = JSON.parse((minted as { args: string }).args) as Record<string, unknown>;
    expect(args).to.deep.include({ to: ALICE, spFeeBps: "500", sectors: [{ start: "10", count: "10" }] });
    const named = valuesOf<{ n: number }>(path, `SELECT count(*) AS n FROM event_accounts WHERE account = '${BOB}'`);
    expect(named[0]?.n).to.be.greaterThan(3);
  });

  it("knows the miner of events that only name an NFT", async () => {
    const path = await indexed();
    const strays = valuesOf(path, "SELECT name FROM events WHERE nft_id IS NOT NULL AND miner_id IS NULL");
    expect(strays).to.deep.equal([]);
  });

  it("follows an NFT through mint, sale, expiry and burn", async () => {
    const path = await indexed();
    const nfts = valuesOf<Record<string, unknown>>(path, "SELECT * FROM nfts ORDER BY nft_id");
    expect(nfts.map(({ nft_id, miner_id, holder }) => [nft_id, miner_id, holder])).to.deep.equal([
      [1, 1000, BOB],
      [2, 1000, ALICE],
      [3, 1001, BOB],
      [4, 1001, BOB],
    ]);
    expect(nfts.map(({ burned_epoch }) => burned_epoch !== null)).to.deep.equal([false, true, false, false]);
    expect(nfts.map(({ earned_final }) => earned_final)).to.deep.equal([0, 1, 0, 0]);
    expect(nfts.map(({ weight }) => weight)).to.deep.equal(["50", "0", "7", "0"]);
    expect(nfts[3]?.["attested_epoch"]).to.equal(null);
  });

  it("says the frame and the cause of every change of a weight", async () => {
    const path = await indexed();
    const rows = valuesOf<Record<string, unknown>>(
      path,
      "SELECT nft_id, frame, cause, old_weight, weight FROM weights",
    );
    expect(rows.map((row) => Object.values(row))).to.deep.equal([
      [1, 35, "report", "0", "100"],
      [2, 35, "report", "0", "200"],
      [1, 37, "challenge", "100", "50"],
      [3, 40, "report", "0", "7"],
    ]);
  });

  it("keeps income by NFT and day, which adds up to earnedOf of the chain, whatever is burned or expired", async () => {
    const chain = eventfulChain();
    const path = await indexed(chain);
    const [{ closed } = { closed: 0 }] = valuesOf<{ closed: number }>(path, "SELECT closed_epoch AS closed FROM place");
    expect(BigInt(closed)).to.be.greaterThan(START + 9n * 2_880n - 2_880n);
    for (const { id } of chain.nfts) {
      const rows = valuesOf<{ income: string }>(path, `SELECT income FROM incomes WHERE nft_id = ${id}`);
      const sum = rows.reduce((total, { income }) => total + BigInt(income), 0n);
      expect(sum, `NFT ${id}`).to.equal(chain.earnedOf(id, BigInt(closed)));
    }
    const days = valuesOf<{ n: number }>(path, "SELECT count(*) AS n FROM incomes WHERE nft_id = 1");
    expect(days[0]?.n).to.be.greaterThan(5);
  });

  it("joins neighbouring incomes without a gap or an overlap", async () => {
    const path = await indexed();
    const rows = valuesOf<{ from_epoch: number; epoch: number }>(
      path,
      "SELECT * FROM incomes WHERE nft_id = 1 ORDER BY day",
    );
    rows.slice(1).forEach((row, index) => expect(row.from_epoch).to.equal(rows[index]?.epoch));
  });

  it("keeps what a miner's power is expected to win (R-INC-7)", async () => {
    const path = await indexed();
    const rows = valuesOf<{ per_tib: string }>(path, "SELECT per_tib FROM expectations WHERE miner_id = 1000");
    expect(rows.length).to.be.greaterThan(5);
    expect(new Set(rows.map(({ per_tib }) => per_tib))).to.deep.equal(new Set([String(PER_TIB)]));
  });

  it("holds final epochs only, and goes on when there are more", async () => {
    const chain = eventfulChain();
    const whole = await indexed(chain);
    const path = newFile();
    const indexer = indexerOf(chain.request, path);
    const end = chain.head;
    for (chain.head = START - 10n; chain.head < end; chain.head += 777n) {
      const { epoch, lag } = await indexer.tick();
      expect(lag).to.equal(0n);
      if (chain.finalized >= START) expect(epoch).to.equal(chain.finalized);
      const [last] = valuesOf<{ epoch: number | null }>(path, "SELECT max(epoch) AS epoch FROM events");
      expect(BigInt(last?.epoch ?? 0)).to.be.at.most(chain.finalized);
    }
    chain.head = end;
    await indexer.tick();
    indexer.close();
    const [a, b] = [contentOf(path), contentOf(whole)];
    expect(a).to.deep.equal(b);
  });

  it("writes nothing again when it is asked again", async () => {
    const chain = eventfulChain();
    const path = await indexed(chain);
    const before = contentOf(path);
    const indexer = indexerOf(chain.request, path);
    const counters = await indexer.tick();
    indexer.close();
    expect(counters).to.deep.include({ ranges: 0, events: 0, incomes: 0, lag: 0n, epoch: chain.finalized });
    expect(contentOf(path)).to.deep.equal(before);
  });

  it("keeps a distance from the head where F3 makes tipsets final within epochs", async () => {
    const chain = eventfulChain();
    chain.finality = 5n;
    const indexer = indexerOf(chain.request, newFile());
    const { epoch, lag } = await indexer.tick();
    indexer.close();
    expect(lag).to.equal(0n);
    expect(chain.head - (epoch ?? 0n) >= 30n && chain.head - (epoch ?? 0n) <= 31n).to.equal(true);
  });

  it("waits while the chain is too young to have a final epoch", async () => {
    const chain = eventfulChain();
    chain.head = 500n;
    const indexer = indexerOf(chain.request, newFile(), 0n);
    expect(await indexer.tick()).to.deep.include({ ranges: 0, epoch: undefined, lag: 0n });
    indexer.close();
  });

  it("stops between two ranges when it is told to", async () => {
    const chain = eventfulChain();
    const stop = new AbortController();
    const request: JsonRpcRequest = (method, params) => {
      if (method === "eth_getLogs" && BigInt((params[0] as { toBlock: string }).toBlock) > START + 9_000n) stop.abort();
      return chain.request(method, params);
    };
    const path = newFile();
    const indexer = indexerOf(request, path);
    const { epoch, lag } = await indexer.tick(stop.signal);
    expect(lag).to.equal(chain.finalized - (epoch ?? 0n));
    expect(lag).to.be.greaterThan(10_000n);
    await indexer.tick();
    indexer.close();
    expect(contentOf(path)).to.deep.equal(contentOf(await indexed(chain)));
  });

  describe("when a node refuses a range of logs", () => {
    it("asks for half, down to what the node gives, and keeps the same history", async () => {
      const chain = eventfulChain();
      const whole = contentOf(await indexed(chain));
      for (const limit of [{ maxResults: 5 }, { maxSpan: 100n }, { maxResults: 4, maxSpan: 60n }]) {
        const narrow = Object.assign(eventfulChain(), limit);
        const path = newFile();
        const indexer = indexerOf(narrow.request, path);
        const { refusals } = await indexer.tick();
        indexer.close();
        expect(refusals).to.be.greaterThan(0);
        expect(contentOf(path)).to.deep.equal(whole);
      }
    });

    it("takes a list of as many results as a node gives at most for one that was cut", async () => {
      const chain = eventfulChain();
      const request: JsonRpcRequest = async (method, params) => {
        const answer = await chain.request(method, params);
        const { fromBlock, toBlock } = (params[0] ?? {}) as { fromBlock: string; toBlock: string };
        if (method !== "eth_getLogs" || BigInt(toBlock) - BigInt(fromBlock) < 1_000n) return answer;
        return (answer as unknown[]).flatMap((log) => Array.from({ length: 10_000 }, () => log));
      };
      const path = newFile();
      const indexer = indexerOf(request, path);
      const { refusals } = await indexer.tick();
      indexer.close();
      expect(refusals).to.be.greaterThan(0);
      expect(contentOf(path)).to.deep.equal(contentOf(await indexed(chain)));
    });

    it("gives up with the node's own words at a single epoch", async () => {
      const chain = Object.assign(eventfulChain(), { maxResults: 1 });
      const indexer = indexerOf(chain.request, newFile());
      const error = await failureOf(indexer.tick());
      indexer.close();
      expect(error.message).to.contain("too many results");
    });

    it("asks for less the next time after a silence", async () => {
      const chain = eventfulChain();
      let silent = true;
      const spans: bigint[] = [];
      const request: JsonRpcRequest = (method, params) => {
        if (method === "eth_getLogs") {
          const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
          spans.push(BigInt(toBlock) - BigInt(fromBlock) + 1n);
          if (silent) return Promise.reject(new NodeUnreachableError("The node did not answer."));
        }
        return chain.request(method, params);
      };
      const indexer = indexerOf(request, newFile());
      for (let round = 0; round < 3; round += 1) {
        expect(await failureOf(indexer.tick())).to.be.instanceOf(NodeUnreachableError);
      }
      silent = false;
      await indexer.tick();
      indexer.close();
      expect(spans[3]).to.equal((spans[2] ?? 0n) / 2n);
      expect(spans.slice(3).some((span) => span === 2_880n)).to.equal(true);
    });
  });

  describe("when something is wrong", () => {
    it("stops when what was final has changed", async () => {
      const chain = eventfulChain();
      const path = await indexed(chain);
      const before = contentOf(path);
      chain.forkedAt = chain.finalized - 50n;
      chain.head += 5_000n;
      const indexer = indexerOf(chain.request, path);
      const error = await failureOf(indexer.tick());
      indexer.close();
      expect(error).to.be.instanceOf(HistoryChangedError);
      expect((error as HistoryChangedError).epoch).to.equal(chain.finalized - 5_000n);
      expect(contentOf(path)).to.deep.equal(before);
    });

    it("is not stopped by a reorg above what was final", async () => {
      const chain = eventfulChain();
      const path = await indexed(chain);
      chain.forkedAt = chain.finalized + 1n;
      chain.head += 5_000n;
      const indexer = indexerOf(chain.request, path);
      expect((await indexer.tick()).epoch).to.equal(chain.finalized);
      indexer.close();
    });

    it("does nothing while a node lags behind the one before", async () => {
      const chain = eventfulChain();
      const path = await indexed(chain);
      const before = contentOf(path);
      chain.head -= 3_000n;
      const indexer = indexerOf(chain.request, path);
      expect(await indexer.tick()).to.deep.include({ ranges: 0, lag: 0n });
      indexer.close();
      expect(contentOf(path)).to.deep.equal(before);
    });

    it("finds out a node with gaps in its logs, and writes no income by them", async () => {
      const chain = eventfulChain();
      const [sync] = chain.logs.filter(({ blockNumber }) => blockNumber > START + 8_000n);
      chain.lostLogs.add(sync?.blockNumber ?? 0n);
      const path = newFile();
      const indexer = indexerOf(chain.request, path);
      const error = await failureOf(indexer.tick());
      indexer.close();
      expect(error).to.be.instanceOf(HistoryIncompleteError);
      expect((error as HistoryIncompleteError).minerId).to.equal(1000n);
    });

    it("says so when it begins after the deployment", async () => {
      for (const late of [START + 6n, START + 11n]) {
        const indexer = indexerOf(eventfulChain().request, newFile(), late);
        const error = await failureOf(indexer.tick());
        indexer.close();
        expect(error).to.be.instanceOf(MissingBeginningError);
        expect(error.message).to.contain("begin at the deployment's epoch");
      }
    });

    it("refuses a file that is the history of another deployment", async () => {
      const chain = eventfulChain();
      const path = await indexed(chain);
      const other = indexerOf(chain.request, path, START - 1n);
      const error = await failureOf(other.tick());
      other.close();
      expect(error).to.be.instanceOf(WrongHistoryError);
      expect((error as WrongHistoryError).field).to.equal("start_epoch");
    });

    it("shows the income of days whose state is gone on the next day that can be read", async () => {
      const chain = eventfulChain();
      chain.statePrunedBefore = START + 6n * 2_880n;
      const path = newFile();
      const indexer = indexerOf(chain.request, path);
      const { unreadableDays } = await indexer.tick();
      indexer.close();
      expect(unreadableDays).to.be.within(4, 6);
      const [{ closed } = { closed: 0 }] = valuesOf<{ closed: number }>(
        path,
        "SELECT closed_epoch AS closed FROM place",
      );
      for (const { id } of chain.nfts) {
        const rows = valuesOf<{ income: string }>(path, `SELECT income FROM incomes WHERE nft_id = ${id}`);
        const sum = rows.reduce((total, { income }) => total + BigInt(income), 0n);
        expect(sum, `NFT ${id}`).to.equal(chain.earnedOf(id, BigInt(closed)));
      }
    });

    it("does not take a young state that a node refuses for one that is gone", async () => {
      const chain = eventfulChain();
      chain.head = START + 4n * 2_880n;
      chain.statePrunedBefore = chain.head;
      const indexer = indexerOf(chain.request, newFile());
      const error = await failureOf(indexer.tick());
      chain.statePrunedBefore = 0n;
      const { unreadableDays, lag } = await indexer.tick();
      indexer.close();
      expect(error.message).to.contain("could not find");
      expect([unreadableDays, lag]).to.deep.equal([0, 0n]);
    });

    it("refuses logs that it did not ask for", async () => {
      const chain = eventfulChain();
      const request: JsonRpcRequest = async (method, params) => {
        const answer = await chain.request(method, params);
        if (method !== "eth_getLogs" || (answer as unknown[]).length === 0) return answer;
        return (answer as object[]).map((log) => ({ ...log, address: addressOf("a stranger").toLowerCase() }));
      };
      const path = newFile();
      const indexer = indexerOf(request, path);
      const error = await failureOf(indexer.tick());
      indexer.close();
      expect(error.message).to.contain("logs that it was not asked for");
      expect(contentOf(path)["events"]).to.deep.equal([]);
    });
  });
});
