import { formatFil } from "../../lib/index.ts";
import { obstacle, reportAuction } from "../support/auction.ts";
import { openPool, optionFor, type PoolArguments, requireAuction } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";

/** The auction in which a pool over a stablecoin sells its FIL. */
export async function auction(context: TaskContext, args: PoolArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  const reader = requireAuction(pool);
  report.title(`The auction of the FIL of the pool ${pool.symbol}`);
  const state = await reportAuction(context, reader, pool.asset);
  const { unsoldFil } = await pool.reader.accounts();
  report.fact("unsoldFil", "FIL that is not sold yet", formatFil(unsoldFil), unsoldFil);
  report.lines(
    state.price !== 0n
      ? `  Anyone buys of it with \`pool buy-fil 10${optionFor(pool)}\`.`
      : `  ${obstacle(context, state) ?? `Anyone begins the next lot with \`pool sell-fil${optionFor(pool)}\`.`}`,
  );
}

export default taskAction(auction);
