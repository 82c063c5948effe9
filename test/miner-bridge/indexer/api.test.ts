import { request as httpRequest } from "node:http";
import { join } from "node:path";

import { expect } from "chai";

import { Address, Clock, fromHex } from "../../../lib/index.ts";
import { createApi } from "../../../miner-bridge/indexer/index.ts";
import { CannotListenError, type HttpServer } from "../../../miner-bridge/ops/index.ts";
import { failureOf } from "../support/failure.ts";
import { CONTRACTS, type FakeChain, GENESIS, PER_TIB, addressOf } from "./support/FakeChain.ts";
import { ALICE, BOB, START, eventfulChain, indexerOf, silent, temporaryFolder } from "./support/history.ts";

interface List {
  readonly indexedTo: { readonly epoch: number; readonly time: string };
  readonly incomeTo: { readonly epoch: number; readonly time: string };
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}
interface One {
  readonly item: Readonly<Record<string, unknown>>;
}

const clock = new Clock(GENESIS);
const iso = (epoch: bigint): string => clock.dateOf(epoch).toISOString().replace(".000Z", "Z");
const f410 = (address: `0x${string}`): string => Address.fromEvmBytes(fromHex(address)).toString();

/** The cells of a CSV, quotes undone. */
function cellsOf(csv: string): string[][] {
  return csv
    .split("\r\n")
    .slice(0, -1)
    .map((line) => [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = ""]) => unquote(cell)));
}

function unquote(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

describe("the history's API", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const path = join(folder, "history.sqlite");
  let chain: FakeChain;
  let api: HttpServer;

  const ask = (target: string, init?: RequestInit): Promise<Response> => fetch(`${api.url}${target}`, init);
  const get = async <T = List>(target: string): Promise<T> => {
    const response = await ask(target);
    expect(response.status, target).to.equal(200);
    return (await response.json()) as T;
  };
  const refusalOf = async (target: string): Promise<string> => {
    const response = await ask(target);
    expect(response.status, target).to.equal(400);
    return response.text();
  };

  before(async () => {
    chain = eventfulChain();
    const indexer = indexerOf(chain.request, path);
    await indexer.tick();
    indexer.close();
    api = await createApi({ path, port: 0, log: silent });
  });
  after(async () => {
    await api.close();
  });

  it("listens on loopback unless it is told otherwise", () => {
    expect(api.url).to.equal(`http://127.0.0.1:${api.port}`);
  });

  describe("answers", () => {
    it("miners, with their vault in both forms and amounts in attoFIL", async () => {
      const { items, next } = await get("/v1/miners");
      expect(next).to.equal(null);
      expect(items.map(({ miner }) => miner)).to.deep.equal(["f01000", "f01001"]);
      const vault = addressOf("vault 1000");
      expect(items[0]).to.deep.include({ vault, vaultFilecoin: f410(vault), active: true, coveredAttoFil: "0" });
      const earned = BigInt(items[1]?.["earnedAttoFil"] as string);
      expect(earned).to.be.greaterThan(10n ** 30n);
      expect(items[1]?.["owedAttoFil"]).to.equal(earned.toString());
      expect(items[1]?.["rewardsAttoFil"]).to.equal((2n * earned).toString());
    });

    it("one miner, however its id is written", async () => {
      const answers = await Promise.all(["1000", "f01000"].map((id) => get<One>(`/v1/miners/${id}`)));
      expect(answers[0]).to.deep.equal(answers[1]);
      expect(answers[0]?.item["createdEpoch"]).to.equal(Number(START + 5n));
      expect(answers[0]?.item["createdTime"]).to.equal(iso(START + 5n));
    });

    it("one NFT, with what it is expected to win", async () => {
      const { item } = await get<One>("/v1/nfts/1");
      expect(item).to.deep.include({
        ...{ id: "1", miner: "f01000", holder: BOB, holderFilecoin: f410(BOB), status: "earning", weightBytes: "50" },
        ...{ sectors: "10-19", spFeeBps: 500, mintedEpoch: Number(START + 10n), mintedTime: iso(START + 10n) },
        expectedGrossPerDayAttoFil: ((PER_TIB * 50n) / 2n ** 40n).toString(),
      });
      expect(item["earnedAttoFil"]).to.equal(chain.earnedOf(1n, BigInt(item["earnedEpoch"] as number)).toString());
    });

    it("what became of an NFT", async () => {
      const { items } = await get("/v1/nfts");
      expect(items.map(({ status }) => status)).to.deep.equal(["earning", "burned", "earning", "waiting"]);
      expect(items[1]).to.deep.include({ holder: null, holderFilecoin: null, weightBytes: "0" });
    });

    it("the NFTs that somebody holds now, by any form of the address", async () => {
      for (const form of [BOB, BOB.toLowerCase(), f410(BOB)]) {
        const { items } = await get(`/v1/nfts?holder=${form}`);
        expect(items.map(({ id }) => id)).to.deep.equal(["1", "3", "4"], form);
      }
      expect((await get(`/v1/nfts?holder=${BOB}&miner=f01000`)).items.length).to.equal(1);
      expect((await get(`/v1/nfts?holder=${ALICE}`)).items).to.deep.equal([]);
    });

    it("the income of an NFT by day, which adds up to what it earned", async () => {
      const { items, incomeTo } = await get("/v1/nfts/1/income");
      const sum = items.reduce((total, { incomeAttoFil }) => total + BigInt(incomeAttoFil as string), 0n);
      expect(sum).to.equal(chain.earnedOf(1n, BigInt(incomeTo.epoch)));
      const [, second, third] = items.map(({ day }) => day as string);
      const some = await get(`/v1/nfts/1/income?from=${second ?? ""}&to=${third ?? ""}`);
      expect(some.items).to.deep.equal(items.slice(1, 3));
    });

    it("the weights of an NFT by frame", async () => {
      const { items } = await get("/v1/nfts/1/weights");
      expect(items.map(({ frame, cause, weightBytes }) => [frame, cause, weightBytes])).to.deep.equal([
        [35, "report", "100"],
        [37, "challenge", "50"],
      ]);
      expect(items[0]?.["transaction"]).to.match(/^0x[0-9a-f]{64}$/);
    });

    it("events by contract, name, miner, NFT, account and time", async () => {
      const namesOf = async (query: string): Promise<unknown[]> =>
        (await get(`/v1/events?${query}`)).items.map(({ event }) => event);
      expect(await namesOf("contract=MinerRegistry")).to.deep.equal(["VaultCreated", "VaultCreated"]);
      expect(await namesOf("event=Challenged")).to.deep.equal(["Challenged"]);
      expect(await namesOf("nft=2&event=Credited")).to.deep.equal(["Credited"]);
      expect(await namesOf("miner=f01001&event=Minted")).to.deep.equal(["Minted", "Minted"]);
      expect(await namesOf(`account=${f410(ALICE)}&nft=1`)).to.deep.equal(["Transfer", "Minted", "Transfer"]);
      const [from, to] = [START + 4_000n, START + 4_001n];
      const within = await get(`/v1/events?from=${from}&to=${to}`);
      expect(within.items.map(({ epoch }) => epoch)).to.deep.equal([from, from, to, to].map(Number));
      expect(await get(`/v1/events?from=${iso(from)}&to=${iso(to)}`)).to.deep.equal(within);
    });

    it("the addresses of an event's arguments in both forms", async () => {
      const { items } = await get("/v1/events?event=Minted&nft=3");
      expect(items[0]?.["args"]).to.deep.include({ to: BOB, toFilecoin: f410(BOB), id: "3" });
      expect(items[0]).to.deep.include({ address: CONTRACTS.powerNFT, addressFilecoin: f410(CONTRACTS.powerNFT) });
    });
  });

  describe("pages", () => {
    for (const [target, key] of [
      ["/v1/miners", "miner"],
      ["/v1/nfts", "id"],
      ["/v1/nfts/1/income", "day"],
      ["/v1/nfts/1/weights", "frame"],
      ["/v1/events", "seq"],
      ["/v1/events?order=newest", "seq"],
      [`/v1/events?account=${BOB}`, "seq"],
    ] as const) {
      it(`${target} give the same as the whole`, async () => {
        const joint = target.includes("?") ? "&" : "?";
        const whole = (await get(`${target}${joint}limit=1000`)).items.map((item) => item[key]);
        expect(whole.length).to.be.greaterThan(1);
        const pieces: unknown[] = [];
        let next: string | null = "";
        let pages = 0;
        while (next !== null) {
          const cursor: string = next === "" ? "" : `&cursor=${next}`;
          const page: List = await get(`${target}${joint}limit=1${cursor}`);
          pieces.push(...page.items.map((item) => item[key]));
          next = page.next;
          pages += 1;
        }
        expect(pieces).to.deep.equal(whole);
        expect(pages).to.equal(whole.length);
      });
    }

    it("name the next one in a Link header", async () => {
      const response = await ask("/v1/events.csv?limit=2&miner=f01000");
      const link = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
      const seqs = cellsOf(await (await ask(link)).text()).map(([seq]) => seq);
      const { items } = await get("/v1/events?limit=4&miner=f01000");
      expect(seqs).to.deep.equal(["seq", ...items.slice(2).map(({ seq }) => seq)]);
    });
  });

  describe("CSV", () => {
    it("holds what the JSON holds, by suffix and by Accept", async () => {
      for (const target of ["/v1/miners", "/v1/nfts", "/v1/nfts/1/income", "/v1/nfts/1/weights", "/v1/events"]) {
        const { items } = await get(`${target}?limit=500`);
        const csv = await (await ask(`${target}.csv?limit=500`)).text();
        const accepted = await ask(`${target}?limit=500`, { headers: { accept: "text/csv, application/json;q=0.5" } });
        expect(await accepted.text()).to.equal(csv);
        expect(accepted.headers.get("content-type")).to.contain("text/csv");
        const [head = [], ...rows] = cellsOf(csv);
        expect(head).to.deep.equal(Object.keys(items[0] ?? {}));
        const wanted = items.map((item) =>
          Object.values(item).map((value) =>
            typeof value === "string" ? value : value === null ? "" : JSON.stringify(value),
          ),
        );
        expect(rows).to.deep.equal(wanted);
      }
    });

    it("has its head even when there are no rows", async () => {
      const csv = await (await ask(`/v1/nfts.csv?holder=${ALICE}`)).text();
      expect(csv).to.match(/^id,miner,status,.*\r\n$/);
    });

    it("of one thing is one row", async () => {
      expect(cellsOf(await (await ask("/v1/nfts/1.csv")).text()).length).to.equal(2);
    });

    it("is not what a browser gets", async () => {
      const response = await ask("/v1/miners", { headers: { accept: "text/html,application/xml;q=0.9,*/*;q=0.8" } });
      expect(response.headers.get("content-type")).to.contain("application/json");
    });
  });

  describe("headers", () => {
    it("say how far the history goes", async () => {
      const response = await ask("/v1/miners");
      expect(response.headers.get("x-indexed-to")).to.equal(chain.finalized.toString());
      const { indexedTo } = (await response.json()) as List;
      expect(indexedTo).to.deep.equal({ epoch: Number(chain.finalized), time: iso(chain.finalized) });
    });

    it("let a client keep an answer that is still right", async () => {
      const first = await ask("/v1/nfts?limit=2");
      const etag = first.headers.get("etag") ?? "";
      expect(etag).to.match(/^"[0-9a-f]{32}"$/);
      const again = await ask("/v1/nfts?limit=2", { headers: { "if-none-match": etag } });
      expect([again.status, await again.text()]).to.deep.equal([304, ""]);
      const other = await ask("/v1/nfts?limit=3", { headers: { "if-none-match": etag } });
      expect(other.status).to.equal(200);
      const csv = await ask("/v1/nfts.csv?limit=2", { headers: { "if-none-match": etag } });
      expect(csv.status).to.equal(200);
    });

    it("change with the history, and new answers with them", async () => {
      const other = join(folder, "growing.sqlite");
      const young = eventfulChain();
      const end = young.head;
      young.head = START + 4_900n;
      const indexer = indexerOf(young.request, other);
      await indexer.tick();
      const growing = await createApi({ path: other, port: 0, log: silent });
      const first = await fetch(`${growing.url}/v1/nfts`);
      young.head = end;
      await indexer.tick();
      const headers = { "if-none-match": first.headers.get("etag") ?? "" };
      const second = await fetch(`${growing.url}/v1/nfts`, { headers });
      expect(second.status).to.equal(200);
      expect(((await second.json()) as List).items.length).to.be.greaterThan(
        ((await first.json()) as List).items.length,
      );
      await growing.close();
      indexer.close();
    });

    it("let no other site's page read", async () => {
      const response = await ask("/v1/miners", { headers: { origin: "https://evil.example" } });
      expect(response.headers.get("access-control-allow-origin")).to.equal(null);
      expect(response.headers.get("cross-origin-resource-policy")).to.equal("same-origin");
      expect(response.headers.get("x-content-type-options")).to.equal("nosniff");
    });
  });

  describe("refuses by a sentence", () => {
    const refusals: readonly (readonly [string, RegExp])[] = [
      ["/v1/miners?limit=0", /^limit is a number from 1 to 1000\.$/m],
      ["/v1/miners?limit=1001", /^limit is a number from 1 to 1000\.$/m],
      ["/v1/miners?limit=1e2", /^limit is a number/],
      ["/v1/miners?limit=", /^limit is a number/],
      ["/v1/miners?cursor=-1", /^cursor is a whole number\.$/m],
      ["/v1/miners?cursor=9999999999999999999", /^cursor is at most/],
      ["/v1/miners?page=2", /^There is no parameter "page" here/],
      ["/v1/miners?limit=1&limit=2", /^"limit" is given twice/],
      ["/v1/miners/1000?limit=1", /^There is no parameter "limit" here/],
      ["/v1/miners/hello", /^"hello" is not an address/],
      ["/v1/miners/t01000", /addresses of this network start with f/],
      [`/v1/miners/${ALICE}`, /^A miner is named by its id/],
      ["/v1/miners/99999999999999999999", /is not an actor id/],
      ["/v1/nfts/x", /^The id of an NFT is a whole number\.$/m],
      ["/v1/nfts/1%27%20OR%201=1", /^The id of an NFT is a whole number\.$/m],
      ["/v1/nfts?holder=0x12", /^"0x12" is not an address/],
      ["/v1/nfts?holder=f1abjxfbp274xpdqcpuaykwkfb43omjotacm2p3za", /name an f1, f2 or f3 address by its id/],
      ["/v1/nfts/1/income?from=2026-02-30", /^There is no such day in the calendar\.$/m],
      ["/v1/nfts/1/income?from=yesterday", /^A day is written like/],
      ["/v1/nfts/1/income?from=2026-02-02&to=2026-02-01", /^from is after to\.$/m],
      ["/v1/nfts/1/income?cursor=5", /^A day is written like/],
      ["/v1/events?contract=Nope", /^contract is one of PowerNFT/],
      ["/v1/events?event=%22;drop", /^event is the name of an event/],
      ["/v1/events?order=up", /^order is oldest or newest\.$/m],
      ["/v1/events?from=5&to=4", /^from is after to\.$/m],
      ["/v1/events?from=1900-01-01", /dates begin with the network/],
      ["/v1/events?from=99999999999999999999", /^An epoch is a whole number/],
      ["/v1/events?__proto__=1", /^There is no parameter "__proto__" here/],
    ];
    for (const [target, wanted] of refusals) {
      it(target, async () => {
        expect(await refusalOf(target)).to.match(wanted);
      });
    }

    it("what is not in the history (404)", async () => {
      for (const target of ["/v1/miners/1002", "/v1/nfts/5", "/v1/nfts/5/income", "/v1/nfts/5/weights.csv"]) {
        const response = await ask(target);
        expect([response.status, await response.text()][0], target).to.equal(404);
      }
      expect(await (await ask("/v1/nfts/5")).text()).to.match(/^NFT 5 was not minted up to epoch \d+\.$/m);
      for (const target of [
        "/",
        "/v1",
        "/v1/nfts/",
        "/v2/nfts",
        "/v1/nfts/1/income/2",
        "//v1/nfts",
        "/v1/nfts/../miners/",
      ]) {
        expect((await ask(target)).status, target).to.equal(404);
      }
    });

    it("every method but GET (405)", async () => {
      for (const method of ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const response = await ask("/v1/miners", { method });
        expect([response.status, response.headers.get("allow")], method).to.deep.equal([405, "GET"]);
      }
    });

    it("a target that is not a path (400)", async () => {
      const status = await new Promise((resolve, reject) => {
        const { port } = api;
        httpRequest({ host: "127.0.0.1", port, path: "http://evil.example/v1/miners" }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
      expect(status).to.equal(400);
    });
  });

  it("says that it has nothing yet (503) before the first range", async () => {
    const empty = join(folder, "empty.sqlite");
    const indexer = indexerOf(chain.request, empty);
    const young = await createApi({ path: empty, port: 0, log: silent });
    const response = await fetch(`${young.url}/v1/miners`);
    expect([response.status, response.headers.get("retry-after")]).to.deep.equal([503, "30"]);
    await young.close();
    indexer.close();
  });

  it("says what to do about a port that is taken", async () => {
    const failure = await failureOf(createApi({ path, port: api.port, log: silent }));
    expect(failure).to.be.instanceOf(CannotListenError);
    expect(failure.message).to.contain("another program does");
  });

  it("does not tell a client why it failed (500), but the log", async () => {
    const lines: string[] = [];
    const log = { ...silent, error: (fields: object) => lines.push(JSON.stringify(fields)) };
    const broken = join(folder, "broken.sqlite");
    const indexer = indexerOf(chain.request, broken);
    await indexer.tick();
    const failing = await createApi({ path: broken, port: 0, log });
    const { default: Database } = await import("better-sqlite3");
    new Database(broken).exec("PRAGMA foreign_keys = OFF; DROP TABLE incomes").close();
    const response = await fetch(`${failing.url}/v1/nfts/1/income`);
    expect([response.status, await response.text()]).to.deep.equal([
      500,
      "Something failed here; the log says what.\n",
    ]);
    expect(lines.join("")).to.contain("api.failed");
    await failing.close();
    indexer.close();
  });
});
