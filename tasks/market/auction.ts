import { EPOCHS_PER_DAY, RefusedError, UsageError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { readCoin } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import {
  approvalSteps,
  endListingSteps,
  marketReader,
  reportNft,
  reportSplit,
  requireHolder,
  splitOf,
  trader,
} from "../support/market.ts";
import { nftReader, parseIds, readNft } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface AuctionArguments extends SendingArguments {
  readonly id: string;
  /** The least first bid. */
  readonly reserve: string;
  readonly coin: string | undefined;
  /** How long, like 3d or 12h. */
  readonly duration: string;
}

const EPOCHS_PER_HOUR = EPOCHS_PER_DAY / 24n;

/** Auctions an NFT. It lies in the market until the end, and earns for its seller. */
export async function auction(context: TaskContext, args: AuctionArguments): Promise<void> {
  const { report, network, lotus } = context;
  const [id = 0n] = parseIds(args.id);
  const coin = await readCoin(context, args.coin);
  const reserve = coin.parse(args.reserve);
  const duration = parseDuration(args.duration);
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);
  const held = await readNft(context, nft, id);
  const end = (await lotus.chainHead()).Height + duration;

  report.title(`Auction NFT ${id}`);
  const { sender, me } = await trader(context, args, held.owner);
  await reportNft(context, nft, held);
  report.fact("reserve", "least first bid", coin.format(reserve), reserve);
  reportSplit(context, coin, splitOf(reserve, await market.feeBps(), held.power.royaltyBps));
  report.fact("end", "ends about", `${network.clock.format(end)} (epoch ${end})`, end);
  requireHolder(context, held, me);
  if (held.power.attestedAt === 0n) {
    throw new RefusedError(`Not attested yet: NFT ${id} earns after the next report; auction it then.`);
  }
  report.check("custody", "warn", "The NFT lies in the market until the end; without a bid you can take it back.");
  const call = [id, coin.address, reserve, duration];
  const last = callStep("PowerMarket", market.address, "auction", call, `Auction NFT ${id}`);
  const [first, ...rest] = [
    ...(await endListingSteps(market, held)),
    ...(await approvalSteps(context, nft, held)),
    last,
  ];
  await execute(context, args, [first, ...rest], sender);
}

function parseDuration(text: string): bigint {
  const match = /^(\d{1,3})\s*([dh])$/i.exec(text.trim());
  if (match?.[1] === undefined) throw new UsageError(`"${text}" is not a duration: type it like 3d or 12h.`);
  return BigInt(match[1]) * (match[2]?.toLowerCase() === "d" ? EPOCHS_PER_DAY : EPOCHS_PER_HOUR);
}

export default taskAction(auction);
