import { type Auction, inBatches, type Listing, type Offer } from "../../lib/index.ts";
import { coinAt } from "../support/coin.ts";
import { marketReader, reportNft, reportSplit, splitOf, warnOfFall } from "../support/market.ts";
import { type HeldNft, nftReader, parseIds, readNft } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { CommonArguments, TaskContext } from "../support/TaskContext.ts";

export interface ShowArguments extends CommonArguments {
  readonly id: string;
}

/** So many of the latest offers are looked through. */
const OFFERS = 200n;

/** How an NFT can be bought, and what is offered for it. */
export async function show(context: TaskContext, args: ShowArguments): Promise<void> {
  const { report } = context;
  const [id = 0n] = parseIds(args.id);
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);
  const [held, listing, auction] = await Promise.all([
    readNft(context, nft, id),
    market.listing(id),
    market.auctionOf(id),
  ]);
  report.title(`NFT ${id} on the market`);
  await reportNft(context, nft, held);
  if (held.power.attestedAt === 0n)
    report.check("attested", "warn", "Not attested yet: it earns after the next report.");
  if (BigInt(auction.seller) !== 0n) await showAuction(context, auction, held);
  else if (listing.price !== 0n) await showListing(context, listing, held);
  else report.fact("sale", "for sale", "no");
  await showOffers(context, held);
}

async function showListing(context: TaskContext, listing: Listing, { power }: HeldNft): Promise<void> {
  const { report, network } = context;
  const coin = await coinAt(context, listing.coin);
  report.fact(
    "sale",
    "for sale",
    listing.open
      ? "at a fixed price"
      : "not now: the listing has expired or was cancelled, or the market is not approved",
  );
  report.fact("seller", "seller", listing.seller);
  report.fact("price", "price", coin.format(listing.price), listing.price);
  reportSplit(context, coin, splitOf(listing.price, listing.feeBps, power.royaltyBps));
  report.fact("until", "until", `${network.clock.format(listing.expiry)} (epoch ${listing.expiry})`, listing.expiry);
  warnOfFall(context, listing.weight, power.weight);
}

async function showAuction(context: TaskContext, auction: Auction, { power }: HeldNft): Promise<void> {
  const { report, network } = context;
  const coin = await coinAt(context, auction.coin);
  report.fact("sale", "for sale", "by auction");
  report.fact("seller", "seller", auction.seller);
  report.fact("bid", "highest bid", auction.bid === 0n ? "none" : coin.format(auction.bid), auction.bid);
  report.fact("nextBid", "least next bid", coin.format(auction.nextBid), auction.nextBid);
  reportSplit(context, coin, splitOf(auction.nextBid, auction.feeBps, power.royaltyBps));
  report.fact("end", "ends", `${network.clock.format(auction.end)} (epoch ${auction.end})`, auction.end);
}

async function showOffers(context: TaskContext, { id, power }: HeldNft): Promise<void> {
  const market = await marketReader(context);
  const last = await market.offers();
  const count = last < OFFERS ? last : OFFERS;
  const numbers = Array.from({ length: Number(count) }, (_, index) => last - BigInt(index));
  const all = await inBatches(numbers, async (number) => ({ number, offer: await market.offerOf(number) }));
  const isFor = ({ id: named, minerId }: Offer): boolean => named === id || (named === 0n && minerId === power.minerId);
  const found = all.filter(({ offer }) => offer.open && isFor(offer) && power.weight >= offer.bounds.minWeight);
  if (found.length === 0) return context.report.fact("offers", "offers", "none", []);
  const rows = await inBatches(found, async ({ number, offer }) => {
    const coin = await coinAt(context, offer.coin);
    return [number.toString(), coin.format(offer.amount), context.network.clock.format(offer.expiry), offer.maker];
  });
  context.report.table(
    "offers",
    "Offers",
    ["offer", "amount", "until", "of"],
    rows,
    found.map(({ number, offer }) => ({ number, amount: offer.amount, coin: offer.coin, maker: offer.maker })),
  );
}

export default taskAction(show);
