import { expect } from "chai";

import { BadAnswerError, MethodUnavailableError, NodeRefusedError, NodeUnreachableError } from "../../../lib/index.ts";
import type { ListSource } from "../../../miner-bridge/power/plain/readList.ts";
import { readSectorRows } from "../../../miner-bridge/power/plain/readSectorRows.ts";
import { fromWeight, type SectorRow } from "../../../miner-bridge/power/plain/SectorRow.ts";
import { failureOf } from "../support/failure.ts";

const row = (number: number, more: object = {}) => ({
  SectorNumber: number,
  SealedCID: { "/": "bagboea4b5abc" },
  Expiration: 10,
  DealWeight: "0",
  VerifiedDealWeight: "70000000000000005",
  PowerBaseEpoch: 1,
  ...more,
});
/** In the form and order in which Lotus writes it. */
const lotusRow = (number: number, more: object = {}) => ({
  SectorNumber: number,
  SealProof: 8,
  SealedCID: { "/": "bag" },
  Activation: 1000,
  Expiration: 10,
  DealWeight: "0",
  VerifiedDealWeight: "70000000000000005",
  InitialPledge: "100000000000000000",
  ExpectedDayReward: null,
  ExpectedStoragePledge: null,
  PowerBaseEpoch: 1,
  ReplacedDayReward: null,
  SectorKeyCID: null,
  Flags: 1,
  DailyFee: "5",
  ...more,
});
const envelope = (rows: unknown): string => `${JSON.stringify({ id: 1, jsonrpc: "2.0", result: rows })}\n`;

describe("rows of StateMinerSectors", () => {
  /** What is read of an answer that comes in pieces of so many bytes. */
  const read = async (text: string, size = 64, status = 200): Promise<SectorRow[]> => {
    const bytes = Buffer.from(text);
    const rows: SectorRow[] = [];
    // pieces are lent: what comes next takes their place
    const lent = Buffer.alloc(size);
    const source: ListSource = (take) => {
      for (let at = 0; at < bytes.length; at += size) take(lent.subarray(0, bytes.copy(lent, 0, at, at + size)));
      return Promise.resolve({ url: "http://127.0.0.1:1/", status });
    };
    await readSectorRows(source, (one) => rows.push(one));
    return rows;
  };

  for (const [form, make] of [
    ["any", row],
    ["Lotus' own", lotusRow],
  ] as const) {
    for (const size of [1, 7, 64, 1_000_000]) {
      it(`of ${form} form are the same whether they come in pieces of ${size} bytes or not`, async () => {
        const rows = await read(envelope(Array.from({ length: 50 }, (_, at) => make(at))), size);
        expect(rows).to.deep.equal(
          Array.from({ length: 50 }, (_, number) => ({
            number,
            expiration: 10,
            powerBaseEpoch: 1,
            verified: { high: 70, low: 5 },
          })),
        );
      });
    }
  }

  it("of Lotus' own form are read like any JSON, whatever they hold", async () => {
    for (const odd of [
      { VerifiedDealWeight: "0" },
      { VerifiedDealWeight: "999999999999999" },
      { VerifiedDealWeight: "1000000000000000" },
      { VerifiedDealWeight: "9".repeat(30) },
      { Activation: -1 },
      { ExpectedDayReward: "5", ReplacedDayReward: "7", ExpectedStoragePledge: "6" },
      { SectorKeyCID: { "/": "bagboea4b5abc" } },
      { SealedCID: { "/": 'a\\"},"b' } },
      { SectorNumber: 2 ** 53 - 1, Expiration: 123_456_789_012_345 },
      { Expiration: -5 },
      { Flags: null },
      { More: [] },
    ]) {
      const rows = [lotusRow(1), lotusRow(2, odd), lotusRow(3), lotusRow(4)];
      const found = await read(envelope(rows));
      expect(
        found.map(({ number, expiration, verified }) => [number, expiration, String(fromWeight(verified))]),
        JSON.stringify(odd),
      ).to.deep.equal(rows.map((one) => [one.SectorNumber, one.Expiration, one.VerifiedDealWeight]));
    }
  });

  it("of Lotus' own form are refused when a value is none", async () => {
    const good = JSON.stringify(lotusRow(2));
    for (const [from, to] of [
      ['"Expiration":10', '"Expiration":'],
      ['"Expiration":10', '"Expiration":1.5'],
      ['"Expiration":10', '"Expiration":"10"'],
      ['"Expiration":10', '"Expiration":10000000000000000'],
      ['"VerifiedDealWeight":"70000000000000005"', '"VerifiedDealWeight":""'],
      ['"VerifiedDealWeight":"70000000000000005"', '"VerifiedDealWeight":"-7"'],
      ['"VerifiedDealWeight":"70000000000000005"', `"VerifiedDealWeight":"${"9".repeat(31)}"`],
      ['"DailyFee":"5"', '"DailyFee":"5'],
      ['"SealedCID":{"/":"bag"}', '"SealedCID":{"/":"bag}'],
    ] as const) {
      expect(good).to.contain(from);
      const rows = [JSON.stringify(lotusRow(1)), good.replace(from, to), JSON.stringify(lotusRow(3))];
      expect(await failureOf(read(`{"result":[${rows.join(",")}]}`)), to).to.be.instanceOf(BadAnswerError);
    }
  });

  it("may be none", async () => {
    expect(await read(envelope([]))).to.deep.equal([]);
    expect(await read(envelope(null))).to.deep.equal([]);
  });

  it("may come with spaces, and what is around them in another order", async () => {
    const text = `{ "result" : [ ${JSON.stringify(row(1))} , ${JSON.stringify(row(2))} ] , "id": 1, "jsonrpc": "2.0" }`;
    expect((await read(text)).map(({ number }) => number)).to.deep.equal([1, 2]);
  });

  it("are never cut inside a text that looks like a border", async () => {
    const rows = [row(1), row(2, { Label: '},{"SectorNumber":9},{' }), row(3)];
    const whole = await read(envelope(rows), 1_000_000).then(
      (found) => found.map(({ number }) => number),
      (error: unknown) => error,
    );
    // read rightly or not at all, whatever the pieces
    expect(whole).to.satisfy((found: unknown) => found instanceof BadAnswerError || String(found) === "1,2,3");
    const pieces = await failureOf(read(envelope(rows), 300)).catch(() => undefined);
    expect(pieces ?? new BadAnswerError("")).to.be.instanceOf(BadAnswerError);
  });

  it("are incomplete without the bracket that closes them", async () => {
    const text = envelope([row(1), row(2)]);
    for (const end of [text.indexOf("]"), text.length - 20, 40]) {
      expect(await failureOf(read(text.slice(0, end)))).to.be.instanceOf(NodeUnreachableError);
    }
  });

  it("are refused when something else follows them", async () => {
    expect(await failureOf(read(`${envelope([row(1)])}{}`))).to.be.instanceOf(NodeUnreachableError);
    const twice = `{"result":[${JSON.stringify(row(1))}],"result":5}`;
    expect(await failureOf(read(twice))).to.be.instanceOf(BadAnswerError);
  });

  it("are refused when one has no end", async () => {
    const text = `{"result":[{"SectorNumber":1,"Label":"${"x".repeat(3_000_000)}"`;
    expect(await failureOf(read(text, 65_536))).to.be.instanceOf(BadAnswerError);
  });

  it("give way to an error of the node, whatever its status", async () => {
    const error = { error: { code: 1, message: 'can\'t find sector [5] {"result":[' }, id: 1, jsonrpc: "2.0" };
    expect(await failureOf(read(JSON.stringify(error)))).to.be.instanceOf(NodeRefusedError);
    const missing = { error: { code: -32601, message: "method not found" }, id: 1, jsonrpc: "2.0" };
    expect(await failureOf(read(JSON.stringify(missing), 64, 500))).to.be.instanceOf(MethodUnavailableError);
  });
});
