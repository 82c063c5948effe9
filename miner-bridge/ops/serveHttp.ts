import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { UsageError } from "../../lib/index.ts";

/** Whoever should reach a server from elsewhere has to say so. */
export const LOOPBACK = "127.0.0.1";

/** Milliseconds for the whole of a request to arrive. */
const REQUEST_TIMEOUT = 10_000;
const MAX_CONNECTIONS = 64;
/** Bytes of a request's line and headers. */
const MAX_HEADER = 8_192;

/** The address that a server should listen on is taken, or not this machine's. */
export class CannotListenError extends UsageError {
  override readonly name = "CannotListenError";
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const why = cause.code === "EADDRINUSE" ? "another program does" : `the system says ${cause.code ?? cause.message}`;
    super(`Cannot listen on ${host}:${port}: ${why}. Choose another port (0: any free one) or address.`, { cause });
    this.host = host;
    this.port = port;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ServeOptions {
  /** `127.0.0.1` unless said otherwise. */
  readonly host?: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  /** Answers a GET request; what it throws is a 500 without details. */
  readonly answer: (url: URL, request: IncomingMessage) => Answer | Promise<Answer>;
  /** Is told what `answer` threw. */
  readonly failed?: (error: unknown, url: string) => void;
  /** Is told of each answer. */
  readonly answered?: (status: number) => void;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
}

/** Sent with everything: nothing here is a page, and no other site's page may read it. */
const HEADERS = {
  "cache-control": "no-cache",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
} as const;

/** Only what can be asked without changing anything. */
const METHOD = "GET";

/**
 * A small HTTP server that only answers GET.
 *
 * @throws {CannotListenError}
 */
export async function serveHttp(options: ServeOptions): Promise<HttpServer> {
  const { host = LOOPBACK, port } = options;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT, maxHeaderSize: MAX_HEADER }, (request, response) => {
    void respond(options, request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    host,
    port: address.port,
    url: `http://${shown}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer of text for people. */
export function sentence(status: number, text: string): Answer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

/** An answer of JSON. */
export function json(status: number, value: unknown): Answer {
  const body = `${JSON.stringify(value)}\n`;
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new CannotListenError(host, port, error)));
    server.listen(port, host, resolve);
  });
}

async function respond(options: ServeOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Nothing is read from a body: whoever sends one is told to stop.
  request.resume();
  const { status, headers, body } = await answerTo(options, request);
  options.answered?.(status);
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...HEADERS, ...headers, ...length }).end(body);
}

async function answerTo(options: ServeOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method !== METHOD) {
    const refusal = sentence(405, "Only GET is answered here.");
    return { ...refusal, headers: { ...refusal.headers, allow: METHOD, connection: "close" } };
  }
  // The host that a client names means nothing here.
  const target = request.url ?? "/";
  if (!target.startsWith("/") || !URL.canParse(`http://${LOOPBACK}${target}`)) {
    return sentence(400, "The request's target is not a path.");
  }
  try {
    return await options.answer(new URL(`http://${LOOPBACK}${target}`), request);
  } catch (error) {
    options.failed?.(error, target);
    return sentence(500, "Something failed here; the log says what.");
  }
}
