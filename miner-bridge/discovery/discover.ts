import { type LotusClient, TemporaryError, type Tipset, type TipsetKey, epochRanges } from "../../lib/index.ts";
import type { EthNode } from "../chain/index.ts";
import type { Config } from "../config/index.ts";
import type { Log } from "../ops/index.ts";
import type { Discovered, Listings, Place } from "../state/index.ts";
import { EVENT_TOPICS, discoveryOf } from "./events.ts";

/** The chain changed below a tipset that was final. What depended on it was forgotten and is read again. */
export class ReorgBelowFinalityError extends TemporaryError {
  override readonly name = "ReorgBelowFinalityError";
}

export interface DiscoverDeps {
  readonly eth: EthNode;
  readonly lotus: LotusClient;
  readonly state: { readonly discovered: Discovered; readonly listings: Listings };
  readonly config: Pick<Config, "powerNft" | "minerRegistry" | "deployedAt" | "logRangeEpochs">;
  readonly log: Log;
}

/** What tells one tipset from another of the same epoch. */
export function tipsetKey(cids: TipsetKey): string {
  return cids.map((cid) => cid["/"]).join(",");
}

/**
 * Reads the contracts' events up to an epoch whose tipset is final, range by range; each range is kept with the place
 * that it reaches.
 *
 * @param finalized The final tipset from which the chain is seen.
 * @returns how many vaults and NFTs, and ends of NFTs, were found.
 * @throws {ReorgBelowFinalityError} when the chain is another one than at the last look.
 */
export async function discover(deps: DiscoverDeps, finalized: Tipset): Promise<number> {
  const { eth, config, log } = deps;
  const { discovered } = deps.state;
  const until = finalized.Height - 1n; // the events of the final tipset itself are executed by the one after it
  await checkPlace(deps, finalized);
  const begin = (discovered.place()?.epoch ?? config.deployedAt - 1n) + 1n;
  let found = 0;
  for (const { from, to } of epochRanges({ from: begin, to: until }, config.logRangeEpochs)) {
    const tipset = await placeAt(deps, to, finalized);
    const logs = await eth.logs({
      address: [config.powerNft, config.minerRegistry],
      events: EVENT_TOPICS,
      from,
      to,
    });
    discovered.add(logs.map(discoveryOf), tipset);
    found += logs.length;
    log.debug({ event: "discovery.read", from, to, found: logs.length }, `read events of epochs ${from} to ${to}`);
  }
  return found;
}

async function checkPlace(deps: DiscoverDeps, finalized: Tipset): Promise<void> {
  const { log } = deps;
  const { discovered, listings } = deps.state;
  const [newest, ...older] = discovered.places();
  if (newest === undefined || newest.epoch >= finalized.Height) return; // a node that lags is found out elsewhere
  if ((await placeAt(deps, newest.epoch, finalized)).tipset === newest.tipset) return;
  let same: Place | undefined;
  for (const place of older) {
    if ((await placeAt(deps, place.epoch, finalized)).tipset !== place.tipset) continue;
    same = place;
    break;
  }
  const until = same?.epoch ?? deps.config.deployedAt - 1n;
  listings.forgetAfter(until); // first: a kill in between is made good at the next look
  discovered.forgetAfter(until);
  log.error({ event: "discovery.reorg", epoch: newest.epoch, until }, "the chain changed below a final tipset");
  throw new ReorgBelowFinalityError(
    `The chain changed below epoch ${newest.epoch}, which was final: everything after epoch ${until} is read again. ` +
      "Check that the node follows the right chain.",
  );
}

async function placeAt({ lotus }: DiscoverDeps, epoch: bigint, finalized: Tipset): Promise<Place> {
  const tipset = await lotus.chainGetTipSetByHeight(epoch, finalized.Cids);
  return { epoch, tipset: tipsetKey(tipset.Cids) };
}
