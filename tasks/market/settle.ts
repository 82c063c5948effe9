import { RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { coinAt } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import { marketReader } from "../support/market.ts";
import { parseIds } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface SettleArguments extends SendingArguments {
  readonly id: string;
}

/** Ends an auction whose time is over. Anyone may. */
export async function settle(context: TaskContext, args: SettleArguments): Promise<void> {
  const { report } = context;
  const [id = 0n] = parseIds(args.id);
  const market = await marketReader(context);
  const auction = await market.auctionOf(id);
  if (BigInt(auction.seller) === 0n) throw new RefusedError(`NFT ${id} is not auctioned: check the number.`);
  const coin = await coinAt(context, auction.coin);
  report.title(`End the auction of NFT ${id}`);
  const sender = await reportSender(context, args);
  if (auction.bid === 0n) report.fact("outcome", "outcome", "nobody bid: the NFT goes back to its seller");
  else
    report.fact("outcome", "outcome", `highest bid is ${coin.format(auction.bid)} of ${auction.bidder}`, auction.bid);
  const step = callStep("PowerMarket", market.address, "settleAuction", [id], `End the auction of NFT ${id}`);
  await execute(context, args, [step], sender);
}

export default taskAction(settle);
