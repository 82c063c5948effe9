import {
  Address,
  ATTO_PER_FIL,
  type AttestedWeights,
  EPOCHS_PER_DAY,
  formatPercent,
  formatPower,
  inBatches,
  type Listing,
  type MinerAccount,
  type PoolAccounts,
  type PoolPolicy,
  type PowerNftReader,
} from "../../lib/index.ts";
import { coverText } from "./guarantee.ts";
import { sameAddress } from "./market.ts";
import type { HeldNft } from "./nft.ts";
import { BPS, type OpenPool, poolEvents, short, shortFil, toAsset } from "./pool.ts";
import type { TaskContext } from "./TaskContext.ts";

/** An NFT is measured for so long before its own income counts, epochs: 30 days. */
const MEASURED_FOR = 30n * EPOCHS_PER_DAY;
/** Before that only half of what the network expects of it counts. */
const UNMEASURED_PART = 2n;
/** In which expected income is asked for, bytes: 2^50. */
const PIB = 2n ** 50n;

/** One rule of the policy, with the figures that it was held against. */
export interface PolicyCheck {
  readonly name: string;
  readonly holds: boolean;
  readonly text: string;
}

/** What the last reports and syncs say of an NFT and its miner. */
interface Measured {
  readonly weights: AttestedWeights;
  readonly account: MinerAccount;
}

interface Readers {
  readonly pool: OpenPool;
  readonly nft: PowerNftReader;
}

/** Every rule by which the pool buys, in the order in which its contract asks, as of the miner's last sync. */
export async function policyChecks(
  context: TaskContext,
  readers: Readers,
  held: HeldNft,
  listing: Listing,
): Promise<PolicyCheck[]> {
  const { reader, auction } = readers.pool;
  const [accounts, policy, { Height: head }, weights, account, filPrice] = await Promise.all([
    reader.accounts(),
    reader.policy(),
    context.lotus.chainHead(),
    readers.nft.attestedWeightsOf(held.id),
    readers.nft.minerAccount(held.power.minerId),
    auction?.cautiousPrice() ?? ATTO_PER_FIL,
  ]);
  const measured = { weights, account };
  return [
    ...(await ofTheSale(readers, accounts, listing)),
    ...(await ofTheNft(context, readers.pool, held, measured, { policy, head })),
    ...(await ofThePrice(readers, { held, measured, price: listing.price, policy, head, filPrice })),
    ...(await ofThePool(context, readers.pool, { held, price: listing.price, accounts, policy, head })),
  ];
}

async function ofTheSale({ pool }: Readers, accounts: PoolAccounts, listing: Listing): Promise<PolicyCheck[]> {
  const most = await pool.reader.maxMachines();
  const own = sameAddress(listing.seller, pool.address);
  return [
    {
      name: "sale",
      holds: listing.open && !own,
      text: `listed by its holder for ${pool.asset.symbol}: ${!listing.open ? "the listing does not stand" : own ? "by the pool itself" : "yes"}`,
    },
    { name: "machines", holds: accounts.machines < most, text: `${accounts.machines} machines, fewer than ${most}` },
    { name: "tickets", holds: accounts.waiting === 0n, text: ticketText(accounts.waiting) },
  ];
}

function ticketText(waiting: bigint): string {
  return waiting === 0n ? "nobody waits to leave" : "people wait to leave: their tickets are paid first";
}

async function ofTheNft(
  { lotus, network }: TaskContext,
  pool: OpenPool,
  { power }: HeldNft,
  { weights: { last, previous }, account }: Measured,
  { policy, head }: { readonly policy: PoolPolicy; readonly head: bigint },
): Promise<PolicyCheck[]> {
  const miner = `${network.prefix}0${power.minerId}`;
  const [mostSold, { MinerPower }] = await Promise.all([
    pool.reader.maxSoldBps(),
    lotus.stateMinerPower(Address.fromId(power.minerId)),
  ]);
  const qap = MinerPower.QualityAdjPower;
  const sold = qap === 0n ? BPS : (account.nominalPower * BPS) / qap;
  const earliest = head + policy.minTermDays * EPOCHS_PER_DAY;
  return [
    {
      name: "weight",
      holds: power.weight > 0n && last >= previous,
      text: `attested and not fallen: ${formatPower(last)}, after ${formatPower(previous)}`,
    },
    {
      name: "arrears",
      holds: account.arrears === 0n,
      text: `${miner} is ${shortFil(account.arrears)} in arrears; nothing is allowed`,
    },
    {
      name: "sold",
      holds: account.nominalPower * BPS <= qap * mostSold,
      text: `${miner} has sold ${formatPercent(sold)} of its power; at most ${formatPercent(mostSold)}`,
    },
    {
      name: "term",
      holds: power.expiry >= earliest,
      text: `earns for ${(power.expiry - head) / EPOCHS_PER_DAY} more days; at least ${policy.minTermDays}`,
    },
  ];
}

/** What a price is held against. */
interface Valuation {
  readonly held: HeldNft;
  readonly measured: Measured;
  readonly price: bigint;
  readonly policy: PoolPolicy;
  readonly head: bigint;
  /** What one FIL counts for, in the pool's asset. */
  readonly filPrice: bigint;
}

async function ofThePrice({ pool, nft }: Readers, valuation: Valuation): Promise<PolicyCheck[]> {
  const { held, price, policy, filPrice } = valuation;
  const [guarantee, cover, bid] = await Promise.all([
    nft.guaranteeOf(held.id),
    nft.coverOf(held.power.minerId),
    bidFor(nft, valuation),
  ]);
  const guaranteed = toAsset(guarantee.remaining, filPrice);
  const most = toAsset(bid.amount, filPrice);
  /** FIL, and what it counts for where that is another money. */
  const worth = (fil: bigint, counts: bigint): string =>
    pool.asset.isFil ? shortFil(fil) : `${shortFil(fil)}, counted as ${short(pool, counts)}`;
  const text = pool.asset.format(price);
  return [
    {
      name: "guaranteed",
      holds: guaranteed >= price,
      text: `the guarantee may still bring ${worth(guarantee.remaining, guaranteed)}; at least the price, ${text}`,
    },
    {
      name: "cover",
      holds: cover.amount >= cover.remaining,
      text: `the miner covers its guarantees: ${coverText(cover)}`,
    },
    {
      name: "bid",
      holds: price <= most,
      text:
        `the price of ${text} is at most the bid, ${worth(bid.amount, most)}: ` +
        `${formatPercent(policy.bidBps)} of ${shortFil(bid.perDay)} a day for the rest of the term, and unpaid income`,
    },
  ];
}

/** What the pool pays at most, as its contract counts it, attoFIL. */
async function bidFor(
  nft: PowerNftReader,
  { held: { id, power }, measured, policy, head }: Valuation,
): Promise<{ amount: bigint; perDay: bigint }> {
  const { last, previous } = measured.weights;
  const { lastSync } = measured.account;
  const [earned, unpaid, perPiB] = await Promise.all([
    nft.earnedOf(id),
    nft.unpaidOf(id),
    nft.expectedPerDay(power.minerId, PIB),
  ]);
  const weight = previous === 0n ? last : previous;
  const payBps = BPS - BigInt(power.spFeeBps + power.protocolFeeBps);
  let perDay = (perPiB * weight * payBps) / (PIB * BPS);
  if (lastSync >= power.attestedAt + MEASURED_FOR) {
    const realised = (earned * EPOCHS_PER_DAY) / (lastSync - power.attestedAt);
    perDay = perDay < realised ? perDay : realised;
  } else {
    perDay /= UNMEASURED_PART;
  }
  const left = power.expiry > head ? power.expiry - head : 0n;
  const toCome = (perDay * left * policy.bidBps) / (EPOCHS_PER_DAY * BPS);
  return { amount: toCome + (unpaid * policy.cautiousBps) / BPS, perDay };
}

/** A purchase that is held against what the pool can bear. */
interface Purchase {
  readonly held: HeldNft;
  readonly price: bigint;
  readonly accounts: PoolAccounts;
  readonly policy: PoolPolicy;
  readonly head: bigint;
}

async function ofThePool(
  context: TaskContext,
  pool: OpenPool,
  { held, price, accounts, policy, head }: Purchase,
): Promise<PolicyCheck[]> {
  const assets = accounts.cash + accounts.machinesUpper;
  const part = (bps: bigint): bigint => (assets * bps) / BPS;
  const today = await poolEvents(context, pool, head - (head % EPOCHS_PER_DAY));
  const spent = today
    .filter(({ name }) => name === "MachineBought")
    .reduce((sum, { args }) => sum + (args.price as bigint), 0n);
  const left = accounts.cash - price;
  const inMachines = accounts.openCost + price;
  const utilisation = accounts.deposits === 0n ? BPS : (inMachines * BPS) / accounts.deposits;
  const { Owner } = await context.lotus.stateMinerInfo(Address.fromId(held.power.minerId));
  const provider = (await context.lotus.stateLookupID(Owner)).id;
  const machines = await inBatches([...(await pool.reader.machineIds())], (id) => pool.reader.machineOf(id));
  const ofProvider = machines
    .filter((machine) => machine.provider === provider)
    .reduce((sum, { unpaid }) => sum + unpaid, price);
  const mostOfProvider = part(policy.perProviderBps);
  return [
    {
      name: "daily",
      holds: spent + price <= part(policy.dailyBps),
      text: `${short(pool, spent + price)} spent today; at most ${short(pool, part(policy.dailyBps))} (${formatPercent(policy.dailyBps)})`,
    },
    {
      name: "cash",
      holds: left >= part(policy.reserveBps),
      text: `${short(pool, left)} of cash are left; at least ${short(pool, part(policy.reserveBps))} (${formatPercent(policy.reserveBps)})`,
    },
    {
      name: "utilisation",
      holds: inMachines <= accounts.deposits && utilisation <= policy.maxUtilisationBps,
      text: `${formatPercent(utilisation)} of deposits would be in machines; at most ${formatPercent(policy.maxUtilisationBps)}`,
    },
    {
      name: "provider",
      holds: ofProvider <= mostOfProvider,
      text:
        `${short(pool, ofProvider)} would be in machines of ${context.network.prefix}0${provider}; ` +
        `at most ${short(pool, mostOfProvider)} (${formatPercent(policy.perProviderBps)})`,
    },
  ];
}
