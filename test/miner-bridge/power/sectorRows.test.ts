import { expect } from "chai";

import { BadAnswerError, MethodUnavailableError, NodeRefusedError, NodeUnreachableError } from "../../../lib/index.ts";
import { readSectorRows, type SectorRow } from "../../../miner-bridge/power/plain/sectorRows.ts";
import { failureOf } from "../support/failure.ts";

const row = (number: number, more: object = {}) => ({
  SectorNumber: number,
  SealedCID: { "/": "bagboea4b5abc" },
  Expiration: 10,
  DealWeight: "0",
  VerifiedDealWeight: "70000000000000000",
  PowerBaseEpoch: 1,
  ...more,
});
const envelope = (rows: unknown): string => `${JSON.stringify({ id: 1, jsonrpc: "2.0", result: rows })}\n`;

describe("rows of StateMinerSectors", () => {
  /** What is read of an answer that comes in pieces of so many bytes. */
  const read = async (text: string, size = 64, status = 200): Promise<SectorRow[]> => {
    const bytes = Buffer.from(text);
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
    };
    const rows: SectorRow[] = [];
    await readSectorRows({ url: "http://127.0.0.1:1/", status, chunks: chunks() }, (one) => rows.push(one));
    return rows;
  };

  for (const size of [1, 7, 64, 1_000_000]) {
    it(`are the same whether they come in pieces of ${size} bytes or not`, async () => {
      const rows = await read(envelope(Array.from({ length: 50 }, (_, at) => row(at))), size);
      expect(rows).to.deep.equal(
        Array.from({ length: 50 }, (_, number) => ({
          number,
          expiration: 10,
          powerBaseEpoch: 1,
          verifiedDealWeight: "70000000000000000",
        })),
      );
    });
  }

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
