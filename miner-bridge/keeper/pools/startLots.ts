import { Interface } from "ethers";

import { FilAuctionReader, type Hex, filAuctionAbi, frameOf } from "../../../lib/index.ts";
import { filOf } from "../../ops/index.ts";
import type { Duty } from "../KeeperDeps.ts";
import { eachPool } from "./eachPool.ts";

const START = new Interface(filAuctionAbi).encodeFunctionData("start") as Hex;

/**
 * Begins the auction of a stablecoin pool's FIL when there is enough for a lot and none sells; that ends the lot before,
 * sold or not. Bidding is nobody's duty: it would risk the keeper's own money.
 */
export const startLots: Duty = async (deps, _, act) => {
  await eachPool(deps, "startLots", async (pool) => {
    if (await pool.isFil()) return;
    const { unsoldFil } = await pool.accounts();
    deps.metrics.poolUnsold.set({ pool: pool.address }, filOf(unsoldFil));
    const to = await deps.targets.allowAuctionOf(pool.address);
    const auction = new FilAuctionReader(deps.pool.request, to);
    const [lot, minLot, now] = await Promise.all([auction.lot(), auction.minLot(), deps.eth.blockNumber()]);
    const frame = frameOf(now);
    const sells = lot.left > 0n && now < lot.end;
    const begunToday = lot.end > 0n && frameOf(lot.startedAt) === frame; // there is one lot a frame
    if (unsoldFil < minLot || sells || begunToday) return;
    await act({ purpose: `startLot:${pool.address}:${frame}`, to, data: START });
  });
};
