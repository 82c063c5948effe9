import { z } from "zod";

import { formatFil, parseFil, RefusedError } from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readPayee } from "../support/payee.ts";
import { BPS, formatShares, leastOf, member, noteSettling, poolReader, shortFil } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface DepositArguments extends SendingArguments {
  readonly amount: string;
  /** Who gets the shares; the sender where it is left out. */
  readonly to: string | undefined;
}

/** Shares that nobody holds, by which every price is a little lower: VIRTUAL_SHARES of the contract. */
const VIRTUAL_SHARES = 1_000_000n;

const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/);

/** Joins the pool with FIL: one transaction, no approval. */
export async function deposit(context: TaskContext, args: DepositArguments): Promise<void> {
  const { report } = context;
  const amount = parseFil(args.amount);
  const pool = await poolReader(context);
  const [accounts, supply, least, feeBps] = await Promise.all([
    pool.accounts(),
    pool.totalSupply(),
    pool.minDeposit(),
    pool.exitFeeBps(),
  ]);
  report.title(`Deposit ${formatFil(amount)} into the pool`);
  const { sender, me } = await member(context, args);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, "shares")).evm;
  report.fact("to", "shares go to", args.to ?? to, to);
  report.fact("amount", "total to pay", formatFil(amount), amount);
  if (amount < least) {
    throw new RefusedError(`${formatFil(amount)} is less than the least deposit: pay in ${formatFil(least)} or more.`);
  }
  const balance = BigInt(quantity.parse(await context.eth("eth_getBalance", [me, "latest"])));
  if (balance < amount) {
    throw new RefusedError(`${me} has only ${shortFil(balance)}: send it more, or deposit less.`);
  }

  const shares = await pool.previewDeposit(amount);
  report.fact("shares", "shares", formatShares(shares), shares);
  const minShares = leastOf(shares);
  report.fact("minShares", "  refused below", formatShares(minShares), minShares);
  report.fact("depositFee", "fee for entering", "none", 0n);
  // the same sums as the contract's
  const gross = (shares * (accounts.lower + amount + 1n)) / (supply + shares + VIRTUAL_SHARES);
  const fee = (gross * feeBps + BPS - 1n) / BPS;
  report.fact("leavingNow", "leaving at once gives", shortFil(gross - fee), gross - fee);
  report.fact("leavingFee", "  after a fee of", shortFil(fee), fee);
  report.fact("waiting", "people who wait to leave", formatShares(accounts.waiting), accounts.waiting);
  await noteSettling(context, pool, accounts);

  const step = callStep(
    "JointMiningPool",
    pool.address,
    "depositFil",
    [to, minShares],
    `Deposit ${formatFil(amount)}`,
    amount,
  );
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const got = eventValue(outcome.logs, "JointMiningPool", "Deposit", "shares");
  if (typeof got !== "bigint") return;
  report.lines("");
  report.fact("got", "shares that came", formatShares(got), got);
}

export default taskAction(deposit);
