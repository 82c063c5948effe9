import { frameOf } from "../../../lib/index.ts";
import type { Duty } from "../KeeperDeps.ts";
import { callOf } from "./calls.ts";
import { eachPool } from "./eachPool.ts";

/** Settles each pool that has machines and that nobody has settled in this frame. */
export const settlePools: Duty = async (deps, { head }, act) => {
  await eachPool(deps, "settlePools", async (pool) => {
    const [{ machines, settledAt }, isSettled] = await Promise.all([pool.accounts(), pool.isSettled()]);
    const age = machines === 0n ? 0n : head.Height - settledAt;
    deps.metrics.poolUnsettled.set({ pool: pool.address }, Number(age));
    if (isSettled) return;
    const purpose = `settlePool:${pool.address}:${frameOf(head.Height)}`;
    await act({ purpose, ...callOf(pool.address, "settle") });
  });
};
