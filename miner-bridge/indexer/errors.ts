import { FatalError, UsageError } from "../../lib/index.ts";

/** A file is the history of something else than what is indexed now. */
export class WrongHistoryError extends UsageError {
  override readonly name = "WrongHistoryError";
  readonly path: string;
  readonly field: string;
  readonly found: string;
  readonly wanted: string;

  constructor(path: string, field: string, found: string, wanted: string) {
    super(
      `${path} is the history of another deployment (${field} ${found}, not ${wanted}): name another file for this one.`,
    );
    this.path = path;
    this.field = field;
    this.found = found;
    this.wanted = wanted;
  }
}

/** A file was written by a newer program. */
export class NewerHistoryError extends UsageError {
  override readonly name = "NewerHistoryError";
  readonly path: string;
  readonly version: number;

  constructor(path: string, version: number, known: number) {
    super(
      `${path} has version ${version}, but this program knows up to ${known}: use the newer program, or name another file.`,
    );
    this.path = path;
    this.version = version;
  }
}

/** A tipset that was final is not in the chain any more. */
export class HistoryChangedError extends FatalError {
  override readonly name = "HistoryChangedError";
  readonly epoch: bigint;
  readonly expected: string;
  readonly found: string;

  constructor(epoch: bigint, expected: string, found: string) {
    super(
      `The chain has changed at epoch ${epoch}, which was final: make sure that the node is on the right network, then remove the history's file and index again.`,
      { details: `tipset ${expected} has become ${found}` },
    );
    this.epoch = epoch;
    this.expected = expected;
    this.found = found;
  }
}

/** The events of a miner do not add up to what the ledger says: the node has gaps in its logs. */
export class HistoryIncompleteError extends FatalError {
  override readonly name = "HistoryIncompleteError";
  readonly minerId: bigint;
  readonly epoch: bigint;
  /** attoFIL. */
  readonly inEvents: bigint;
  readonly onChain: bigint;

  constructor(minerId: bigint, epoch: bigint, inEvents: bigint, onChain: bigint) {
    super(
      `The logs of f0${minerId} are incomplete up to epoch ${epoch}: begin at the deployment's epoch and use a node whose event index is complete (\`lotus index validate-backfill\`), then remove the history's file and index again.`,
      { details: `earned ${inEvents} attoFIL by its events, ${onChain} on chain` },
    );
    this.minerId = minerId;
    this.epoch = epoch;
    this.inEvents = inEvents;
    this.onChain = onChain;
  }
}

/** An event speaks of a miner or an NFT whose beginning is not in the history. */
export class MissingBeginningError extends FatalError {
  override readonly name = "MissingBeginningError";
  readonly epoch: bigint;
  /** `NFT 17` or `f01000`. */
  readonly subject: string;

  constructor(epoch: bigint, subject: string) {
    super(
      `Epoch ${epoch} speaks of ${subject}, of whose beginning the history knows nothing: begin at the deployment's epoch and use a node whose event index is complete, then remove the history's file and index again.`,
    );
    this.epoch = epoch;
    this.subject = subject;
  }
}
