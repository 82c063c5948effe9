import { FatalError } from "../../lib/index.ts";

/**
 * A block is the one that its content id names, and still not what the chain's state should hold there. Whoever reads
 * that state finds the same.
 */
export class BadStateError extends FatalError {
  override readonly name = "BadStateError";
}

/** There is no such actor in the state. Whoever reads that state finds the same. */
export class NoActorError extends FatalError {
  override readonly name = "NoActorError";
  readonly actorId: bigint;

  constructor(actorId: bigint) {
    super(`There is no actor f0${actorId} in this state: check the number.`);
    this.actorId = actorId;
  }
}
