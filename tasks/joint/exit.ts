import { type ExitPreview, RefusedError } from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readPayee } from "../support/payee.ts";
import {
  formatShares,
  incomeOf,
  leastOf,
  member,
  noteSettling,
  type OpenPool,
  openPool,
  optionFor,
  type PoolArguments,
  short,
  waitFor,
  waitOf,
  waitText,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface ExitArguments extends SendingArguments, PoolArguments {
  /** `all`, or money that the shares must bring. */
  readonly amount: string;
  /** Who is paid; the sender where it is left out. */
  readonly to: string | undefined;
}

/** Leaves the pool: what cash allows is paid at once, the rest becomes a ticket, first in, first out. */
export async function exit(context: TaskContext, args: ExitArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  const { asset, reader } = pool;
  const wanted = /^all$/i.test(args.amount.trim()) ? undefined : asset.parse(args.amount);
  report.title(
    wanted === undefined
      ? `Leave the pool ${pool.symbol}`
      : `Take ${asset.format(wanted)} out of the pool ${pool.symbol}`,
  );
  const { sender, me } = await member(context, args);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, asset.isFil ? "FIL" : "coins")).evm;
  report.fact("to", "paid to", args.to ?? to, to);
  const { shares, preview } = await sharesFor(pool, await reader.balanceOf(me), wanted);
  report.fact("shares", "shares that leave", formatShares(pool, shares), shares);
  report.fact("worth", "worth now, after the fee", short(pool, preview.worth), preview.worth);
  const least = leastOf(preview.worth);
  report.fact("least", "  refused below", short(pool, least), least);
  await reportOutcome(context, pool, preview);

  const title = `Leave with ${formatShares(pool, shares)}`;
  const method = asset.isFil ? "exitToFil" : "exit";
  const step = callStep("JointMiningPool", pool.address, method, [shares, to, least], title);
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const paid = eventValue(outcome.logs, "JointMiningPool", "Withdraw", "assets");
  const number = eventValue(outcome.logs, "JointMiningPool", "RedeemRequest", "requestId");
  report.lines("");
  if (typeof paid === "bigint") report.fact("paid", "paid now", asset.format(paid), paid);
  if (typeof number !== "bigint") return;
  const [{ pending }, epochs, policy] = await Promise.all([
    reader.ticketOf(number),
    reader.estimatedWait(number),
    reader.policy(),
  ]);
  const { worth } = await reader.previewExit(pending);
  const estimate = waitText(waitOf(epochs, policy.cautiousBps));
  const text = `${number} for about ${short(pool, worth)}, estimate ${estimate}`;
  report.fact("ticket", "ticket", text, number);
  report.lines(`  Take what it was paid with \`pool claim ${number}${optionFor(pool)}\`.`);
}

/** What would be paid at once, what would wait, and how long. */
async function reportOutcome(context: TaskContext, pool: OpenPool, preview: ExitPreview): Promise<void> {
  const { report } = context;
  const { reader } = pool;
  const [accounts, policy] = await Promise.all([reader.accounts(), reader.policy()]);
  await noteSettling(context, pool, accounts);
  report.fact("paidNow", "paid at once", short(pool, preview.assets), preview.assets);
  if (preview.waits === 0n) return report.fact("ticketFor", "ticket", "none: all is paid at once", 0n);
  const rest = preview.worth - preview.assets;
  const { worth: queue } = await reader.previewExit(preview.waits + accounts.waiting);
  const perDay = await incomeOf(pool, accounts);
  const wait = waitFor(queue - accounts.cash + preview.assets, perDay, policy.cautiousBps);
  report.fact("ticketFor", "ticket", `for ${short(pool, rest)}, estimate ${waitText(wait)}`, rest);
  report.fact("estimate", "  sooner when others join", "priced when it is paid, first in, first out", {
    leastDays: wait?.least ?? null,
    mostDays: wait?.most ?? null,
  });
}

/** The shares that bring so much, or all. @throws {RefusedError} when there are none, or too few. */
async function sharesFor(
  { asset, reader, symbol }: OpenPool,
  balance: bigint,
  wanted: bigint | undefined,
): Promise<{ shares: bigint; preview: ExitPreview }> {
  if (balance === 0n) {
    throw new RefusedError(
      `You hold no shares of the pool ${symbol}: name another sender with --from, or see \`pool status\`.`,
    );
  }
  const all = await reader.previewExit(balance);
  if (wanted === undefined) return { shares: balance, preview: all };
  if (wanted > all.worth) {
    throw new RefusedError(
      `Your shares are worth ${asset.format(all.worth)} now: take out that much at most, or \`all\`.`,
    );
  }
  const least = await reader.minDeposit();
  if (wanted < least && wanted < all.worth) {
    throw new RefusedError(
      `${asset.format(wanted)} is less than the least that leaves: take ${asset.format(least)}, or \`all\`.`,
    );
  }
  // rounded up, and one of the smallest units more, so that it brings no less than was asked for
  const rounded = ((wanted + 1n) * balance + all.worth - 1n) / all.worth;
  const shares = rounded < balance ? rounded : balance;
  return { shares, preview: await reader.previewExit(shares) };
}

export default taskAction(exit);
