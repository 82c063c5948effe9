/** Codes of JSON-RPC, as Lotus uses them. */
export const RpcCode = {
  /** Any failure of a method; HTTP 200. */
  failed: 1,
  /** A contract reverted; `data` is what it gave back. HTTP 200. */
  reverted: 3,
  /** The actor does not exist. HTTP 200. */
  actorNotFound: 11,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  unreadable: -32700,
} as const;

/** An answer that is an error. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: string | undefined;

  constructor(code: number, message: string, data?: string) {
    super(message);
    this.code = code;
    this.data = data;
  }

  /** Lotus answers malformed requests with HTTP 500, failed ones with 200. */
  get httpStatus(): number {
    return this.code <= RpcCode.invalidRequest ? 500 : 200;
  }
}
