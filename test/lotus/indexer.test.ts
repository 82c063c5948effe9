import { ok, strictEqual } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Database from "better-sqlite3";
import type { Wallet } from "ethers";

import { type Hex, PowerNftReader, createTransport } from "../../lib/index.ts";
import { createApi, createIndexer, type IndexCounters } from "../../miner-bridge/indexer/index.ts";
import { createLog } from "../../miner-bridge/ops/index.ts";
import { idOf } from "./lotus.ts";
import { type Network, startNetwork } from "./network.ts";
import { GRID, type Protocol, attest, deployOn, enrol, sendTo } from "./protocol.ts";

/** Epochs of a day. */
const DAY = 2_880;
/** Epochs after which a tipset is final whether or not F3 runs, and some more. */
const FINALITY = 1_000;
const SECTOR_POWER = 20_480n;

/** A history of a real Lotus node: its logs, its null rounds, its final tipsets. */
describe("the indexer on a real Lotus network", function () {
  this.timeout(1_200_000);
  this.bail(true);

  const folder = mkdtempSync(join(tmpdir(), "history-"));
  const path = join(folder, "history.sqlite");
  const log = createLog({ level: "silent" });
  let network: Network;
  let protocol: Protocol;
  let startEpoch: number;
  let counters: IndexCounters;

  const request = (): ReturnType<typeof createTransport> => createTransport({ url: network.devnet.url });
  const rows = <T>(sql: string): T[] => {
    const db = new Database(path, { readonly: true });
    try {
      return db.prepare<[], T>(sql).all();
    } finally {
      db.close();
    }
  };
  const tick = async (): Promise<IndexCounters> => {
    const { powerNFT, minerRegistry, powerOracle } = protocol.addresses;
    const contracts = { powerNFT, minerRegistry, powerOracle } as Record<
      "powerNFT" | "minerRegistry" | "powerOracle",
      Hex
    >;
    const indexer = createIndexer({ request: request(), contracts, startEpoch: BigInt(startEpoch), path, log });
    try {
      return await indexer.tick();
    } finally {
      indexer.close();
    }
  };

  before(async () => {
    network = await startNetwork(2, { blockTime: "100ms", sectors: 12 });
    const { devnet, lotus } = network;
    startEpoch = (await lotus.head()).Height;
    protocol = await deployOn(network);
    const { nft, oracle } = protocol;
    const minerId = idOf(devnet.miner);
    const [seller, holder] = network.wallets as [Wallet, Wallet];
    await enrol(network, protocol, seller.address);

    const sectors = await lotus.activeSectors(devnet.miner);
    const expiry = Math.ceil((startEpoch + 2 * GRID) / GRID) * GRID;
    for (const backing of [sectors.slice(0, 2), sectors.slice(2, 5)]) {
      const ranges = backing.map((sector) => [sector, 1]);
      const nominal = BigInt(backing.length) * SECTOR_POWER;
      await sendTo(nft, "mint", [minerId, ranges, nominal, expiry, 500, 100, 0, seller.address, 0n]);
    }
    await attest(network, oracle, { minerId, ids: [1n, 2n], weights: [2n * SECTOR_POWER, 3n * SECTOR_POWER] });
    for (let day = 0; day < 3; day += 1) {
      await devnet.advance(DAY);
      await sendTo(nft, "sync", minerId);
      await sendTo(nft, "harvest", minerId);
      if (day === 1) await sendTo(nft, "transferFrom", seller.address, holder.address, 1n);
    }
    await attest(network, oracle, { minerId, ids: [1n, 2n], weights: [SECTOR_POWER, 3n * SECTOR_POWER] });
    await sendTo(nft, "claim", [2n], seller.address);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    // a network that did not start has said why
    await (network as Network | undefined)?.stop();
  });

  it("indexes a part, and the rest when it has become final", async () => {
    const part = await tick();
    ok(part.ranges > 0 && part.events > 0, "some is final already");
    await network.devnet.advance(DAY + FINALITY);
    counters = await tick();
    strictEqual(counters.lag, 0n);
    strictEqual(counters.unreadableDays, 0);
    ok(counters.incomes > 0, "incomes");
  });

  it("goes over epochs without a block, at the ends of days too", async () => {
    const closed = rows<{ closed_epoch: number }>("SELECT closed_epoch FROM place")[0]?.closed_epoch ?? 0;
    ok(closed - startEpoch > 2 * DAY, "days are over");
    const hasBlock = async (epoch: number): Promise<boolean> =>
      (await network.lotus.call<{ Height: number }>("Filecoin.ChainGetTipSetByHeight", epoch, [])).Height === epoch;
    const ends = [closed, closed - DAY, closed - 2 * DAY];
    const blocks = await Promise.all(ends.map(hasBlock));
    ok(blocks.includes(false), "a day ended without a block");
    const events = rows<{ epoch: number }>("SELECT DISTINCT epoch FROM events");
    ok((await Promise.all(events.map(({ epoch }) => hasBlock(epoch)))).every((present) => present));
  });

  it("holds each event once, as the node's receipts have them", async () => {
    const kept = rows<{ tx: Hex; n: number }>("SELECT tx, count(*) AS n FROM events GROUP BY tx");
    ok(kept.length > 10, "transactions");
    const contracts = new Set([
      ...Object.values(protocol.addresses).flatMap((a) => (typeof a === "string" ? [a.toLowerCase()] : [])),
      ...rows<{ vault: string }>("SELECT vault FROM miners").map(({ vault }) => vault.toLowerCase()),
    ]);
    for (const { tx, n } of kept) {
      const receipt = await network.provider.getTransactionReceipt(tx);
      const ours = receipt?.logs.filter(({ address }) => contracts.has(address.toLowerCase())) ?? [];
      strictEqual(n, ours.length, tx);
    }
    strictEqual(rows("SELECT * FROM events WHERE name = 'Unknown'").length, 0);
  });

  it("holds incomes that add up to earnedOf on chain, to the attoFIL", async () => {
    const [place] = rows<{ closed_epoch: number }>("SELECT closed_epoch FROM place");
    const closed = place?.closed_epoch ?? 0;
    const reader = new PowerNftReader(request(), protocol.addresses.powerNFT as Hex, `0x${closed.toString(16)}`);
    for (const id of [1n, 2n]) {
      const incomes = rows<{ income: string }>(`SELECT income FROM incomes WHERE nft_id = ${id}`);
      const sum = incomes.reduce((total, { income }) => total + BigInt(income), 0n);
      strictEqual(sum, await reader.earnedOf(id), `NFT ${id}`);
      ok(sum > 0n && incomes.length >= 2, `NFT ${id} earned on several days`);
    }
    const account = await reader.minerAccount(idOf(network.devnet.miner));
    const [miner] = rows<{ earned: string; covered: string; rewards: string }>("SELECT * FROM miners");
    ok(miner !== undefined && BigInt(miner.rewards) >= account.rewards && BigInt(miner.covered) >= account.covered);
  });

  it("holds the weights of both reports, with their frames", () => {
    const weights = rows<{ nft_id: number; frame: number; cause: string; weight: string }>(
      "SELECT nft_id, frame, cause, weight FROM weights ORDER BY seq",
    );
    strictEqual(weights.map(({ nft_id, weight }) => `${nft_id}: ${weight}`).join(), "1: 40960,2: 61440,1: 20480");
    const applied = rows<{ args: string }>("SELECT args FROM events WHERE name = 'Applied' ORDER BY seq");
    const frames = applied.map(({ args }) => Number((JSON.parse(args) as { frame: string }).frame));
    strictEqual(weights.map(({ frame }) => frame).join(), [frames[0], frames[0], frames[1]].join());
    ok(weights.every(({ cause }) => cause === "report"));
  });

  it("answers the API's questions about it", async () => {
    const api = await createApi({ path, port: 0, log });
    const response = await fetch(`${api.url}/v1/nfts/1`);
    const { item } = (await response.json()) as { item: Record<string, unknown> };
    await api.close();
    strictEqual(item["holder"], (network.wallets[1] as Wallet).address);
    strictEqual(item["weightBytes"], "20480");
    strictEqual(response.headers.get("x-indexed-to"), String(counters.epoch));
  });
});
