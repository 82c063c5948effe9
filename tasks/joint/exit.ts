import { type ExitPreview, formatFil, parseFil, type PoolReader, RefusedError } from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readPayee } from "../support/payee.ts";
import {
  formatShares,
  leastOf,
  member,
  noteSettling,
  poolReader,
  shortFil,
  waitFor,
  waitOf,
  waitText,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface ExitArguments extends SendingArguments {
  /** `all`, or FIL that the shares must bring. */
  readonly amount: string;
  /** Who is paid; the sender where it is left out. */
  readonly to: string | undefined;
}

/** Leaves the pool: what cash allows is paid at once, the rest becomes a ticket, first in, first out. */
export async function exit(context: TaskContext, args: ExitArguments): Promise<void> {
  const { report } = context;
  const wanted = /^all$/i.test(args.amount.trim()) ? undefined : parseFil(args.amount);
  const pool = await poolReader(context);
  report.title(wanted === undefined ? "Leave the pool" : `Take ${formatFil(wanted)} out of the pool`);
  const { sender, me } = await member(context, args);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, "FIL")).evm;
  report.fact("to", "paid to", args.to ?? to, to);
  const { shares, preview } = await sharesFor(pool, await pool.balanceOf(me), wanted);
  report.fact("shares", "shares that leave", formatShares(shares), shares);
  report.fact("worth", "worth now, after the fee", shortFil(preview.worth), preview.worth);
  const least = leastOf(preview.worth);
  report.fact("least", "  refused below", shortFil(least), least);
  await reportOutcome(context, pool, preview);

  const title = `Leave with ${formatShares(shares)}`;
  const step = callStep("JointMiningPool", pool.address, "exitToFil", [shares, to, least], title);
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const paid = eventValue(outcome.logs, "JointMiningPool", "Withdraw", "assets");
  const number = eventValue(outcome.logs, "JointMiningPool", "RedeemRequest", "requestId");
  report.lines("");
  if (typeof paid === "bigint") report.fact("paid", "paid now", formatFil(paid), paid);
  if (typeof number !== "bigint") return;
  const [{ pending }, epochs, policy] = await Promise.all([
    pool.ticketOf(number),
    pool.estimatedWait(number),
    pool.policy(),
  ]);
  const { worth } = await pool.previewExit(pending);
  const estimate = waitText(waitOf(epochs, policy.cautiousBps));
  const text = `${number} for about ${shortFil(worth)}, estimate ${estimate}`;
  report.fact("ticket", "ticket", text, number);
  report.lines(`  Take what it was paid with \`pool claim ${number}\`.`);
}

/** What would be paid at once, what would wait, and how long. */
async function reportOutcome(context: TaskContext, pool: PoolReader, preview: ExitPreview): Promise<void> {
  const { report } = context;
  const [accounts, policy] = await Promise.all([pool.accounts(), pool.policy()]);
  await noteSettling(context, pool, accounts);
  report.fact("paidNow", "paid at once", shortFil(preview.assets), preview.assets);
  if (preview.waits === 0n) return report.fact("ticketFor", "ticket", "none: all is paid at once", 0n);
  const rest = preview.worth - preview.assets;
  const { worth: queue } = await pool.previewExit(preview.waits + accounts.waiting);
  const wait = waitFor(queue - accounts.cash + preview.assets, accounts.expectedPerDay, policy.cautiousBps);
  report.fact("ticketFor", "ticket", `for ${shortFil(rest)}, estimate ${waitText(wait)}`, rest);
  report.fact("estimate", "  sooner when others join", "priced when it is paid, first in, first out", {
    leastDays: wait?.least ?? null,
    mostDays: wait?.most ?? null,
  });
}

/** The shares that bring so much, or all. @throws {RefusedError} when there are none, or too few. */
async function sharesFor(
  pool: PoolReader,
  balance: bigint,
  wanted: bigint | undefined,
): Promise<{ shares: bigint; preview: ExitPreview }> {
  if (balance === 0n) {
    throw new RefusedError("You hold no shares of the pool: name another sender with --from, or see `pool status`.");
  }
  const all = await pool.previewExit(balance);
  if (wanted === undefined) return { shares: balance, preview: all };
  if (wanted > all.worth) {
    throw new RefusedError(
      `Your shares are worth ${formatFil(all.worth)} now: take out that much at most, or \`all\`.`,
    );
  }
  const least = await pool.minDeposit();
  if (wanted < least && wanted < all.worth) {
    throw new RefusedError(
      `${formatFil(wanted)} is less than the least that leaves: take ${formatFil(least)}, or \`all\`.`,
    );
  }
  // rounded up, and one FIL's smallest unit more, so that it brings no less than was asked for
  const rounded = ((wanted + 1n) * balance + all.worth - 1n) / all.worth;
  const shares = rounded < balance ? rounded : balance;
  return { shares, preview: await pool.previewExit(shares) };
}

export default taskAction(exit);
