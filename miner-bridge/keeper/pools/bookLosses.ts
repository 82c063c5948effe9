import { type Machine, PowerNftReader, frameOf, inBatches } from "../../../lib/index.ts";
import type { Duty } from "../KeeperDeps.ts";
import { callOf } from "./calls.ts";
import { eachPool } from "./eachPool.ts";

/** Impairs machines whose weight has fallen since the pool was settled, and gives up those whose loss is final. */
export const bookLosses: Duty = async (deps, _, act) => {
  const nft = new PowerNftReader(deps.pool.request, deps.config.powerNft);
  await eachPool(deps, "bookLosses", async (pool) => {
    const ids = await pool.machineIds();
    if (ids.length === 0) return;
    const [delay, now] = await Promise.all([pool.writeOffDelay(), deps.eth.blockNumber()]);
    const machines = await inBatches(ids, async (id) => {
      const [machine, said] = await Promise.all([pool.machineOf(id), nft.attestedWeightsOf(id)]);
      return { machine, said };
    });
    for (const { machine, said } of machines) {
      const { id, weight, expiry } = machine;
      const since = lostSince(machine, now);
      if (since !== undefined && now >= since + delay) {
        const purpose = `recogniseLoss:${pool.address}:${id}:${frameOf(now)}`;
        await act({ purpose, ...callOf(pool.address, "recogniseLoss", id) });
      } else if (now < expiry && said.last < weight) {
        const purpose = `impair:${pool.address}:${id}:${said.frame}:${said.last}`;
        await act({ purpose, ...callOf(pool.address, "impair", id) });
      }
    }
  });
};

/**
 * Since when a machine brings nothing: no report finds power, or it has expired. Settling ends an expired one that
 * brought all it earned.
 */
function lostSince({ expiry, idleSince, receivable }: Machine, now: bigint): bigint | undefined {
  if (now >= expiry) return receivable === 0n ? undefined : expiry;
  return idleSince === 0n ? undefined : idleSince;
}
