import { BadAnswerError, type LotusClient, NodeRefusedError, type Tipset } from "../../lib/index.ts";
import type { PinnedTipset } from "../power/types.ts";
import type { EndpointPool } from "./EndpointPool.ts";

/**
 * The state that the report of a reference epoch speaks of: the first tipset at or after it, once that is final.
 * Every endpoint is asked, each below the tipset that it calls final itself, and all must say the same.
 *
 * @returns undefined while no endpoint calls it final.
 * @throws {EndpointsDisagreeError} where two endpoints name different tipsets or states.
 */
export async function pinTipset(pool: EndpointPool, referenceEpoch: bigint): Promise<PinnedTipset | undefined> {
  try {
    return await pool.agreed(`the tipset of epoch ${referenceEpoch}`, async ({ lotus }) => {
      const final = await finalizedTipset(lotus);
      if (final === undefined || final.Height < referenceEpoch) throw new NotFinalError();
      const tipset = await lotus.chainGetTipSetAfterHeight(referenceEpoch, final.Cids);
      if (tipset.Height < referenceEpoch || tipset.Height > final.Height) {
        throw new BadAnswerError(
          `The node named the tipset of epoch ${tipset.Height} as the first one from ${referenceEpoch} to ${final.Height}: check its version.`,
        );
      }
      return { cids: tipset.Cids, height: tipset.Height, stateRoot: stateRootOf(tipset) };
    });
  } catch (error) {
    if (error instanceof NotFinalError) return undefined;
    throw error;
  }
}

/** A young network has no final tipset yet, and says so by an error. */
async function finalizedTipset(lotus: LotusClient): Promise<Tipset | undefined> {
  try {
    return await lotus.chainGetFinalizedTipSet();
  } catch (error) {
    if (error instanceof NodeRefusedError) return undefined;
    throw error;
  }
}

/** Of an endpoint that does not call the epoch final: no failure, and no answer either. */
class NotFinalError extends NodeRefusedError {
  constructor() {
    super("Filecoin.ChainGetFinalizedTipSet", { code: 1, message: "the epoch is not final yet" });
  }
}

/** The state before a tipset's messages: all its blocks are built on the same. */
function stateRootOf({ Blocks, Height }: Tipset): Tipset["Blocks"][number]["ParentStateRoot"] {
  const [first, ...others] = Blocks.map(({ ParentStateRoot }) => ParentStateRoot);
  if (first === undefined || others.some((root) => root["/"] !== first["/"])) {
    throw new BadAnswerError(`The blocks of tipset ${Height} are built on different states: the node is wrong.`);
  }
  return first;
}
