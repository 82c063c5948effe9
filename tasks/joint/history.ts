import { EPOCHS_PER_DAY, type Hex, UsageError } from "../../lib/index.ts";
import { evmFormOf } from "../support/Sender.ts";
import { sameAddress } from "../support/market.ts";
import { formatShares, poolEvents, type PoolEvent, poolReader, shortFil } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { CommonArguments, TaskContext } from "../support/TaskContext.ts";

export interface HistoryArguments extends CommonArguments {
  /** Only what this one did; everything where it is left out. */
  readonly address: string | undefined;
  readonly days: string;
}

/** The longest look back: each day is a question to the node. */
const MOST_DAYS = 90;

type Words = (args: Readonly<Record<string, unknown>>) => string;
const fil = (value: unknown): string => shortFil(value as bigint);
const shares = (value: unknown): string => formatShares(value as bigint);

/** What each event means to people; others are left out. */
const WORDS: Readonly<Record<string, Words>> = {
  Deposit: (e) => `deposit of ${fil(e.assets)} for ${shares(e.shares)}`,
  Withdraw: (e) => `paid ${fil(e.assets)} for ${shares(e.shares)}`,
  RedeemRequest: (e) => `ticket ${String(e.requestId)} for ${shares(e.shares)}`,
  TicketsPaid: (e) => `tickets paid: ${fil(e.assets)} for ${shares(e.shares)}; ${shares(e.stillWaiting)} still wait`,
  Settled: (e) => `booked: income ${fil(e.income)}, of which ${fil(e.amortised)} paid machines off`,
  Collected: (e) => `collected ${fil(e.amount)}`,
  MachineBought: (e) => `bought NFT ${String(e.id)} for ${fil(e.price)} (bid ${fil(e.bid)})`,
  MachineSold: (e) => `sold NFT ${String(e.id)} for ${fil(e.price)}`,
  MachineClosed: (e) => `NFT ${String(e.id)} is no machine any more; lost ${fil(e.lost)}`,
  MachineImpaired: (e) => `NFT ${String(e.id)} lost power: ${fil(e.writtenDown)} written down`,
};

/** What happened in the pool lately, or what one person did there. */
export async function history(context: TaskContext, args: HistoryArguments): Promise<void> {
  const { report, network, lotus } = context;
  const days = readDays(args.days);
  const who = args.address === undefined ? undefined : await evmFormOf(context, context.parseAddress(args.address));
  const pool = await poolReader(context);
  const to = (await lotus.chainHead()).Height;
  const span = BigInt(days) * EPOCHS_PER_DAY;
  const from = to > span ? to - span : 0n;
  report.title(`The pool's last ${days} ${days === 1 ? "day" : "days"}`);
  const events = await poolEvents(context, pool.address, from, to);
  const shown = events.filter((event) => event.name in WORDS && (who === undefined || concerns(event, who)));
  if (shown.length === 0) return report.fact("history", "history", "nothing happened", []);
  report.table(
    "history",
    "History",
    ["when", "epoch", "what"],
    shown.map(({ epoch, name, args: values }) => [
      network.clock.format(epoch),
      epoch.toString(),
      WORDS[name]?.(values) ?? name,
    ]),
    shown.map(({ epoch, name, args: values }) => ({ epoch, name, ...(values as Record<string, bigint | string>) })),
  );
}

/** Whether somebody gave, got, or asked. */
function concerns({ args }: PoolEvent, who: Hex): boolean {
  return ["sender", "owner", "receiver", "controller"].some((field) => {
    const value = args[field];
    return typeof value === "string" && sameAddress(value, who);
  });
}

function readDays(text: string): number {
  const days = Number(text);
  if (!/^\d{1,3}$/.test(text) || days < 1 || days > MOST_DAYS) {
    throw new UsageError(`"${text}" is not a number of days from 1 to ${MOST_DAYS}: type it like 7.`);
  }
  return days;
}

export default taskAction(history);
