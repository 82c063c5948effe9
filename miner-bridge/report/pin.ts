import { type LotusClient, TemporaryError, type Tipset, referenceEpoch } from "../../lib/index.ts";
import type { PinnedTipset } from "../power/types.ts";

/** The state that a frame's report speaks of is not final yet. */
export class NotFinalError extends TemporaryError {
  override readonly name = "NotFinalError";
}

/**
 * The tipset of a frame: the first one at or after its reference epoch, which may be a null round. Its parent state is
 * what the report speaks of.
 *
 * @param finalized The final tipset from which the chain is seen.
 * @throws {NotFinalError}
 */
export async function pin(lotus: LotusClient, frame: number, finalized: Tipset): Promise<PinnedTipset> {
  const epoch = referenceEpoch(frame);
  if (epoch > finalized.Height) {
    throw new NotFinalError(
      `Frame ${frame} begins at epoch ${epoch}, but only epoch ${finalized.Height} is final: try again later.`,
    );
  }
  const { Cids, Height, Blocks } = await lotus.chainGetTipSetAfterHeight(epoch, finalized.Cids);
  const [block] = Blocks;
  if (block === undefined || Height < epoch || Height > finalized.Height) {
    throw new NotFinalError(`The node names epoch ${Height} for frame ${frame}: try again later, or use another node.`);
  }
  return { cids: Cids, height: Height, stateRoot: block.ParentStateRoot };
}
