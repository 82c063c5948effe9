import { Address, formatAddress, fromHex, inBatches } from "../../lib/index.ts";
import {
  BPS,
  formatShares,
  namedOrMe,
  openPool,
  optionFor,
  type PoolArguments,
  short,
  waitOf,
  waitText,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";

export interface StatusArguments extends PoolArguments {
  readonly address: string | undefined;
}

/** What somebody has in the pool: shares, what they bring, and tickets. */
export async function status(context: TaskContext, args: StatusArguments): Promise<void> {
  const { report, network } = context;
  const pool = await openPool(context, args);
  const { reader } = pool;
  const who = await namedOrMe(context, args.address);
  report.title(`A share in the pool ${pool.symbol}`);
  const shares = await reader.balanceOf(who);
  const [supply, preview, upper, policy, open] = await Promise.all([
    reader.totalSupply(),
    reader.previewExit(shares),
    reader.convertToAssets(shares),
    reader.policy(),
    reader.ticketsOf(who),
  ]);
  report.fact("holder", "holder", formatAddress(Address.fromEvmBytes(fromHex(who)), network.prefix), who);
  report.fact("shares", "shares", formatShares(pool, shares), shares);
  const part = supply === 0n ? 0n : (shares * BPS) / supply;
  report.fact("part", "of the pool", `${Number(part) / 100}%`, part);
  report.fact("upper", "at the price of entering", short(pool, upper), upper);
  report.fact("worth", "leaving gives", short(pool, preview.worth), preview.worth);
  report.fact("paidNow", "  of which at once", short(pool, preview.assets), preview.assets);
  if (open.length === 0) return report.fact("tickets", "tickets", "none", []);
  const tickets = await inBatches([...open], async (number) => ({
    number,
    ticket: await reader.ticketOf(number),
    wait: waitOf(await reader.estimatedWait(number), policy.cautiousBps),
  }));
  report.table(
    "tickets",
    "Tickets",
    ["ticket", "waits", "before it", "paid, to claim", "estimate"],
    tickets.map(({ number, ticket, wait }) => [
      number.toString(),
      formatShares(pool, ticket.pending),
      formatShares(pool, ticket.ahead),
      short(pool, ticket.assets),
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
  for (const { number } of paid)
    report.lines(`  Take what ticket ${number} was paid with \`pool claim ${number}${optionFor(pool)}\`.`);
}

export default taskAction(status);
