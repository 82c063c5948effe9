import { ATTO_PER_FIL, FilAuctionReader, type PoolReader, frameOf } from "../../../lib/index.ts";
import type { Duty, KeeperDeps } from "../KeeperDeps.ts";
import { callOf, isWorthGas } from "./calls.ts";
import { eachPool } from "./eachPool.ts";

/** Pays who waits, when there is cash that is worth the gas. Settling and collecting pay tickets too. */
export const payTickets: Duty = async (deps, { head }, act) => {
  await eachPool(deps, "payTickets", async (pool) => {
    const [{ waiting }, supply] = await Promise.all([pool.accounts(), pool.totalSupply()]);
    deps.metrics.poolWaiting.set({ pool: pool.address }, supply === 0n ? 0 : Number(waiting) / Number(supply));
    if (waiting === 0n) return;
    const call = callOf(pool.address, "payTickets");
    const { assets } = await pool.payableTickets();
    if (assets === 0n || !(await isWorthGas(deps, call, await inFil(deps, pool, assets), 1))) return;
    await act({ purpose: `payTickets:${pool.address}:${frameOf(head.Height)}:${waiting}`, ...call });
  });
};

/** About what an amount of a pool's asset is worth, attoFIL, rounded down. */
async function inFil(deps: KeeperDeps, pool: PoolReader, assets: bigint): Promise<bigint> {
  if (await pool.isFil()) return assets;
  const auction = new FilAuctionReader(deps.pool.request, await pool.filAuction());
  return (assets * ATTO_PER_FIL) / (await auction.lastPrice());
}
