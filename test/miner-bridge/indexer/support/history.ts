import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Database from "better-sqlite3";

import type { JsonRpcRequest } from "../../../../lib/index.ts";
import { type Indexer, createIndexer } from "../../../../miner-bridge/indexer/index.ts";
import { createLog } from "../../../../miner-bridge/ops/index.ts";
import { CONTRACTS, FakeChain, addressOf } from "./FakeChain.ts";

export const START = 100_000n;
export const ALICE = addressOf("Alice");
export const BOB = addressOf("Bob");

export const silent = createLog({ level: "silent" });

/** A folder that is gone when the tests of a file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "history-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function indexerOf(request: JsonRpcRequest, path: string, startEpoch = START): Indexer {
  return createIndexer({ request, contracts: CONTRACTS, startEpoch, path, log: silent });
}

/** Two miners, four NFTs, ten days: reports, a challenge, a sale, an expiry and a burn, with null rounds in between. */
export function eventfulChain(): FakeChain {
  const chain = new FakeChain(START + 31_000n);
  for (let epoch = START + 7n; epoch < chain.head; epoch += 13n) chain.nullRounds.add(epoch);
  const at = (offset: number): bigint => {
    let epoch = START + BigInt(offset);
    while (chain.nullRounds.has(epoch)) epoch += 1n;
    return epoch;
  };
  const day = (n: number): number => 2_880 * n;
  chain.createVault(at(5), 1000n);
  chain.mint(at(10), 1000n, 1n, ALICE);
  chain.mint(at(10), 1000n, 2n, ALICE, at(day(6)));
  chain.applyPage(at(3_000), 35, 1000n, [
    [1n, 100n],
    [2n, 200n],
  ]);
  chain.createVault(at(4_000), 1001n);
  chain.mint(at(4_001), 1001n, 3n, BOB);
  chain.mint(at(4_002), 1001n, 4n, BOB);
  for (let n = 2; n <= 9; n += 1) {
    chain.sync(at(day(n) + 100), 1000n, 1_000_003n * BigInt(n));
    if (n === 3) chain.challenge(at(day(n) + 300), 1n, 50n);
    if (n === 4) chain.transfer(at(day(n) + 400), 1n, BOB);
    if (n === 5) chain.applyPage(at(day(n) + 500), 40, 1001n, [[3n, 7n]]);
    if (n >= 6) chain.sync(at(day(n) + 600), 1001n, 10n ** 30n + BigInt(n));
    if (n === 7) chain.burn(at(day(n) + 700), 2n);
  }
  return chain;
}

/** Everything in a history, table by table. */
export function contentOf(path: string): Record<string, unknown[]> {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .pluck()
      .all();
    return Object.fromEntries(tables.map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]));
  } finally {
    db.close();
  }
}

/** The values that a question to a history answers. */
export function valuesOf<T>(path: string, sql: string): T[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], T>(sql).all();
  } finally {
    db.close();
  }
}
