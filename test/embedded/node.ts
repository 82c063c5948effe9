import { type LotusClient, createLotusClient, createTransport } from "../../lib/index.ts";
import { EmbeddedFilecoin } from "../../embedded/chain/EmbeddedFilecoin.ts";
import type { HttpServer } from "../../embedded/rpc/HttpServer.ts";
import { serveNode } from "../../embedded/rpc/serveNode.ts";

/** A JSON-RPC answer as it comes over HTTP. */
export interface RawAnswer {
  readonly status: number;
  readonly body: {
    readonly id?: unknown;
    readonly result?: unknown;
    readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  };
}

/** An embedded Filecoin with its RPC, on a port of its own. */
export interface TestNode {
  readonly chain: EmbeddedFilecoin;
  readonly server: HttpServer;
  readonly lotus: LotusClient;
  /** The result of a call; throws on an error. */
  ask(method: string, ...params: unknown[]): Promise<unknown>;
  /** The whole answer. */
  raw(method: string, ...params: unknown[]): Promise<RawAnswer>;
  post(body: string, path?: string): Promise<{ status: number; text: string }>;
  advance(epochs: number): Promise<number>;
  close(): Promise<void>;
}

export async function startNode(): Promise<TestNode> {
  const chain = await EmbeddedFilecoin.start();
  const server = await serveNode(chain, 0);
  const request = createTransport({ url: server.rpcUrl });
  const post: TestNode["post"] = async (body, path = "/rpc/v1") => {
    const response = await fetch(new URL(path, server.rpcUrl), { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };
  return {
    chain,
    server,
    post,
    lotus: createLotusClient(request),
    ask: (method, ...params) => request(method, params),
    raw: async (method, ...params) => {
      const { status, text } = await post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
      return { status, body: JSON.parse(text) as RawAnswer["body"] };
    },
    advance: async (epochs) => {
      const response = await fetch(`${server.advanceUrl}?epochs=${epochs}`);
      return ((await response.json()) as { height: number }).height;
    },
    close: async () => {
      await server.close();
      await chain.close();
    },
  };
}
