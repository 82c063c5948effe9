import { AUCTION_TERMS, formatFil, RefusedError } from "../../lib/index.ts";
import { nextReference, obstacle, readAuction, reportFall } from "../support/auction.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { openPool, optionFor, type PoolArguments, requireAuction } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface SellFilArguments extends SendingArguments, PoolArguments {}

/** Begins a lot with all FIL that a pool over a stablecoin has not sold. Anyone may. */
export async function sellFil(context: TaskContext, args: SellFilArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  const auction = requireAuction(pool);
  report.title(`Begin the sale of the FIL of the pool ${pool.symbol}`);
  const sender = await reportSender(context, args);
  const [state, { unsoldFil }] = await Promise.all([readAuction(context, auction), pool.reader.accounts()]);
  report.fact("unsoldFil", "FIL for sale", formatFil(unsoldFil), unsoldFil);
  reportFall(context, pool.asset, nextReference(state) * AUCTION_TERMS.startFactor);
  const why = obstacle(context, state);
  if (why !== undefined) throw new RefusedError(why);
  if (unsoldFil < state.minLot) {
    throw new RefusedError(
      `The pool has ${formatFil(unsoldFil)} to sell, and a lot is ${formatFil(state.minLot)} at least: bring income in with \`pool collect${optionFor(pool)}\` first.`,
    );
  }
  const step = callStep("FilAuction", auction.address, "start", [], `Begin lot ${state.lots + 1n}`);
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const number = eventValue(outcome.logs, "FilAuction", "LotStarted", "lot");
  if (typeof number !== "bigint") return;
  report.lines("");
  report.fact("lot", "number of the lot", number.toString(), number);
}

export default taskAction(sellFil);
