import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import {
  BadAnswerError,
  cidOf,
  createLotusClient,
  createTransport,
  MethodUnavailableError,
  NodeRefusedError,
  NodeUnreachableError,
  NotAuthorizedError,
  parseAddress,
  type TransportOptions,
} from "../../lib/index.ts";

type Answer = { readonly status?: number; readonly body: string; readonly delayMs?: number };

/** A node that gives the answers it was told, one after the other, and remembers what it was asked. */
class ScriptedNode {
  readonly asked: { method: string; params: unknown[]; authorization: string | undefined }[] = [];
  readonly #answers: Answer[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void readBody(request).then((body) => {
        const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
        this.asked.push({ method, params, authorization: request.headers.authorization });
        const answer = this.#answers.shift() ?? { status: 500, body: "no answer left" };
        setTimeout(() => response.writeHead(answer.status ?? 200).end(answer.body), answer.delayMs ?? 0);
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rpc/v1`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  willAnswer(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const result = (value: unknown): Answer => ({ body: JSON.stringify({ jsonrpc: "2.0", id: 1, result: value }) });
const failure = (code: number, message: string, status = 200): Answer => ({
  status,
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code, message } }),
});

const MINER = parseAddress("f01000");
const INFO = {
  Owner: "f0102",
  Worker: "f0102",
  NewWorker: "<empty>",
  ControlAddresses: null,
  SectorSize: 2048,
  PendingOwnerAddress: null,
  Beneficiary: "f0102",
  BeneficiaryTerm: { Quota: "0", UsedQuota: "0", Expiration: 0 },
  PendingBeneficiaryTerm: null,
};

describe("the Lotus client", () => {
  let node: ScriptedNode;
  let url: string;

  beforeEach(async () => {
    node = new ScriptedNode();
    url = await node.start();
  });
  afterEach(() => node.stop());

  const client = (options: Partial<TransportOptions> = {}) =>
    createLotusClient(createTransport({ url, pauseMs: 1, ...options }));

  async function failureOf(promise: Promise<unknown>): Promise<Error> {
    try {
      await promise;
    } catch (error) {
      return error as Error;
    }
    throw new Error("it did not fail");
  }

  it("asks as Lotus is asked and returns addresses and amounts parsed", async () => {
    node.willAnswer(result(INFO));
    const info = await client({ token: "secret" }).stateMinerInfo(MINER);
    expect(info.Owner.id).to.equal(102n);
    expect(info.BeneficiaryTerm?.Quota).to.equal(0n);
    expect(info.ControlAddresses).to.deep.equal([]);
    expect(node.asked).to.deep.equal([
      { method: "Filecoin.StateMinerInfo", params: ["f01000", []], authorization: "Bearer secret" },
    ]);
  });

  it("writes addresses with the letter of the network", async () => {
    node.willAnswer(result("12"));
    await createLotusClient(createTransport({ url }), "t").stateMinerAvailableBalance(MINER);
    expect(node.asked[0]?.params).to.deep.equal(["t01000", []]);
  });

  it("asks for named sectors with a bitfield", async () => {
    node.willAnswer(result([]));
    await client().stateMinerSectors(MINER, [{ start: 5n, count: 1n }]);
    expect(node.asked[0]?.params).to.deep.equal(["f01000", [5, 1], []]);
  });

  it("refuses an answer that is not of the right form", async () => {
    node.willAnswer(result({ ...INFO, Owner: "f0102x" }));
    const error = await failureOf(client().stateMinerInfo(MINER));
    expect(error).to.be.instanceOf(BadAnswerError);
    expect(error.message).to.match(/StateMinerInfo.*not an address: f0102x/s);
    expect(error).to.have.property("exitCode", 70);
  });

  it("refuses a sector number that JSON could not carry exactly", async () => {
    node.willAnswer({ body: '{"jsonrpc":"2.0","id":1,"result":{"Live":9007199254740993,"Active":1,"Faulty":0}}' });
    expect(await failureOf(client().stateMinerSectorCount(MINER))).to.be.instanceOf(BadAnswerError);
  });

  it("tells an error of the node from its HTTP status", async () => {
    node.willAnswer(failure(1, "actor not found", 500));
    const error = await failureOf(client().stateGetActor(MINER));
    expect(error).to.be.instanceOf(NodeRefusedError);
    expect(error).to.include({ code: 1, exitCode: 1 });
  });

  it("says when a method is not offered", async () => {
    node.willAnswer(failure(-32601, "method 'Filecoin.StateMinerSectors' not found", 500));
    const error = await failureOf(client().stateMinerSectors(MINER, null));
    expect(error).to.be.instanceOf(MethodUnavailableError);
    expect(error.message).to.contain("LOTUS_RPC_URL");
  });

  it("tries again when the node is busy or the answer was cut off", async () => {
    node.willAnswer(
      { status: 503, body: "" },
      { status: 429, body: "" },
      { body: '{"jsonrpc":"2.0","id":1,"res' },
      result("7"),
    );
    expect(await client().stateMinerAvailableBalance(MINER)).to.equal(7n);
    expect(node.asked).to.have.length(4);
  });

  it("gives up after a few tries, with an exit code that says so", async () => {
    node.willAnswer({ status: 503, body: "" }, { status: 503, body: "" });
    const error = await failureOf(client({ retries: 1 }).stateNetworkName());
    expect(error).to.be.instanceOf(NodeUnreachableError);
    expect(error).to.have.property("exitCode", 69);
    expect(node.asked).to.have.length(2);
  });

  it("never sends a message twice", async () => {
    node.willAnswer({ status: 503, body: "" }, result({}));
    const message = { from: MINER, to: MINER, value: 0n, method: 0, params: new Uint8Array(0) };
    expect(await failureOf(client().mpoolPushMessage(message))).to.be.instanceOf(NodeUnreachableError);
    expect(node.asked).to.have.length(1);
  });

  it("stops waiting after the timeout", async () => {
    node.willAnswer({ ...result("1"), delayMs: 500 });
    const error = await failureOf(client({ timeoutMs: 50, retries: 0 }).stateNetworkName());
    expect(error).to.be.instanceOf(NodeUnreachableError);
  });

  it("does not read an answer without end", async () => {
    node.willAnswer(result("x".repeat(10_000)));
    const error = await failureOf(client({ maxResponseBytes: 1000 }).stateNetworkName());
    expect(error).to.be.instanceOf(BadAnswerError);
    expect(error.message).to.contain("larger than 1000 bytes");
  });

  it("asks for a token when the node wants one", async () => {
    node.willAnswer({ status: 401, body: "" });
    const error = await failureOf(client().stateNetworkName());
    expect(error).to.be.instanceOf(NotAuthorizedError);
    expect(error).to.have.property("exitCode", 64);
  });

  it("says that a web page is not a node", async () => {
    node.willAnswer({ status: 404, body: "<html>" });
    expect(await failureOf(client().stateNetworkName())).to.be.instanceOf(BadAnswerError);
    node.willAnswer({ body: "<html>welcome</html>" });
    expect(await failureOf(client().stateNetworkName())).to.be.instanceOf(BadAnswerError);
  });

  it("gives a block of state as bytes", async () => {
    node.willAnswer(result("ggEC"));
    const cid = cidOf(Uint8Array.of(0x82, 1, 2));
    expect(await client().chainReadObj(cid)).to.deep.equal(Uint8Array.of(0x82, 1, 2));
    expect(node.asked[0]).to.deep.include({ method: "Filecoin.ChainReadObj", params: [cid] });
  });
});
