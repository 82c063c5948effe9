import { RefusedError } from "../../lib/index.ts";
import type { Vault } from "../state/index.ts";
import type { DutyName, KeeperDeps } from "./KeeperDeps.ts";

/**
 * Does something for every enrolled miner. One that is refused (it does not exist any more, its state cannot be read)
 * stops no other.
 */
export async function eachMiner(
  { state, log, metrics }: KeeperDeps,
  duty: DutyName,
  deed: (vault: Vault) => Promise<void>,
): Promise<void> {
  for (const vault of state.discovered.vaults()) {
    try {
      await deed(vault);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      metrics.duties.inc({ duty, outcome: "failed" });
      const { minerId } = vault;
      log.warn(
        { event: "keeper.passedOver", duty, minerId, reason: error.shortMessage },
        `${duty}: passes f0${minerId} over`,
      );
    }
  }
}
