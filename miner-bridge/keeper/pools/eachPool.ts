import { BadAnswerError, ExplainedError, PoolReader, RefusedError, TemporaryError } from "../../../lib/index.ts";
import type { DutyName, RoundDeps } from "../KeeperDeps.ts";

/**
 * Does something for every pool of the settings that no transaction is under way to: each one changes what is due, so
 * that a pool gets one at a time, and what was simulated holds when it is carried out. A pool that is refused, or whose
 * questions are not answered, stops no other.
 *
 * @throws what is wrong with the node itself.
 */
export async function eachPool(
  { config, eth, outbox, pool: node, log, metrics, silentPools }: RoundDeps,
  duty: DutyName,
  deed: (pool: PoolReader) => Promise<void>,
): Promise<void> {
  for (const address of config.jointMiningPools) {
    if (silentPools.has(address) || outbox.awaits(address)) continue;
    try {
      await deed(new PoolReader(node.request, address));
    } catch (error) {
      if (!mayBeOfThePool(error)) throw error;
      await eth.blockNumber(); // a node that is away fails here too
      if (error instanceof TemporaryError) silentPools.add(address);
      metrics.duties.inc({ duty, outcome: "failed" });
      log.warn(
        { event: "keeper.passedOver", duty, pool: address, reason: error.shortMessage },
        `${duty}: passes pool ${address} over`,
      );
    }
  }
}

function mayBeOfThePool(error: unknown): error is ExplainedError {
  return error instanceof RefusedError || error instanceof BadAnswerError || error instanceof TemporaryError;
}
