import { Address, formatAddress, fromHex, inBatches } from "../../lib/index.ts";
import { BPS, formatShares, namedOrMe, poolReader, shortFil, waitOf, waitText } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { CommonArguments, TaskContext } from "../support/TaskContext.ts";

export interface StatusArguments extends CommonArguments {
  readonly address: string | undefined;
}

/** What somebody has in the pool: shares, what they bring, and tickets. */
export async function status(context: TaskContext, args: StatusArguments): Promise<void> {
  const { report, network } = context;
  const pool = await poolReader(context);
  const who = await namedOrMe(context, args.address);
  report.title("A share in the pool");
  const shares = await pool.balanceOf(who);
  const [supply, preview, upper, policy, open] = await Promise.all([
    pool.totalSupply(),
    pool.previewExit(shares),
    pool.convertToAssets(shares),
    pool.policy(),
    pool.ticketsOf(who),
  ]);
  report.fact("holder", "holder", formatAddress(Address.fromEvmBytes(fromHex(who)), network.prefix), who);
  report.fact("shares", "shares", formatShares(shares), shares);
  const part = supply === 0n ? 0n : (shares * BPS) / supply;
  report.fact("part", "of the pool", `${Number(part) / 100}%`, part);
  report.fact("upper", "at the price of entering", shortFil(upper), upper);
  report.fact("worth", "leaving gives", shortFil(preview.worth), preview.worth);
  report.fact("paidNow", "  of which at once", shortFil(preview.assets), preview.assets);
  if (open.length === 0) return report.fact("tickets", "tickets", "none", []);
  const tickets = await inBatches([...open], async (number) => ({
    number,
    ticket: await pool.ticketOf(number),
    wait: waitOf(await pool.estimatedWait(number), policy.cautiousBps),
  }));
  report.table(
    "tickets",
    "Tickets",
    ["ticket", "waits", "before it", "paid, to claim", "estimate"],
    tickets.map(({ number, ticket, wait }) => [
      number.toString(),
      formatShares(ticket.pending),
      formatShares(ticket.ahead),
      shortFil(ticket.assets),
      ticket.pending === 0n ? "paid in full" : waitText(wait),
    ]),
    tickets.map(({ number, ticket, wait }) => ({
      number,
      pending: ticket.pending,
      ahead: ticket.ahead,
      claimable: ticket.assets,
      leastDays: wait?.least ?? null,
      mostDays: wait?.most ?? null,
    })),
  );
  const paid = tickets.filter(({ ticket }) => ticket.claimable > 0n);
  for (const { number } of paid) report.lines(`  Take what ticket ${number} was paid with \`pool claim ${number}\`.`);
}

export default taskAction(status);
