import { ExitCode } from "./exitCode.ts";

export interface ErrorContext {
  /** Facts behind the sentence, for whoever looks closer. */
  readonly details?: string;
  readonly cause?: unknown;
}

/** An error with a sentence for the user that says what to do, and the exit code that belongs to it. */
export abstract class ExplainedError extends Error {
  abstract override readonly name: string;
  abstract readonly exitCode: ExitCode;
  /** One sentence, without the details. */
  readonly shortMessage: string;
  readonly details: string | undefined;

  constructor(shortMessage: string, context: ErrorContext = {}) {
    super(
      context.details === undefined ? shortMessage : `${shortMessage}\n${context.details}`,
      context.cause === undefined ? undefined : { cause: context.cause },
    );
    this.shortMessage = shortMessage;
    this.details = context.details;
  }
}

/** What was asked for is not possible as things stand; nothing was sent. */
export class RefusedError extends ExplainedError {
  override readonly name: string = "RefusedError";
  override readonly exitCode = ExitCode.refused;
}

/** The command line, a typed value or the configuration is wrong. */
export class UsageError extends ExplainedError {
  override readonly name: string = "UsageError";
  override readonly exitCode = ExitCode.usage;
}

/** Something did not answer in time, or asked to be left alone for a while. */
export class TemporaryError extends ExplainedError {
  override readonly name: string = "TemporaryError";
  override readonly exitCode = ExitCode.temporary;
}

/** Something that must not happen did. */
export class FatalError extends ExplainedError {
  override readonly name: string = "FatalError";
  override readonly exitCode = ExitCode.fatal;
}
