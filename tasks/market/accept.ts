import { formatPower, RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { coinAt } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import {
  approvalSteps,
  endListingSteps,
  marketReader,
  parseOfferId,
  reportNft,
  reportSplit,
  requireHolder,
  splitOf,
  trader,
} from "../support/market.ts";
import { nftReader, parseIds, readNft } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface AcceptArguments extends SendingArguments {
  readonly offer: string;
  /** The NFT that is sold to it. */
  readonly id: string;
}

/** Sells an NFT to an offer. */
export async function accept(context: TaskContext, args: AcceptArguments): Promise<void> {
  const { report } = context;
  const offerId = parseOfferId(args.offer);
  const [id = 0n] = parseIds(args.id);
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);
  const [held, offer] = await Promise.all([readNft(context, nft, id), market.offerOf(offerId)]);
  if (BigInt(offer.maker) === 0n) throw new RefusedError(`There is no offer ${offerId}: check the number.`);
  const coin = await coinAt(context, offer.coin);

  report.title(`Sell NFT ${id} to offer ${offerId}`);
  const { sender, me } = await trader(context, args, held.owner);
  await reportNft(context, nft, held);
  report.fact("price", "price", coin.format(offer.amount), offer.amount);
  reportSplit(context, coin, splitOf(offer.amount, offer.feeBps, held.power.royaltyBps));
  requireHolder(context, held, me);
  if (!offer.open)
    throw new RefusedError(`Offer ${offerId} has ended: look for another one with \`market show ${id}\`.`);
  if (held.power.weight < offer.bounds.minWeight) {
    throw new RefusedError(
      `Offer ${offerId} wants at least ${formatPower(offer.bounds.minWeight)}, but NFT ${id} earns with ${formatPower(held.power.weight)}.`,
    );
  }
  const last = callStep("PowerMarket", market.address, "accept", [offerId, id], `Sell NFT ${id}`);
  const [first, ...rest] = [
    ...(await endListingSteps(market, held)),
    ...(await approvalSteps(context, nft, held)),
    last,
  ];
  const outcome = await execute(context, args, [first, ...rest], sender);
  if (outcome.sent && !coin.isFil) report.lines("", "Your credit: `market withdraw` pays it out.");
}

export default taskAction(accept);
