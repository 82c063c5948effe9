import {
  ATTO_PER_FIL,
  AUCTION_TERMS,
  type FilAuctionReader,
  EPOCHS_PER_DAY,
  formatFil,
  formatSpan,
  type Lot,
  priceAfter,
} from "../../lib/index.ts";
import type { Coin } from "./coin.ts";
import type { TaskContext } from "./TaskContext.ts";

/** A pool's auction as it stands at the head of the chain. */
export interface AuctionState {
  readonly lot: Lot;
  readonly lots: bigint;
  /** Of one FIL now; 0 while no lot sells. */
  readonly price: bigint;
  readonly reference: bigint;
  /** The least lot and the least purchase, attoFIL. */
  readonly minLot: bigint;
  readonly head: bigint;
}

export async function readAuction(context: TaskContext, auction: FilAuctionReader): Promise<AuctionState> {
  const [lot, lots, price, reference, minLot, { Height: head }] = await Promise.all([
    auction.lot(),
    auction.lots(),
    auction.price(),
    auction.referencePrice(),
    auction.minLot(),
    context.lotus.chainHead(),
  ]);
  return { lot, lots, price, reference, minLot, head };
}

/** The reference once the lot of now is over: what it cleared at; half of the one before where it sold nothing. */
export function nextReference({ lot, price, reference }: AuctionState): bigint {
  if (price !== 0n || lot.left === 0n) return reference;
  if (lot.sold === 0n) return atLeastOne(reference / 2n);
  return atLeastOne((lot.proceeds * ATTO_PER_FIL) / lot.sold);
}

/** Why no lot can begin now; undefined where one can, as far as there is FIL. */
export function obstacle({ network }: TaskContext, { lot, lots, price, head }: AuctionState): string | undefined {
  if (lots === 0n) return undefined;
  if (price !== 0n) {
    return `Lot ${lots} still sells until ${network.clock.format(lot.end)}: buy of it with \`pool buy-fil\`, or wait.`;
  }
  const nextDay = (lot.startedAt / EPOCHS_PER_DAY + 1n) * EPOCHS_PER_DAY;
  if (head >= nextDay) return undefined;
  return `Today's lot is over, and there is one a day: start the next at ${network.clock.format(nextDay)} (epoch ${nextDay}) or later.`;
}

/** Says how the price of a lot to come falls. */
export function reportFall({ report }: TaskContext, coin: Coin, startPrice: bigint): void {
  const { startFactor, halving, duration } = AUCTION_TERMS;
  const last = priceAfter(startPrice, duration - 1n);
  report.fact(
    "startPrice",
    "  a lot begins at",
    `${coin.format(startPrice)} for one FIL, ${startFactor} x the reference`,
    startPrice,
  );
  report.fact("halving", "  halves every", formatSpan(halving), halving);
  report.fact("fallsTo", "  falls to", `${coin.format(last)} within ${formatSpan(duration)}, and ends`, last);
}

/** What sells now, or what was sold last. @returns what it is about. */
export async function reportAuction(
  context: TaskContext,
  auction: FilAuctionReader,
  coin: Coin,
): Promise<AuctionState> {
  const { report, network } = context;
  const state = await readAuction(context, auction);
  const [last, cautious] = await Promise.all([auction.lastPrice(), auction.cautiousPrice()]);
  const { lot, lots, price, head } = state;
  report.fact("auction", "auction of FIL", auction.address);
  report.fact("lot", "  lot", lotText(state), lots);
  if (price !== 0n) {
    const final = priceAfter(lot.startPrice, lot.end - 1n - lot.startedAt);
    report.fact("price", "  one FIL costs now", coin.format(price), price);
    report.fact("left", "  left", formatFil(lot.left), lot.left);
    report.fact("fallsTo", "  falls to", `${coin.format(final)} in ${formatSpan(lot.end - head)}`, final);
    report.fact("end", "  ends", `${network.clock.format(lot.end)} (epoch ${lot.end})`, lot.end);
  }
  if (lots !== 0n)
    report.fact("sold", "  sold of it", `${formatFil(lot.sold)} for ${coin.format(lot.proceeds)}`, {
      fil: lot.sold,
      coins: lot.proceeds,
    });
  const reference = nextReference(state);
  report.fact("reference", "  reference", `${coin.format(reference)} for one FIL`, reference);
  report.fact("lastPrice", "  last cleared at", coin.format(last), last);
  report.fact("cautiousPrice", "  bids go by", `${coin.format(cautious)}, the lowest of the last prices`, cautious);
  return state;
}

function lotText({ lots, price }: AuctionState): string {
  if (lots === 0n) return "none yet";
  return price === 0n ? `none sells; ${lots} so far` : `${lots} sells`;
}

function atLeastOne(price: bigint): bigint {
  return price > 1n ? price : 1n;
}
