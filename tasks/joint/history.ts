import { EPOCHS_PER_DAY, type Hex, UsageError } from "../../lib/index.ts";
import { evmFormOf } from "../support/Sender.ts";
import { sameAddress } from "../support/market.ts";
import {
  formatShares,
  type OpenPool,
  openPool,
  type PoolArguments,
  poolEvents,
  type PoolEvent,
  short,
  shortFil,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";

export interface HistoryArguments extends PoolArguments {
  /** Only what this one did; everything where it is left out. */
  readonly address: string | undefined;
  readonly days: string;
}

/** The longest look back: each day is a question to the node. */
const MOST_DAYS = 90;

/** The values of an event as people read them. */
class Values {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #pool: OpenPool;

  constructor(pool: OpenPool, values: Readonly<Record<string, unknown>>) {
    this.#pool = pool;
    this.#values = values;
  }

  /** A plain number. */
  id(name: string): string {
    return String(this.#values[name]);
  }
  fil(name: string): string {
    return shortFil(this.#values[name] as bigint);
  }
  /** Of the pool's asset. */
  money(name: string): string {
    return short(this.#pool, this.#values[name] as bigint);
  }
  shares(name: string): string {
    return formatShares(this.#pool, this.#values[name] as bigint);
  }
}

/** What each event means to people; others are left out. */
const WORDS: Readonly<Record<string, (e: Values) => string>> = {
  Deposit: (e) => `deposit of ${e.money("assets")} for ${e.shares("shares")}`,
  Withdraw: (e) => `paid ${e.money("assets")} for ${e.shares("shares")}`,
  RedeemRequest: (e) => `ticket ${e.id("requestId")} for ${e.shares("shares")}`,
  TicketsPaid: (e) =>
    `tickets paid: ${e.money("assets")} for ${e.shares("shares")}; ${e.shares("stillWaiting")} still wait`,
  Settled: (e) => `booked: income ${e.fil("income")}, of which ${e.money("amortised")} paid machines off`,
  Collected: (e) => `collected ${e.fil("amount")}`,
  MachineBought: (e) => `bought NFT ${e.id("id")} for ${e.money("price")} (bid ${e.money("bid")})`,
  MachineSold: (e) => `sold NFT ${e.id("id")} for ${e.money("price")}`,
  MachineClosed: (e) => `NFT ${e.id("id")} is no machine any more; lost ${e.money("lost")}`,
  MachineImpaired: (e) => `NFT ${e.id("id")} lost power: ${e.money("writtenDown")} written down`,
  LotStarted: (e) => `lot ${e.id("lot")} began: ${e.fil("amount")} from ${e.money("startPrice")} a FIL downwards`,
  LotEnded: (e) => `lot ${e.id("lot")} ended: ${e.fil("sold")} sold for ${e.money("proceeds")}`,
  FilSold: (e) => `sold ${e.fil("amount")} for ${e.money("coins")}`,
};

/** What happened in the pool lately, or what one person did there. */
export async function history(context: TaskContext, args: HistoryArguments): Promise<void> {
  const { report, network, lotus } = context;
  const days = readDays(args.days);
  const who = args.address === undefined ? undefined : await evmFormOf(context, context.parseAddress(args.address));
  const pool = await openPool(context, args);
  const head = (await lotus.chainHead()).Height;
  const span = BigInt(days) * EPOCHS_PER_DAY;
  const from = head > span ? head - span : 0n;
  report.title(`The pool ${pool.symbol}: its last ${days} ${days === 1 ? "day" : "days"}`);
  const events = await poolEvents(context, pool, from);
  const shown = events.filter((event) => event.name in WORDS && (who === undefined || concerns(event, who)));
  if (shown.length === 0) return report.fact("history", "history", "nothing happened", []);
  report.table(
    "history",
    "History",
    ["when", "epoch", "what"],
    shown.map(({ epoch, name, args: values }) => [
      network.clock.format(epoch),
      epoch.toString(),
      WORDS[name]?.(new Values(pool, values)) ?? name,
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
