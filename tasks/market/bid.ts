import { RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { allowanceSteps, coinAt } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import {
  type BoundsArguments,
  boundsAround,
  marketReader,
  reportBounds,
  reportNft,
  trader,
} from "../support/market.ts";
import { nftReader, parseIds, readNft } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface BidArguments extends SendingArguments, BoundsArguments {
  readonly id: string;
  readonly amount: string;
}

/** Bids for an auctioned NFT. The money is put aside; when somebody bids more it is the bidder's credit. */
export async function bid(context: TaskContext, args: BidArguments): Promise<void> {
  const { report, network } = context;
  const [id = 0n] = parseIds(args.id);
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);
  const [held, auction] = await Promise.all([readNft(context, nft, id), market.auctionOf(id)]);
  if (BigInt(auction.seller) === 0n) {
    throw new RefusedError(`NFT ${id} is not auctioned: see \`market show ${id}\` for how it can be bought.`);
  }
  const coin = await coinAt(context, auction.coin);
  const amount = coin.parse(args.amount);
  const bounds = boundsAround(context, args, held.power);

  report.title(`Bid for NFT ${id}`);
  const { sender, me } = await trader(context, args);
  await reportNft(context, nft, held);
  reportBounds(context, bounds);
  report.fact("nextBid", "least bid", coin.format(auction.nextBid), auction.nextBid);
  report.fact("amount", "total to pay", coin.format(amount), amount);
  report.fact("end", "ends", `${network.clock.format(auction.end)} (epoch ${auction.end})`, auction.end);
  if (amount < auction.nextBid) {
    throw new RefusedError(`A bid of ${coin.format(amount)} is too low: bid at least ${coin.format(auction.nextBid)}.`);
  }
  const value = coin.isFil ? amount : undefined;
  const call = [id, coin.address, amount, bounds];
  const last = callStep("PowerMarket", market.address, "bid", call, `Bid for NFT ${id}`, value);
  const [first, ...rest] = [...(await allowanceSteps(context, coin, me, amount)), last];
  await execute(context, args, [first, ...rest], sender);
}

export default taskAction(bid);
