import { type ErrorContext, FatalError, RefusedError, TemporaryError, UsageError } from "../errors/ExplainedError.ts";

/** The node did not answer, or asked to be asked later. */
export class NodeUnreachableError extends TemporaryError {
  override readonly name = "NodeUnreachableError";
}

/** The node wants a token that it was not given, or another one. */
export class NotAuthorizedError extends UsageError {
  override readonly name = "NotAuthorizedError";
}

/** The node does not serve this method; public gateways leave many out. */
export class MethodUnavailableError extends UsageError {
  override readonly name = "MethodUnavailableError";
  readonly method: string;

  constructor(method: string, context: ErrorContext = {}) {
    super(
      `The node does not offer ${method}: use a node of your own (LOTUS_RPC_URL), public gateways leave it out.`,
      context,
    );
    this.method = method;
  }
}

/** The node answered with an error: what was asked is not possible there. */
export class NodeRefusedError extends RefusedError {
  override readonly name = "NodeRefusedError";
  readonly method: string;
  readonly code: number;
  /** What came with the error; for a revert the bytes that the contract gave. */
  readonly data: unknown;

  constructor(method: string, error: { code: number; message: string; data?: unknown }) {
    super(`The node refused ${method}: ${error.message}`, { details: `JSON-RPC error ${error.code}` });
    this.method = method;
    this.code = error.code;
    this.data = error.data;
  }
}

/** The node answered something that is not what Lotus answers. */
export class BadAnswerError extends FatalError {
  override readonly name = "BadAnswerError";
}
