import { AbiCoder } from "ethers";

import { type Hex, type PoolAccounts, RefusedError } from "../../lib/index.ts";
import { quantity } from "../support/answers.ts";
import { callStep, eventValue } from "../support/calls.ts";
import type { Funds } from "../support/coin.ts";
import { execute, reportSteps, type Step } from "../support/execute.ts";
import { readPayee } from "../support/payee.ts";
import {
  allowanceOf,
  BPS,
  formatShares,
  leastOf,
  member,
  noteSettling,
  type OpenPool,
  openPool,
  type PoolArguments,
  reportFunds,
  short,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface DepositArguments extends SendingArguments, PoolArguments {
  readonly amount: string;
  /** Who gets the shares; the sender where it is left out. */
  readonly to: string | undefined;
}

/** What a deposit comes to. */
interface Entry {
  readonly amount: bigint;
  readonly me: Hex;
  readonly to: Hex;
  readonly minShares: bigint;
  readonly funds: Funds;
}

/** Shares that nobody holds, by which every price is a little lower: VIRTUAL_SHARES of the contract. */
const VIRTUAL_SHARES = 1_000_000n;

/** Joins a pool: with FIL in one transaction without an approval, with a coin by allowing exactly the amount first. */
export async function deposit(context: TaskContext, args: DepositArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  const { asset, reader } = pool;
  const amount = asset.parse(args.amount);
  const [accounts, least] = await Promise.all([reader.accounts(), reader.minDeposit()]);
  report.title(`Deposit ${asset.format(amount)} into the pool ${pool.symbol}`);
  const { sender, me } = await member(context, args);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, "shares")).evm;
  report.fact("to", "shares go to", args.to ?? to, to);
  report.fact("amount", "total to pay", asset.format(amount), amount);
  if (amount < least) {
    throw new RefusedError(
      `${asset.format(amount)} is less than the least deposit: pay in ${asset.format(least)} or more.`,
    );
  }
  const funds = await checkFunds(context, pool, me, amount);
  const minShares = await reportShares(context, pool, accounts, amount);
  await noteSettling(context, pool, accounts);

  const steps = await stepsOf(context, pool, { amount, me, to, minShares, funds });
  reportSteps(context, steps);
  const outcome = await execute(context, args, steps, sender);
  if (!outcome.sent) return;
  const got = eventValue(outcome.logs, "JointMiningPool", "Deposit", "shares");
  if (typeof got !== "bigint") return;
  report.lines("");
  report.fact("got", "shares that came", formatShares(pool, got), got);
}

/** Refuses who has too little; of a coin, tells what is there and what the pool may take already. */
async function checkFunds(context: TaskContext, pool: OpenPool, me: Hex, amount: bigint): Promise<Funds> {
  const funds = pool.asset.isFil ? await filOf(context, me) : await reportFunds(context, pool, me);
  if (funds.balance >= amount) return funds;
  throw new RefusedError(`${me} has only ${short(pool, funds.balance)}: send it more, or deposit less.`);
}

/** FIL comes along with a call: nobody takes it. */
async function filOf(context: TaskContext, me: Hex): Promise<Funds> {
  return { balance: quantity.parse(await context.eth("eth_getBalance", [me, "latest"])), allowed: 0n };
}

/** Shares, and what leaving at once would give. @returns the fewest shares that are accepted. */
async function reportShares(
  { report }: TaskContext,
  pool: OpenPool,
  accounts: PoolAccounts,
  amount: bigint,
): Promise<bigint> {
  const { reader } = pool;
  const [shares, supply, feeBps] = await Promise.all([
    reader.previewDeposit(amount),
    reader.totalSupply(),
    reader.exitFeeBps(),
  ]);
  report.fact("shares", "shares", formatShares(pool, shares), shares);
  const minShares = leastOf(shares);
  report.fact("minShares", "  refused below", formatShares(pool, minShares), minShares);
  report.fact("depositFee", "fee for entering", "none", 0n);
  // the same sums as the contract's
  const gross = (shares * (accounts.lower + amount + 1n)) / (supply + shares + VIRTUAL_SHARES);
  const fee = (gross * feeBps + BPS - 1n) / BPS;
  report.fact("leavingNow", "leaving at once gives", short(pool, gross - fee), gross - fee);
  report.fact("leavingFee", "  after a fee of", short(pool, fee), fee);
  report.fact("waiting", "people who wait to leave", formatShares(pool, accounts.waiting), accounts.waiting);
  return minShares;
}

/** FIL comes along with one call. A coin is allowed first; and whoever settles, a deposit of it does not. */
async function stepsOf(context: TaskContext, pool: OpenPool, entry: Entry): Promise<[Step, ...Step[]]> {
  const { asset, address, reader } = pool;
  const { amount, me, to, minShares, funds } = entry;
  const title = `Deposit ${asset.format(amount)}`;
  if (asset.isFil) return [callStep("JointMiningPool", address, "depositFil", [to, minShares], title, amount)];
  const approval = allowanceOf(pool, me, amount, funds);
  const settling = (await reader.isSettled())
    ? []
    : [{ ...callStep("JointMiningPool", address, "settle", [], "Book what machines earned"), standsAlone: true }];
  const last: Step = {
    ...callStep("JointMiningPool", address, "deposit", [amount, to], title),
    accepts: (returned) => requireShares(pool, minShares, returned),
  };
  const [first, ...rest] = [...approval, ...settling];
  return first === undefined ? [last] : [first, ...rest, last];
}

/** ERC-4626 knows no bound: what a deposit of a coin would bring is looked at before it is sent. */
function requireShares(pool: OpenPool, minShares: bigint, returned: Hex): void {
  const [shares] = AbiCoder.defaultAbiCoder().decode(["uint256"], returned).toArray() as bigint[];
  if (shares !== undefined && shares >= minShares) return;
  throw new RefusedError(
    `The deposit would bring ${formatShares(pool, shares ?? 0n)}, fewer than the ${formatShares(pool, minShares)} of the plan: look at the price again.`,
  );
}

export default taskAction(deposit);
