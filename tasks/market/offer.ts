import { UsageError } from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { allowanceSteps, IN_FIL, readCoin } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import {
  type BoundsArguments,
  boundsAround,
  marketReader,
  orderEnd,
  reportBounds,
  reportNft,
  trader,
} from "../support/market.ts";
import { readMiner } from "../support/miner.ts";
import { type HeldNft, nftReader, parseIds, readNft } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface OfferArguments extends SendingArguments, BoundsArguments {
  /** What is offered. */
  readonly amount: string;
  /** The NFT that it is for, or nothing with --miner. */
  readonly id: string | undefined;
  /** The miner, for any of its NFTs that meets the bounds. */
  readonly miner: string | undefined;
  readonly coin: string | undefined;
  readonly until: string | undefined;
}

/** Offers to buy an NFT, or any of a miner's that is good enough. The money is put aside until it is taken or cancelled. */
export async function offer(context: TaskContext, args: OfferArguments): Promise<void> {
  const { report, network } = context;
  if ((args.id === undefined) === (args.miner === undefined)) {
    throw new UsageError("Say what the offer is for: the number of an NFT, or --miner for any of a miner's.");
  }
  const coin = await readCoin(context, args.coin);
  const amount = coin.parse(args.amount);
  const until = await orderEnd(context, args.until);
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);

  report.title("Offer");
  const { sender, me } = await trader(context, args);
  let held: HeldNft | undefined;
  let minerId = 0n;
  if (args.id !== undefined) {
    held = await readNft(context, nft, parseIds(args.id)[0] ?? 0n);
    await reportNft(context, nft, held);
  } else {
    const miner = await readMiner(context, args.miner ?? "");
    minerId = miner.address.id;
    report.fact("miner", "for any NFT of", miner.name);
  }
  const bounds = boundsAround(context, args, held?.power);
  reportBounds(context, bounds);
  report.fact("amount", "total to pay", coin.format(amount), amount);
  report.fact("until", "until", `${network.clock.format(until)} (epoch ${until})`, until);

  const terms = {
    id: held?.id ?? 0n,
    minerId,
    coin: coin.address,
    amount,
    expiry: until,
    bounds,
    // filled in by the market
    maker: IN_FIL,
    feeBps: 0,
    open: false,
  };
  const value = coin.isFil ? amount : undefined;
  const last = callStep("PowerMarket", market.address, "offer", [terms], "Make the offer", value);
  const [first, ...rest] = [...(await allowanceSteps(context, coin, me, amount)), last];
  const outcome = await execute(context, args, [first, ...rest], sender);
  if (!outcome.sent) return;
  const made = eventValue(outcome.logs, "PowerMarket", "OfferMade", "offerId");
  if (typeof made !== "bigint") return;
  report.lines("");
  report.fact("offer", "number of the offer", made.toString(), made);
}

export default taskAction(offer);
