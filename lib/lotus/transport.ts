import { z } from "zod";

import {
  BadAnswerError,
  MethodUnavailableError,
  NodeRefusedError,
  NodeUnreachableError,
  NotAuthorizedError,
} from "./errors.ts";

export interface TransportOptions {
  readonly url: string;
  /** Bearer token, where the node wants one. */
  readonly token?: string | undefined;
  /** How long one try may take, milliseconds. */
  readonly timeoutMs?: number;
  /** Further tries after a failure that may pass. Messages are sent once. */
  readonly retries?: number;
  /** The first pause between tries, milliseconds; each further one is twice as long. */
  readonly pauseMs?: number;
  /** The longest answer that is read, bytes. */
  readonly maxResponseBytes?: number;
  readonly fetch?: typeof fetch;
}

/** Asks a node for one thing. Works for `Filecoin.*` and `eth_*` alike. */
export type JsonRpcRequest = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** These take effect when they arrive: after a timeout nobody knows whether they did, so they are never repeated. */
const SENT_ONCE = new Set([
  "Filecoin.MpoolPushMessage",
  "Filecoin.MpoolPush",
  "eth_sendRawTransaction",
  "eth_sendTransaction",
]);

/** Whether a method takes effect when it arrives, so that nobody may ask twice without looking. */
export function isSentOnce(method: string): boolean {
  return SENT_ONCE.has(method);
}

const METHOD_NOT_FOUND = -32601;

const answerSchema = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
  z.object({ result: z.unknown().optional() }),
]);

/** JSON-RPC over HTTP with a timeout, retries, a status check and a limit on the size of answers. */
export function createTransport(options: TransportOptions): JsonRpcRequest {
  const { retries = 3, pauseMs = 500 } = options;
  let nextId = 1;
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: nextId++, method, params });
    const tries = isSentOnce(method) ? 1 : retries + 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await tryOnce(options, method, body);
      } catch (error) {
        if (!(error instanceof NodeUnreachableError) || attempt >= tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (attempt - 1)));
      }
    }
  };
}

async function tryOnce(options: TransportOptions, method: string, body: string): Promise<unknown> {
  const { url, token, timeoutMs = 30_000, maxResponseBytes = 64 * 2 ** 20, fetch: fetchFrom = fetch } = options;
  let response: Response;
  let text: string;
  try {
    response = await fetchFrom(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await readLimited(response, maxResponseBytes, method);
  } catch (cause) {
    if (cause instanceof BadAnswerError) throw cause;
    throw new NodeUnreachableError(`The node at ${hostOf(url)} did not answer: check that it runs, and try again.`, {
      details: `${method}: ${describe(cause)}`,
      cause,
    });
  }
  return readAnswer(response.status, text, method, url);
}

/**
 * The result in a whole answer of a node.
 *
 * @param status The HTTP status that it came with.
 * @throws {ExplainedError} for an error of the node, for a busy one, and for what is no answer.
 */
export function readAnswer(status: number, text: string, method: string, url: string): unknown {
  if (status === 401 || status === 403) {
    throw new NotAuthorizedError(`The node at ${hostOf(url)} wants another token: set LOTUS_RPC_TOKEN.`, {
      details: `${method}: HTTP ${status}`,
    });
  }
  if (status === 429 || (status >= 502 && status <= 504)) {
    throw new NodeUnreachableError(`The node at ${hostOf(url)} is busy: try again in a while.`, {
      details: `${method}: HTTP ${status}`,
    });
  }
  // Errors of Lotus come with HTTP 500 and a JSON-RPC body: the body tells what happened.
  const json = parseJson(text);
  const answer = answerSchema.safeParse(json);
  if (!answer.success) {
    // An answer has no length in its header: a missing end is the only sign of a cut.
    if (json === undefined && status === 200 && /^\s*(\{|$)/.test(text)) {
      throw new NodeUnreachableError(`The answer of ${hostOf(url)} was cut off: try again.`, { details: method });
    }
    throw new BadAnswerError(`${hostOf(url)} does not answer like a Filecoin node: check the URL.`, {
      details: `${method}: HTTP ${status}: ${text.slice(0, 200)}`,
    });
  }
  if (!("error" in answer.data)) return answer.data.result;
  const { error } = answer.data;
  if (error.code === METHOD_NOT_FOUND)
    throw new MethodUnavailableError(method.replace(/^Filecoin\./, ""), { details: error.message });
  throw new NodeRefusedError(method, error);
}

async function readLimited(response: Response, limit: number, method: string): Promise<string> {
  if (response.body === null) return "";
  // A reader, because not every browser can iterate over a stream.
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      throw new BadAnswerError(`The answer to ${method} is larger than ${limit} bytes: ask for less at once.`);
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
