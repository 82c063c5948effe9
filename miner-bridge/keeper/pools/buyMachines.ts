import { ZeroAddress } from "ethers";

import {
  type Appraisal,
  type Hex,
  type Listing,
  MarketReader,
  NodeRefusedError,
  type PoolReader,
  frameOf,
  inBatches,
} from "../../../lib/index.ts";
import type { NodePosition } from "../../chain/index.ts";
import { discoverListings } from "../../discovery/index.ts";
import type { Duty, KeeperDeps } from "../KeeperDeps.ts";
import { callOf } from "./calls.ts";
import { eachPool } from "./eachPool.ts";

/** So many listings of a market are looked at in a round; when there are more, the others come next. */
const LISTINGS_A_ROUND = 64;

/** After so many purchases that failed on chain a pool's are left for the day: a seller may lead a keeper on. */
const FAILURES_A_DAY = 8;

interface Offered extends Listing {
  readonly id: bigint;
}

interface Appraised extends Appraisal {
  readonly id: bigint;
}

interface Candidate extends Appraised {
  readonly purpose: string;
  /** How often its purchase failed on chain today. */
  readonly failures: number;
}

/**
 * Lets each pool buy the listing that is cheapest for what the pool would bid, if its policy takes it: one a round, and
 * none while people wait. Only listings whose event is final are known; what they are now is asked of the head.
 */
export const buyMachines: Duty = async (deps, position, act) => {
  const { head } = position;
  const offers = new Map<Hex, readonly Offered[]>();
  await eachPool(deps, "buyMachines", async (pool) => {
    const [{ waiting, cash }, pausedUntil] = await Promise.all([pool.accounts(), pool.entriesPausedUntil()]);
    if (waiting > 0n || cash === 0n || pausedUntil > head.Height) return;
    const today = `buyMachine:${pool.address}:${frameOf(head.Height)}:`;
    const failed = deps.outbox.failed(today);
    if (failed.length >= FAILURES_A_DAY) return;
    const market = await pool.powerMarket();
    const offered = offers.get(market) ?? (await readOffers(deps, market, position));
    offers.set(market, offered);
    const coin = (await pool.isFil()) ? ZeroAddress : await pool.asset();
    const affordable = offered.filter((offer) => offer.price <= cash && same(offer.coin, coin));
    const appraised = await appraiseAll(deps, pool, affordable);
    const candidates = appraised.map((one) => {
      const purpose = `${today}${one.id}`;
      return { ...one, purpose, failures: failed.filter((other) => other === purpose).length };
    });
    deps.metrics.poolListings.set({ pool: pool.address }, candidates.length);
    const best = await firstThatWorks(deps, pool, candidates.sort(bestFirst));
    if (best === undefined) return;
    await act({ purpose: best.purpose, ...callOf(pool.address, "buyMachine", best.id) });
  });
};

/** What is on sale on a market now. */
async function readOffers(deps: KeeperDeps, market: Hex, { head, finalized }: NodePosition): Promise<Offered[]> {
  const { listings } = deps.state;
  await discoverListings(deps, market, finalized);
  const reader = new MarketReader(deps.pool.request, market);
  const ids = listings.open(market, head.Height, LISTINGS_A_ROUND);
  const offered = await inBatches(ids, async (id) => ({ id, ...(await reader.listing(id)) }));
  listings.looked(market, ids, head.Height);
  return offered.filter(({ open }) => open);
}

/** What the pool makes of each; those that its policy refuses are left out. */
async function appraiseAll(deps: KeeperDeps, pool: PoolReader, offered: readonly Offered[]): Promise<Appraised[]> {
  const appraised = await inBatches(offered, ({ id }) =>
    unlessRefused(deps, pool, id, async () => ({ id, ...(await pool.appraise(id)) })),
  );
  return appraised.filter((candidate) => candidate !== undefined);
}

/** The first whose purchase the contracts would carry out now. */
async function firstThatWorks(
  deps: KeeperDeps,
  pool: PoolReader,
  candidates: readonly Candidate[],
): Promise<Candidate | undefined> {
  for (const candidate of candidates) {
    const { id } = candidate;
    const call = { from: deps.outbox.address, ...callOf(pool.address, "buyMachine", id) };
    if ((await unlessRefused(deps, pool, id, () => deps.eth.call(call))) !== undefined) return candidate;
  }
  return undefined;
}

/** @returns undefined where the contracts refuse. */
async function unlessRefused<T>(
  { log }: KeeperDeps,
  pool: PoolReader,
  id: bigint,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    const reason = error.shortMessage;
    log.debug({ event: "keeper.unfitListing", pool: pool.address, id, reason }, `NFT ${id} is not bought`);
    return undefined;
  }
}

/** Those that failed least, so that one that always fails is in nobody's way; then a.price / a.bid < b.price / b.bid. */
function bestFirst(a: Candidate, b: Candidate): number {
  if (a.failures !== b.failures) return a.failures - b.failures;
  const difference = a.price * b.bid - b.price * a.bid;
  return difference < 0n ? -1 : difference > 0n ? 1 : Number(a.id - b.id);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
