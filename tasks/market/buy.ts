import { type Bounds, type Hex, type Listing, type Quote, RefusedError, UsageError } from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { allowanceSteps, type Coin, coinAt } from "../support/coin.ts";
import { execute, type Step } from "../support/execute.ts";
import {
  asked,
  type BoundsArguments,
  boundsAround,
  marketReader,
  reportBounds,
  reportNft,
  reportSplit,
  sameAddress,
  trader,
  warnOfFall,
} from "../support/market.ts";
import { type HeldNft, nftReader, parseIds, readNft } from "../support/nft.ts";
import { readPayee } from "../support/payee.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface BuyArguments extends SendingArguments, BoundsArguments {
  /** Numbers of NFTs, like 17 or 3,5-8. */
  readonly ids: string;
  /** The most that each may cost; its listed price where it is left out. */
  readonly maxPrice: string | undefined;
  /** How many of several must be bought; all where it is left out. */
  readonly atLeast: string | undefined;
  /** Who gets them; the sender where it is left out. */
  readonly to: string | undefined;
}

/** One NFT of a plan. */
interface Item {
  readonly held: HeldNft;
  readonly listing: Listing;
  readonly bounds: Bounds;
  readonly quote: Quote;
  readonly maxPrice: bigint;
}

/** Buys listed NFTs. What is bought is never worse than what the plan shows, or what the buyer allows. */
export async function buy(context: TaskContext, args: BuyArguments): Promise<void> {
  const { report } = context;
  const ids = parseIds(args.ids).sort((a, b) => (a < b ? -1 : 1));
  const atLeast = readAtLeast(args.atLeast, ids.length);
  report.title(ids.length === 1 ? `Buy NFT ${ids[0] ?? 0n}` : `Buy ${ids.length} NFTs`);
  const { sender, me } = await trader(context, args);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, "NFT")).evm;
  report.fact("to", "new holder", args.to ?? to, to);
  const items: Item[] = [];
  for (const id of ids) items.push(await readItem(context, args, id));
  const [first] = items;
  if (first === undefined) throw new UsageError("Say which NFTs: their numbers, like 17 or 3,5-8.");
  const coin = await coinAt(context, first.quote.coin);
  const other = items.find(({ quote }) => !sameAddress(quote.coin, coin.address));
  if (other !== undefined) {
    throw new RefusedError(`NFT ${other.held.id} is priced in another coin than NFT ${first.held.id}: buy them apart.`);
  }
  const total = items.reduce((sum, { quote }) => sum + quote.price, 0n);
  report.fact("total", "total to pay", coin.format(total), total);
  const dear = items.find(({ quote, maxPrice }) => quote.price > maxPrice);
  if (dear !== undefined) {
    const { held, quote, maxPrice } = dear;
    throw new RefusedError(
      `NFT ${held.id} costs ${coin.format(quote.price)}, more than the ${coin.format(maxPrice)} of --max-price.`,
    );
  }
  const last = await purchaseStep(context, { items, coin, total, atLeast, to });
  const [step, ...rest] = [...(await allowanceSteps(context, coin, me, total)), last];
  const outcome = await execute(context, args, [step, ...rest], sender);
  if (!outcome.sent) return;
  const bought = outcome.logs.filter((log) => eventValue([log], "PowerMarket", "Sold", "id") !== undefined).length;
  report.lines("");
  report.fact("bought", "bought", `${bought} of ${items.length}`, bought);
}

interface Plan {
  readonly items: readonly Item[];
  readonly coin: Coin;
  readonly total: bigint;
  readonly atLeast: number;
  readonly to: Hex;
}

/** The purchase itself: of one NFT, or of several in one transaction. */
async function purchaseStep(context: TaskContext, { items, coin, total, atLeast, to }: Plan): Promise<Step> {
  const { powerMarket } = await context.deployment();
  const value = coin.isFil ? total : undefined;
  const [first, ...others] = items.map(({ held, quote, maxPrice, bounds }) => ({
    id: held.id,
    seller: quote.seller,
    maxPrice,
    bounds,
  }));
  if (first !== undefined && others.length === 0) {
    const call = [first.id, first.seller, coin.address, first.maxPrice, first.bounds, to];
    return callStep("PowerMarket", powerMarket, "buy", call, `Buy NFT ${first.id}`, value);
  }
  const call = [[first, ...others], coin.address, atLeast, to];
  return callStep("PowerMarket", powerMarket, "buyMany", call, `Buy ${items.length} NFTs`, value);
}

async function readItem(context: TaskContext, args: BuyArguments, id: bigint): Promise<Item> {
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);
  const held = await readNft(context, nft, id);
  const listing = await market.listing(id);
  const bounds = boundsAround(context, args, held.power);
  const coin = await coinAt(context, listing.coin);
  await reportNft(context, nft, held);
  reportBounds(context, bounds);
  if (listing.price !== 0n) warnOfFall(context, listing.weight, held.power.weight);
  const quote = await asked(context, market.previewBuy(id, bounds));
  context.report.fact("price", "price", coin.format(quote.price), quote.price);
  reportSplit(context, coin, quote);
  return {
    held,
    listing,
    bounds,
    quote,
    maxPrice: args.maxPrice === undefined ? quote.price : coin.parse(args.maxPrice),
  };
}

function readAtLeast(text: string | undefined, named: number): number {
  if (text === undefined) return named;
  const count = Number(text);
  if (!/^\d{1,4}$/.test(text) || count > named) {
    throw new UsageError(`"${text}" is not a number from 0 to ${named}: say how many of the NFTs must be bought.`);
  }
  return count;
}

export default taskAction(buy);
