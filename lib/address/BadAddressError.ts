import { UsageError } from "../errors/ExplainedError.ts";

/** A typed address cannot be meant. */
export class BadAddressError extends UsageError {
  override readonly name = "BadAddressError";
}
