import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Turns a true answer into what the endpoint says; undefined leaves it true. */
export type Lie = (asked: Asked, result: unknown) => unknown;

/** An endpoint on loopback that passes questions on to a node, and lies about some of the answers. */
export class LyingProxy {
  lie: Lie = () => undefined;
  /** How many lies were told. */
  lies = 0;
  readonly #target: string;
  readonly #server: Server;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rpc/v1`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    request.setEncoding("utf8");
    for await (const part of request) body += part as string;
    const headers = { "content-type": "application/json" };
    const truth = await fetch(this.#target, { method: "POST", headers, body });
    const text = await truth.text();
    const answer = JSON.parse(text) as { result?: unknown };
    const said = answer.result === undefined ? undefined : this.lie(JSON.parse(body) as Asked, answer.result);
    if (said !== undefined) this.lies += 1;
    response.writeHead(truth.status).end(said === undefined ? text : JSON.stringify({ ...answer, result: said }));
  }
}
