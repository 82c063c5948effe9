import {
  AUCTION_TERMS,
  ATTO_PER_FIL,
  formatFil,
  formatSpan,
  parseFil,
  priceAfter,
  RefusedError,
  UsageError,
} from "../../lib/index.ts";
import { type AuctionState, readAuction } from "../support/auction.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { execute, reportSteps } from "../support/execute.ts";
import { readPayee } from "../support/payee.ts";
import {
  allowanceOf,
  member,
  type OpenPool,
  openPool,
  optionFor,
  type PoolArguments,
  reportFunds,
  requireAuction,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface BuyFilArguments extends SendingArguments, PoolArguments {
  /** FIL, or `all` that is left. */
  readonly amount: string;
  /** The most that one FIL may cost; its price now where it is left out. */
  readonly maxPrice: string | undefined;
  /** Who gets the FIL; the sender where it is left out. */
  readonly to: string | undefined;
}

/** Buys FIL of a stablecoin pool's lot, at the price of the moment or less. */
export async function buyFil(context: TaskContext, args: BuyFilArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  const { asset } = pool;
  const auction = requireAuction(pool);
  const state = await readAuction(context, auction);
  if (state.price === 0n) {
    throw new RefusedError(`No lot sells now: see \`pool auction${optionFor(pool)}\` for when one can begin.`);
  }
  const amount = readAmount(args.amount, state);
  const maxPrice = args.maxPrice === undefined ? state.price : asset.parse(args.maxPrice);
  const coins = (amount * state.price + ATTO_PER_FIL - 1n) / ATTO_PER_FIL;
  report.title(`Buy ${formatFil(amount)} of the pool ${pool.symbol}`);
  const { sender, me } = await member(context, args);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, "FIL")).evm;
  report.fact("to", "FIL goes to", args.to ?? to, to);
  report.fact("amount", "FIL", `${formatFil(amount)} of ${formatFil(state.lot.left)} that are left`, amount);
  reportPrice(context, pool, state);
  report.fact("coins", "total to pay", asset.format(coins), coins);
  report.fact("maxPrice", "  refused above", `${asset.format(maxPrice)} for one FIL`, maxPrice);
  const funds = await reportFunds(context, pool, me);
  if (state.price > maxPrice) {
    throw new RefusedError(
      `One FIL costs ${asset.format(state.price)} now, more than the ${asset.format(maxPrice)} of --max-price: ${waitText(context, state, maxPrice)}.`,
    );
  }
  const last = callStep(
    "FilAuction",
    auction.address,
    "buy",
    [amount, maxPrice, to],
    `Buy ${formatFil(amount)} for ${asset.format(coins)} at most`,
  );
  const [first, ...rest] = [...allowanceOf(pool, me, coins, funds), last];
  reportSteps(context, [first, ...rest]);
  const outcome = await execute(context, args, [first, ...rest], sender);
  if (!outcome.sent) return;
  const paid = eventValue(outcome.logs, "FilAuction", "LotSold", "coins");
  if (typeof paid !== "bigint") return;
  report.lines("");
  report.fact("got", "FIL that came", formatFil(amount), amount);
  report.fact("paid", "paid", asset.format(paid), paid);
}

/** The least purchase is one FIL, or what is left where that is less. */
function readAmount(text: string, { lot: { left }, minLot }: AuctionState): bigint {
  if (/^all$/i.test(text.trim())) return left;
  const amount = parseFil(text);
  const least = left < minLot ? left : minLot;
  if (amount > left || (amount < least && amount !== left)) {
    throw new UsageError(
      `${formatFil(amount)} cannot be bought: choose ${formatFil(least)} to ${formatFil(left)}, or all.`,
    );
  }
  return amount;
}

function reportPrice({ report, network }: TaskContext, { asset }: OpenPool, { lot, price, head }: AuctionState): void {
  const final = priceAfter(lot.startPrice, lot.end - 1n - lot.startedAt);
  const halved = priceAfter(lot.startPrice, head + AUCTION_TERMS.halving - lot.startedAt);
  report.fact("price", "one FIL costs now", asset.format(price), price);
  report.fact("halved", `  in ${formatSpan(AUCTION_TERMS.halving)}`, asset.format(halved), halved);
  report.fact("fallsTo", "  falls to", `${asset.format(final)} at ${network.clock.format(lot.end)}`, final);
}

/** When a lot's price has fallen to what somebody pays. */
function waitText({ network }: TaskContext, { lot }: AuctionState, maxPrice: bigint): string {
  let early = lot.startedAt;
  let late = lot.end;
  // prices fall with time: the first epoch at which it suffices
  while (early < late) {
    const middle = (early + late) / 2n;
    if (priceAfter(lot.startPrice, middle - lot.startedAt) <= maxPrice) late = middle;
    else early = middle + 1n;
  }
  if (early >= lot.end) return "this lot does not fall so far; pay more, or wait for another";
  return `it falls to that at ${network.clock.format(early)} (epoch ${early}) if something is left`;
}

export default taskAction(buyFil);
