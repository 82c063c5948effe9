import { RefusedError, UsageError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { coinAt } from "../support/coin.ts";
import { execute, type Step } from "../support/execute.ts";
import { marketReader, parseOfferId, trader } from "../support/market.ts";
import { parseIds } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface CancelArguments extends SendingArguments {
  /** The NFT whose listing or auction ends. */
  readonly id: string | undefined;
  /** The offer that ends. */
  readonly offer: string | undefined;
  /** All listings and offers of the sender. */
  readonly all: boolean;
}

/** Ends a listing, an auction without bids, an offer, or all orders of the sender at once. */
export async function cancel(context: TaskContext, args: CancelArguments): Promise<void> {
  if ([args.id !== undefined, args.offer !== undefined, args.all].filter(Boolean).length !== 1) {
    throw new UsageError("Say what to cancel: the number of an NFT, --offer with the number of an offer, or --all.");
  }
  context.report.title("Cancel");
  const { sender } = await trader(context, args);
  const step = args.all
    ? await cancelAll(context)
    : args.offer !== undefined
      ? await cancelOffer(context, parseOfferId(args.offer))
      : await cancelSale(context, parseIds(args.id ?? "")[0] ?? 0n);
  await execute(context, args, [step], sender);
}

async function cancelAll({ report, ...context }: TaskContext): Promise<Step> {
  const { powerMarket } = await context.deployment();
  report.fact("what", "cancels", "all listings and offers of the sender");
  report.lines("", "Money of offers comes back by `market cancel --offer` for each of them.");
  return callStep("PowerMarket", powerMarket, "cancelAll", [], "Cancel all orders");
}

async function cancelOffer(context: TaskContext, offerId: bigint): Promise<Step> {
  const market = await marketReader(context);
  const offer = await market.offerOf(offerId);
  if (BigInt(offer.maker) === 0n) throw new RefusedError(`There is no offer ${offerId}: check the number.`);
  const coin = await coinAt(context, offer.coin);
  context.report.fact("back", "comes back to the maker", coin.format(offer.amount), offer.amount);
  return callStep("PowerMarket", market.address, "cancelOffer", [offerId], `Cancel offer ${offerId}`);
}

async function cancelSale(context: TaskContext, id: bigint): Promise<Step> {
  const market = await marketReader(context);
  const auction = await market.auctionOf(id);
  const isAuction = BigInt(auction.seller) !== 0n;
  const what = isAuction ? "auction" : "listing";
  context.report.fact("what", "cancels", `the ${what} of NFT ${id}`);
  const method = isAuction ? "cancelAuction" : "cancelListing";
  return callStep("PowerMarket", market.address, method, [id], `Cancel the ${what} of NFT ${id}`);
}

export default taskAction(cancel);
