import { formatFil, inBatches, RefusedError } from "../../lib/index.ts";
import { callStep, eventSum } from "../support/calls.ts";
import { execute, type Step } from "../support/execute.ts";
import { nftReader, parseIds } from "../support/nft.ts";
import { openPool, optionFor, type PoolArguments, shortFil } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface CollectArguments extends SendingArguments, PoolArguments {
  /** Numbers of NFTs; all machines where it is left out. */
  readonly ids: string | undefined;
}

/** Takes the income of machines into the pool, books it, and pays tickets. Anyone may. */
export async function collect(context: TaskContext, args: CollectArguments): Promise<void> {
  const { report } = context;
  const [pool, nft] = await Promise.all([openPool(context, args), nftReader(context)]);
  const { reader } = pool;
  const ids = args.ids === undefined ? await reader.machineIds() : parseIds(args.ids);
  if (ids.length === 0) throw new RefusedError(`The pool ${pool.symbol} has no machine: nothing is to be collected.`);
  report.title(`Collect the income of the machines of the pool ${pool.symbol}`);
  const sender = await reportSender(context, args);
  const found = await inBatches([...ids], async (id) => {
    const [income, guarantee] = await Promise.all([nft.payableOf(id), nft.guaranteeOf(id)]);
    return { id, payable: income + guarantee.payableNow };
  });
  for (const { id, payable } of found) report.fact(`nft${id}`, `NFT ${id} can be paid`, formatFil(payable), payable);
  const total = found.reduce((sum, { payable }) => sum + payable, 0n);
  report.fact("amount", "total", formatFil(total), total);
  const { waiting, unsoldFil } = await reader.accounts();
  if (pool.auction !== undefined) {
    report.fact("unsoldFil", "FIL that is not sold yet", shortFil(unsoldFil), unsoldFil);
  }
  const settled = await reader.isSettled();
  if (total === 0n && settled && waiting === 0n) {
    throw new RefusedError(
      "Machines can be paid nothing now: `miner harvest` takes what is owed out of their miner first.",
    );
  }
  const last = callStep("JointMiningPool", pool.address, "collect", [ids], "Collect the income, and pay tickets");
  const steps: [Step, ...Step[]] = [{ ...last, standsAlone: true }];
  if (!settled) steps.unshift(callStep("JointMiningPool", pool.address, "settle", [], "Book what machines earned"));
  const outcome = await execute(context, args, steps, sender);
  if (!outcome.sent) return;
  report.lines("");
  const collected = eventSum(outcome.logs, "JointMiningPool", "Collected", "amount");
  report.fact("collected", "collected", formatFil(collected), collected);
  const paid = eventSum(outcome.logs, "JointMiningPool", "TicketsPaid", "assets");
  report.fact("ticketsPaid", "paid to tickets", pool.asset.format(paid), paid);
  if (pool.auction === undefined) return;
  const { unsoldFil: toSell } = await reader.accounts();
  report.fact("toSell", "FIL to be sold", formatFil(toSell), toSell);
  if (toSell < (await pool.auction.minLot())) return;
  report.lines(`  Anyone begins its sale with \`pool sell-fil${optionFor(pool)}\`.`);
}

export default taskAction(collect);
