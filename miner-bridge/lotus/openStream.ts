import { connect, isIP, type Socket, type TcpNetConnectOpts } from "node:net";
import { connect as connectSecurely } from "node:tls";

import { ExplainedError, NodeUnreachableError } from "../../lib/index.ts";
import type { EndpointAddress } from "./Endpoint.ts";
import { HttpAnswer } from "./HttpAnswer.ts";

/** How a streamed answer ended. */
export interface StreamEnd {
  /** Who answered. */
  readonly url: string;
  /** HTTP status. */
  readonly status: number;
}

/**
 * Asks a node and hands the body of its answer on as it comes, whatever its length.
 *
 * @param take Gets each piece. Pieces are lent: they hold something else after the call.
 */
export type StreamRequest = (
  method: string,
  params: readonly unknown[],
  take: (piece: Buffer) => void,
) => Promise<StreamEnd>;

/** The one buffer of a connection, bytes. */
const READ_AT_ONCE = 64 * 1024;

/**
 * JSON-RPC over HTTP without `fetch`, whose streams cost more than what they carry: each answer comes over a connection
 * of its own, through one buffer.
 *
 * @param timeoutMs How long the node may be silent, milliseconds.
 */
export function openStream({ url, token }: EndpointAddress, timeoutMs: number): StreamRequest {
  const { host } = new URL(url);
  return (method, params, take) =>
    new Promise((resolve, reject) => {
      const answer = new HttpAnswer(take);
      const settle = (step: () => void): void => {
        try {
          step();
          if (!answer.complete) return;
          resolve({ url, status: answer.status });
        } catch (error) {
          fail(error as Error);
        }
        socket.destroy();
      };
      const fail = (cause: Error): void => {
        if (cause instanceof ExplainedError) reject(cause);
        const what = `The node at ${host} did not answer: check that it runs, and try again.`;
        reject(new NodeUnreachableError(what, { details: `${method}: ${cause.message}`, cause }));
      };
      const buffer = Buffer.alloc(READ_AT_ONCE);
      const socket = connectTo(url, {
        buffer,
        callback: (length) => {
          settle(() => answer.read(buffer.subarray(0, length)));
          return true;
        },
      });
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`silent for ${timeoutMs} ms`)));
      socket.once("error", fail);
      socket.once("close", () => settle(() => answer.close()));
      socket.write(requestOf(url, token, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })));
    });
}

function connectTo(url: string, onread: TcpNetConnectOpts["onread"]): Socket {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (protocol !== "https:") return connect({ host, port: Number(port || 80), onread });
  // an address is no name that a certificate is asked for by
  const name = isIP(host) === 0 ? { servername: host } : {};
  const options = { host, port: Number(port || 443), ...name, ALPNProtocols: ["http/1.1"], onread };
  return connectSecurely(options);
}

function requestOf(url: string, token: string | undefined, body: string): string {
  const { host, pathname, search } = new URL(url);
  const head = [
    `POST ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
