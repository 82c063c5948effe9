import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { BadAnswerError, NodeUnreachableError } from "../../../lib/index.ts";
import { openStream } from "../../../miner-bridge/lotus/openStream.ts";
import { failureOf } from "../support/failure.ts";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const BODY = '{"result":[1,2,3]}';

describe("a streamed answer", () => {
  let server: Server;
  let asked: string;
  let answer: readonly string[];
  let isLeftOpen: boolean;

  beforeEach(async () => {
    [asked, answer, isLeftOpen] = ["", [], false];
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        const isFirst = asked === "";
        asked += bytes.toString("latin1");
        if (isFirst) void send();
      });
      const send = async (): Promise<void> => {
        socket.setNoDelay(true);
        for (const piece of answer) {
          socket.write(piece, "latin1");
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        if (!isLeftOpen) socket.end();
      };
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => void server.close());

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc/v1?a=b`;
  const read = async (token?: string, timeoutMs = 5_000): Promise<{ text: string; status: number }> => {
    let text = "";
    const { status } = await openStream({ url: url(), token }, timeoutMs)("Filecoin.A", [1], (piece) => {
      text += piece.toString("latin1");
    });
    return { text, status };
  };
  /** In pieces of so many letters, or of one each. */
  const cut = (text: string, size = 1): string[] => text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
  const chunked = `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n${BODY.slice(0, 5)}\r\nD;x=y\r\n${BODY.slice(5)}\r\n0\r\nA: b\r\n\r\n`;

  for (const [how, text] of [
    ["has a length", `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`],
    ["comes in chunks", chunked],
    ["ends with its connection", `${HEAD}\r\n${BODY}`],
    ["comes after a preliminary one", `HTTP/1.1 100 Continue\r\n\r\n${HEAD}\r\n${BODY}`],
    ["has lines without carriage returns", `${HEAD}\r\n`.replaceAll("\r", "") + BODY],
  ] as const) {
    it(`is read when it ${how}, whatever the pieces`, async () => {
      for (const pieces of [[text], cut(text), cut(text, 7)]) {
        [asked, answer] = ["", pieces];
        expect(await read()).to.deep.equal({ text: BODY, status: 200 });
      }
    }).timeout(20_000);
  }

  it("is there with its last byte, though the connection stays open", async () => {
    isLeftOpen = true;
    answer = [chunked];
    expect((await read()).text).to.equal(BODY);
  });

  it("may be empty, and have another status", async () => {
    answer = ["HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"];
    expect(await read()).to.deep.equal({ text: "", status: 503 });
    [asked, answer] = ["", ["HTTP/1.1 204 No Content\r\n\r\n"]];
    expect(await read()).to.deep.equal({ text: "", status: 204 });
  });

  it("is asked for as JSON-RPC, with the token", async () => {
    answer = [`${HEAD}\r\n${BODY}`];
    await read("secret");
    const [head = "", body = ""] = asked.split("\r\n\r\n");
    const [line, ...headers] = head.toLowerCase().split("\r\n");
    expect(line).to.equal("post /rpc/v1?a=b http/1.1");
    expect(headers).to.include.members([
      `host: ${new URL(url()).host}`,
      "authorization: bearer secret",
      "connection: close",
      `content-length: ${body.length}`,
    ]);
    expect(JSON.parse(body)).to.deep.equal({ jsonrpc: "2.0", id: 1, method: "Filecoin.A", params: [1] });
  });

  for (const [what, text] of [
    ["is no HTTP", "SSH-2.0-OpenSSH\r\n"],
    ["ends within its head", HEAD],
    ["ends before its length", `${HEAD}Content-Length: 99\r\n\r\n${BODY}`],
    ["ends within its chunks", chunked.slice(0, -20)],
    ["has chunks of no size", `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ["has a chunk longer than its size", `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\n${BODY}\r\n0\r\n\r\n`],
    ["is packed", `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ["has a length that is none", `${HEAD}Content-Length: -5\r\n\r\n`],
    ["has a line without end", `${HEAD}A: ${"x".repeat(20_000)}`],
    ["has a head without end", HEAD + "A: b\r\n".repeat(300)],
  ] as const) {
    it(`that ${what} may be better the next time`, async () => {
      answer = [text];
      expect(await failureOf(read())).to.be.instanceOf(NodeUnreachableError);
    });
  }

  it("is given up when the node falls silent", async () => {
    isLeftOpen = true;
    answer = [`${HEAD}Content-Length: 99\r\n\r\n`];
    expect(String(await failureOf(read(undefined, 50)))).to.contain("did not answer");
  });

  it("is given up where its taker refuses it, with what the taker says", async () => {
    answer = [chunked];
    const refuse = (): never => {
      throw new BadAnswerError("no");
    };
    expect(await failureOf(openStream({ url: url() }, 5_000)("Filecoin.A", [], refuse))).to.be.instanceOf(
      BadAnswerError,
    );
  });

  it("fails where nobody listens", async () => {
    const nobody = url();
    server.close();
    expect(await failureOf(openStream({ url: nobody }, 5_000)("Filecoin.A", [], () => undefined))).to.be.instanceOf(
      NodeUnreachableError,
    );
  });
});
