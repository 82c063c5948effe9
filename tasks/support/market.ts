import {
  type Bounds,
  EPOCHS_PER_DAY,
  explainRevert,
  formatFil,
  formatPercent,
  formatPower,
  type Hex,
  MarketReader,
  NodeRefusedError,
  parseFil,
  parsePercent,
  parsePower,
  type Power,
  type PowerNftReader,
  RefusedError,
  revertData,
  UsageError,
} from "../../lib/index.ts";
import { callStep } from "./calls.ts";
import type { Coin } from "./coin.ts";
import type { Step } from "./execute.ts";
import { readDue, reportCover } from "./guarantee.ts";
import { type HeldNft, holderText } from "./nft.ts";
import { evmFormOf, reportSender, type Sender } from "./Sender.ts";
import { refusal } from "./simulate.ts";
import type { SendingArguments, TaskContext } from "./TaskContext.ts";

/** What fits into 96 bits: no bound. */
export const NO_LIMIT = (1n << 96n) - 1n;
/** Basis points in the whole. */
const BPS = 10_000n;
/** How long an order stands where nothing else is said, epochs: 30 days. */
const USUAL_TERM = 30n * EPOCHS_PER_DAY;

/** What a buyer can insist on, as it is typed. Where nothing is said, nothing may be worse than it is shown. */
export interface BoundsArguments {
  readonly minPower: string | undefined;
  readonly minExpiry: string | undefined;
  readonly maxFee: string | undefined;
  readonly maxRoyalty: string | undefined;
  readonly minUnpaid: string | undefined;
  readonly maxUnpaid: string | undefined;
}

export async function marketReader(context: TaskContext): Promise<MarketReader> {
  return new MarketReader(context.eth, (await context.deployment()).powerMarket);
}

/** A question that the contract may refuse: its refusal in a sentence. */
export async function asked<T>(context: TaskContext, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    const data = revertData(error.data);
    if (data === undefined || explainRevert(data, context.network) === undefined) throw error;
    throw refusal(context, data, error);
  }
}

/** Bounds around what an NFT is now, as far as the buyer does not say otherwise. */
export function boundsAround(context: TaskContext, args: BoundsArguments, power: Power | undefined): Bounds {
  const fees = power === undefined ? BPS : BigInt(power.spFeeBps + power.protocolFeeBps);
  return {
    minWeight: args.minPower === undefined ? (power?.weight ?? 1n) : parsePower(args.minPower),
    minExpiry: args.minExpiry === undefined ? (power?.expiry ?? 0n) : context.network.clock.parse(args.minExpiry),
    maxFeeBps: args.maxFee === undefined ? fees : BigInt(parsePercent(args.maxFee)),
    maxRoyaltyBps:
      args.maxRoyalty === undefined ? BigInt(power?.royaltyBps ?? BPS) : BigInt(parsePercent(args.maxRoyalty)),
    minUnpaid: args.minUnpaid === undefined ? 0n : parseFil(args.minUnpaid),
    maxUnpaid: args.maxUnpaid === undefined ? NO_LIMIT : parseFil(args.maxUnpaid),
  };
}

/** Tells what the transaction insists on. */
export function reportBounds(context: TaskContext, bounds: Bounds): void {
  const { report, network } = context;
  const unpaid = [
    ...(bounds.minUnpaid > 0n ? [`at least ${formatFil(bounds.minUnpaid)} unpaid`] : []),
    ...(bounds.maxUnpaid < NO_LIMIT ? [`at most ${formatFil(bounds.maxUnpaid)} unpaid`] : []),
  ];
  const text = [
    `at least ${formatPower(bounds.minWeight)}`,
    ...(bounds.minExpiry > 0n ? [`not before ${network.clock.format(bounds.minExpiry)}`] : []),
    `fees up to ${formatPercent(bounds.maxFeeBps)}`,
    `royalty up to ${formatPercent(bounds.maxRoyaltyBps)}`,
    ...unpaid,
  ].join(", ");
  report.fact("bounds", "refused unless", text, { ...bounds });
}

/** Tells what an NFT is and earns, and warns where it is less than it looks. */
export async function reportNft(context: TaskContext, nft: PowerNftReader, held: HeldNft): Promise<void> {
  const { report, network, lotus } = context;
  const { id, power } = held;
  report.fact(
    "weight",
    `NFT ${id} earns with`,
    `${formatPower(power.weight)} of ${formatPower(power.nominalPower)} of ${network.prefix}0${power.minerId}`,
    power.weight,
  );
  const left = power.expiry - (await lotus.chainHead()).Height;
  report.fact("expiry", "expires", `${network.clock.format(power.expiry)} (epoch ${power.expiry})`, power.expiry);
  const gross = power.weight === 0n ? 0n : await nft.expectedPerDay(power.minerId, power.weight);
  const perDay = (gross * (BPS - BigInt(power.spFeeBps + power.protocolFeeBps))) / BPS;
  const toCome = left > 0n ? (perDay * left) / EPOCHS_PER_DAY : 0n;
  report.fact("perDay", "expected per day", `${formatFil(perDay, 6)} after fees`, perDay);
  report.fact("toCome", "expected until then", formatFil(toCome, 6), toCome);
  const { unpaid } = await readDue(nft, id);
  report.fact("unpaid", "goes along, unpaid", formatFil(unpaid), unpaid);
  const guarantee = await nft.guaranteeOf(id);
  if (guarantee.promised === 0n) return;
  report.fact("guarantee", "guaranteed until then", formatFil(guarantee.remaining), guarantee);
  reportCover(context, `${network.prefix}0${power.minerId}`, await nft.coverOf(power.minerId));
}

/** How a price divides. */
export function reportSplit(
  context: TaskContext,
  coin: Coin,
  split: { readonly price: bigint; readonly fee: bigint; readonly royalty: bigint },
): void {
  const { report } = context;
  const net = split.price - split.fee - split.royalty;
  report.fact("fee", "  market's fee", coin.format(split.fee), split.fee);
  report.fact("royalty", "  royalty", coin.format(split.royalty), split.royalty);
  report.fact("net", "  net to the seller", coin.format(net), net);
}

/** What a price comes to for a seller of an NFT. The storage provider pays no royalty to itself; that is not known here. */
export function splitOf(
  price: bigint,
  feeBps: number,
  royaltyBps: number,
): { price: bigint; fee: bigint; royalty: bigint } {
  return { price, fee: (price * BigInt(feeBps)) / BPS, royalty: (price * BigInt(royaltyBps)) / BPS };
}

/** Who sends, and what contracts see of it. @throws {UsageError} when nobody is known. */
export async function trader(
  context: TaskContext,
  args: SendingArguments,
  usual?: HeldNft["owner"],
): Promise<{ sender: Sender; me: Hex }> {
  const sender = await reportSender(context, args, usual);
  if (sender === undefined) throw new UsageError("Say who trades: set PRIVATE_KEY, or name an address with --from.");
  return { sender, me: await evmFormOf(context, sender.address) };
}

/** @throws {RefusedError} when the sender does not hold the NFT. */
export function requireHolder(context: TaskContext, held: HeldNft, me: Hex): void {
  if (sameAddress(held.ownerEvm, me)) return;
  throw new RefusedError(
    `NFT ${held.id} belongs to ${holderText(context, held.owner)}: only its holder can sell it; send from there with --from.`,
  );
}

/** The step that lets the market move one NFT until it moves; a right to move all of them does not count for a listing. */
export async function approvalSteps(context: TaskContext, nft: PowerNftReader, held: HeldNft): Promise<Step[]> {
  const { powerMarket } = await context.deployment();
  if (sameAddress(await nft.approvedFor(held.id), powerMarket)) return [];
  return [callStep("PowerNFT", nft.address, "approve", [powerMarket, held.id], `Let the market move NFT ${held.id}`)];
}

/** The step that ends a listing of long ago, before an approval for something else makes it stand again. */
export async function endListingSteps(market: MarketReader, held: HeldNft): Promise<Step[]> {
  const { id } = held;
  const { price } = await market.listing(id);
  if (price === 0n) return [];
  return [callStep("PowerMarket", market.address, "cancelListing", [id], `End the listing of NFT ${id}`)];
}

/** When a new order ends, from what was typed. */
export async function orderEnd(context: TaskContext, until: string | undefined): Promise<bigint> {
  if (until !== undefined) return context.network.clock.parse(until);
  return (await context.lotus.chainHead()).Height + USUAL_TERM;
}

/** Says that a weight fell since an NFT was listed. */
export function warnOfFall(context: TaskContext, listed: bigint, now: bigint): void {
  if (now >= listed) return;
  const text = `Weight fell since listing: ${formatPower(listed)} to ${formatPower(now)}`;
  context.report.check("weight", "warn", text);
}

/** Reads the number of an offer. */
export function parseOfferId(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new UsageError(`"${text}" is not the number of an offer: type it like 3.`);
  return BigInt(text);
}

export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
