import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

import { NodeUnreachableError } from "../../lib/index.ts";
import type { EndpointAddress } from "./Endpoint.ts";

/** An answer that comes in pieces. */
export interface StreamedAnswer {
  /** Who answers. */
  readonly url: string;
  /** HTTP status. */
  readonly status: number;
  readonly chunks: AsyncIterable<Buffer>;
}

/** Asks a node and hands its answer on as it comes, whatever its length. */
export type StreamRequest = (method: string, params: readonly unknown[]) => Promise<StreamedAnswer>;

/**
 * JSON-RPC over HTTP without `fetch`, whose web streams cost more than what they carry.
 *
 * @param timeoutMs How long the node may be silent, milliseconds.
 */
export function openStream({ url, token }: EndpointAddress, timeoutMs: number): StreamRequest {
  const { host, protocol } = new URL(url);
  const send = protocol === "https:" ? httpsRequest : httpRequest;
  return async (method, params) => {
    const unreachable = (cause: Error): NodeUnreachableError =>
      new NodeUnreachableError(`The node at ${host} did not answer: check that it runs, and try again.`, {
        details: `${method}: ${cause.message}`,
        cause,
      });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const sent = send(url, { method: "POST", timeout: timeoutMs, headers }, resolve);
      sent.once("timeout", () => sent.destroy(new Error(`silent for ${timeoutMs} ms`)));
      sent.once("error", (error) => reject(unreachable(error)));
      sent.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    });
    return { url, status: response.statusCode ?? 0, chunks: chunksOf(response, unreachable) };
  };
}

async function* chunksOf(response: IncomingMessage, failure: (cause: Error) => Error): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (cause) {
    throw failure(cause instanceof Error ? cause : new Error(String(cause)));
  }
}
