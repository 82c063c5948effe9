import { RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { sameAddress } from "../support/market.ts";
import { readPayee } from "../support/payee.ts";
import {
  formatShares,
  member,
  openPool,
  optionFor,
  parseTicket,
  type PoolArguments,
  waitOf,
  waitText,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface ClaimArguments extends SendingArguments, PoolArguments {
  readonly ticket: string;
  /** Who is paid; the sender where it is left out. */
  readonly to: string | undefined;
}

/** Takes what a ticket was paid. The pool pays a person's tickets in their order, so older ones are claimed along. */
export async function claim(context: TaskContext, args: ClaimArguments): Promise<void> {
  const { report } = context;
  const number = parseTicket(args.ticket);
  const pool = await openPool(context, args);
  const { asset, reader } = pool;
  report.title(`Claim what ticket ${number} of the pool ${pool.symbol} was paid`);
  const { sender, me } = await member(context, args);
  const ticket = await reader.ticketOf(number);
  if (BigInt(ticket.controller) === 0n) {
    throw new RefusedError(`There is no ticket ${number}: it was claimed in full, or never made; see \`pool status\`.`);
  }
  if (!sameAddress(ticket.controller, me)) {
    throw new RefusedError(`Ticket ${number} belongs to ${ticket.controller}: send from there with --from.`);
  }
  const to = args.to === undefined ? me : (await readPayee(context, args.to, asset.isFil ? "FIL" : "coins")).evm;
  report.fact("to", "paid to", args.to ?? to, to);
  report.fact("pending", "still waits", formatShares(pool, ticket.pending), ticket.pending);
  if (ticket.claimable === 0n) {
    const [epochs, policy] = await Promise.all([reader.estimatedWait(number), reader.policy()]);
    throw new RefusedError(
      `Ticket ${number} was not paid yet (estimate: ${waitText(waitOf(epochs, policy.cautiousBps))}): ` +
        `try again then; \`pool collect${optionFor(pool)}\` brings in what machines can pay` +
        (asset.isFil ? "." : `, and \`pool sell-fil${optionFor(pool)}\` sells it.`),
    );
  }
  const open = await reader.ticketsOf(me);
  const older = open.slice(0, open.indexOf(number));
  const along = await Promise.all(older.map(async (id) => ({ id, ticket: await reader.ticketOf(id) })));
  for (const { id, ticket: other } of along) {
    report.fact(`ticket${id}`, `ticket ${id} goes along`, asset.format(other.assets), other.assets);
  }
  const all = [...along.map((each) => each.ticket), ticket];
  const shares = all.reduce((sum, { claimable }) => sum + claimable, 0n);
  const assets = all.reduce((sum, each) => sum + each.assets, 0n);
  report.fact("amount", "total to be paid", asset.format(assets), assets);
  const title = `Claim ${asset.format(assets)}`;
  const method = asset.isFil ? "redeemToFil" : "redeem";
  const step = callStep("JointMiningPool", pool.address, method, [shares, to, me], title);
  await execute(context, args, [step], sender);
}

export default taskAction(claim);
