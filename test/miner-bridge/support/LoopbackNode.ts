import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a node says to a method: a result, or an error that it throws. */
export type Answer = (params: readonly unknown[]) => unknown;

/** An error as Lotus answers it. */
export class NodeError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** How an answer goes wrong on its way: the body as it would be, and where to write what comes instead. */
export type Mishap = (body: string, response: ServerResponse) => void;

const METHOD_NOT_FOUND = -32601;

/** A node on loopback that answers what it was told to, and remembers what it was asked. */
export class LoopbackNode {
  readonly asked: { readonly method: string; readonly params: readonly unknown[] }[] = [];
  /** Questions that were open at the same time, at most. */
  mostAtOnce = 0;
  readonly #answers: Map<string, Answer>;
  readonly #mishaps = new Map<string, Mishap[]>();
  readonly #server: Server;
  #open = 0;

  private constructor(answers: Readonly<Record<string, Answer>>) {
    this.#answers = new Map(Object.entries(answers));
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(answers: Readonly<Record<string, Answer>>): Promise<LoopbackNode> {
    const node = new LoopbackNode(answers);
    await new Promise<void>((resolve) => node.#server.listen(0, "127.0.0.1", resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rpc/v1`;
  }

  answer(method: string, answer: Answer): void {
    this.#answers.set(method, answer);
  }

  forget(method: string): void {
    this.#answers.delete(method);
  }

  /** Lets the next answers to a method go wrong, one each. */
  upset(method: string, ...mishaps: readonly Mishap[]): void {
    this.#mishaps.set(method, [...mishaps]);
  }

  timesAsked(method: string): number {
    return this.asked.filter((asked) => asked.method === method).length;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
    response.once("close", () => (this.#open -= 1));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, params } = JSON.parse(Buffer.concat(parts).toString()) as { method: string; params: unknown[] };
    this.asked.push({ method, params });
    const body = `${JSON.stringify(this.#say(method, params))}\n`;
    const mishap = this.#mishaps.get(method)?.shift();
    if (mishap === undefined) response.end(body);
    else mishap(body, response);
  }

  #say(method: string, params: readonly unknown[]): object {
    const answer = this.#answers.get(method);
    const base = { id: 1, jsonrpc: "2.0" };
    if (answer === undefined) {
      return { error: { code: METHOD_NOT_FOUND, message: `method '${method}' not found` }, ...base };
    }
    try {
      return { ...base, result: answer(params) };
    } catch (error) {
      if (!(error instanceof NodeError)) throw error;
      return { error: { code: error.code, message: error.message }, ...base };
    }
  }
}

/** Ways in which a node, or what lies before it, does badly. */
export const mishap = {
  html: (_: string, response: ServerResponse) =>
    void response.writeHead(200, { "content-type": "text/html" }).end("<html>welcome</html>"),
  busy: (_: string, response: ServerResponse) => void response.writeHead(503).end(),
  cutOff: (body: string, response: ServerResponse) => void response.end(body.slice(0, Math.floor(body.length * 0.7))),
  hangUp: (body: string, response: ServerResponse) => {
    response.write(body.slice(0, Math.floor(body.length / 2)));
    setTimeout(() => response.destroy(), 5);
  },
  silent: () => undefined,
  saying:
    (text: string, status = 200): Mishap =>
    (_, response) =>
      void response.writeHead(status).end(text),
} as const;
