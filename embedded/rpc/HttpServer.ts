import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { UsageError } from "../../lib/index.ts";
import { RpcCode, RpcError } from "./RpcError.ts";

/** Another program listens where the embedded Filecoin should. */
export class PortTakenError extends UsageError {
  override readonly name = "PortTakenError";
  readonly port: number;

  constructor(host: string, port: number, cause: unknown) {
    super(
      `Another program listens on ${host}:${port}: stop it, or choose another port with --port (0: any free one).`,
      { cause },
    );
    this.port = port;
  }
}

export interface HttpServerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Answers a call, or throws an RpcError. */
  readonly call: (method: string, params: readonly unknown[]) => Promise<unknown>;
  /** Moves the chain on; the new height of the head. */
  readonly advance: (epochs: bigint) => Promise<bigint>;
}

export interface HttpServer {
  readonly port: number;
  /** The stable JSON-RPC of a Lotus node. */
  readonly rpcUrl: string;
  readonly advanceUrl: string;
  close(): Promise<void>;
}

/** Loopback only: whoever reaches this server can spend everything on the network. */
const HOST = "127.0.0.1";
const RPC_PATHS = new Set(["/rpc/v0", "/rpc/v1"]);
const ADVANCE_PATH = "/devnet/advance";
const MAX_BODY_BYTES = 16 * 2 ** 20;
/** Half a year. */
const MAX_ADVANCE = 518_400n;

type Answer = { id: unknown; jsonrpc: "2.0" } & ({ result: unknown } | { error: object });

/**
 * JSON-RPC over HTTP POST with the habits of Lotus, and `GET /devnet/advance?epochs=N`.
 *
 * @throws {PortTakenError}
 */
export async function serveHttp(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      send(response, 500, `${error instanceof Error ? error.message : String(error)}\n`, "text/plain");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortTakenError(HOST, options.port, error) : error);
    });
    server.listen(options.port, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    rpcUrl: `http://${HOST}:${port}/rpc/v1`,
    advanceUrl: `http://${HOST}:${port}${ADVANCE_PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", `http://${HOST}`);
  if (url.pathname === ADVANCE_PATH) return advance(options, url, response);
  if (!RPC_PATHS.has(url.pathname)) return send(response, 404, "404 page not found\n", "text/plain");
  if (request.method !== "POST") return send(response, 405, "Send JSON-RPC by POST.\n", "text/plain");
  const body = await readBody(request);
  if (body === undefined) return send(response, 413, "The request is too large.\n", "text/plain");

  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return sendJson(response, 500, failure(null, new RpcError(RpcCode.unreadable, "unmarshaling request")));
  }
  if (!Array.isArray(parsed)) {
    const { status, answer } = await answerOne(options, parsed);
    return sendJson(response, status, answer);
  }
  if (parsed.length === 0) {
    return sendJson(response, 500, failure(null, new RpcError(RpcCode.invalidRequest, "Invalid request")));
  }
  const answers: Answer[] = [];
  // One after the other: a later call may rest on what an earlier one did.
  for (const item of parsed) answers.push((await answerOne(options, item)).answer);
  sendJson(response, 200, answers);
}

async function advance(options: HttpServerOptions, url: URL, response: ServerResponse): Promise<void> {
  const text = url.searchParams.get("epochs") ?? "1";
  const epochs = /^\d{1,9}$/.test(text) ? BigInt(text) : 0n;
  if (epochs < 1n || epochs > MAX_ADVANCE) {
    return send(response, 400, `epochs is a number from 1 to ${MAX_ADVANCE}.\n`, "text/plain");
  }
  sendJson(response, 200, { height: Number(await options.advance(epochs)) });
}

async function answerOne(options: HttpServerOptions, request: unknown): Promise<{ status: number; answer: Answer }> {
  let id: unknown = null;
  try {
    if (request === null || typeof request !== "object") throw new RpcError(RpcCode.invalidRequest, "Invalid request");
    if ("id" in request) id = request.id;
    const method = "method" in request ? request.method : undefined;
    const params = "params" in request ? request.params : [];
    if (typeof method !== "string") throw new RpcError(RpcCode.invalidRequest, "Invalid request");
    if (params !== null && !Array.isArray(params)) {
      throw new RpcError(RpcCode.invalidParams, `params of '${method}' are not a list`);
    }
    const result = (await options.call(method, params ?? [])) ?? null;
    return { status: 200, answer: { id, jsonrpc: "2.0", result } };
  } catch (error) {
    const known = error instanceof RpcError ? error : new RpcError(RpcCode.failed, messageOf(error));
    return { status: known.httpStatus, answer: failure(id, known) };
  }
}

function failure(id: unknown, { code, message, data }: RpcError): Answer {
  return { id, jsonrpc: "2.0", error: { code, message, ...(data === undefined ? {} : { data }) } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, `${JSON.stringify(body)}\n`, "application/json");
}

function send(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, { "content-type": type }).end(body);
}
