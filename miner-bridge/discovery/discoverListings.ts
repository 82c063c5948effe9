import { Interface } from "ethers";
import { z } from "zod";

import { BadAnswerError, type Hex, type Tipset, epochRanges, powerMarketAbi } from "../../lib/index.ts";
import type { EthLog, EthNode } from "../chain/index.ts";
import type { Config } from "../config/index.ts";
import type { Log } from "../ops/index.ts";
import type { Listed, Listings } from "../state/index.ts";

export interface DiscoverListingsDeps {
  readonly eth: EthNode;
  readonly state: { readonly listings: Listings };
  readonly config: Pick<Config, "deployedAt" | "logRangeEpochs">;
  readonly log: Log;
}

const MARKET = new Interface(powerMarketAbi);
const LISTED = MARKET.getEvent("Listed")?.topicHash as Hex;

const listed = z.object({ id: z.bigint(), expiry: z.bigint() });

/** Reads which NFTs were listed on a market, up to an epoch whose tipset is final, range by range; each range is kept. */
export async function discoverListings(deps: DiscoverListingsDeps, market: Hex, finalized: Tipset): Promise<void> {
  const { eth, config, log } = deps;
  const { listings } = deps.state;
  const from = (listings.readTo(market) ?? config.deployedAt - 1n) + 1n;
  // the events of the final tipset itself are executed by the one after it
  for (const range of epochRanges({ from, to: finalized.Height - 1n }, config.logRangeEpochs)) {
    const logs = await eth.logs({ address: [market], events: [LISTED], ...range });
    listings.add(market, logs.map(listedOf), range.to);
    log.debug(
      { event: "listings.read", market, ...range, found: logs.length },
      `read listings of epochs ${range.from} to ${range.to}`,
    );
  }
}

function listedOf({ topics, data, blockNumber, transactionHash }: EthLog): Listed {
  try {
    return listed.parse(MARKET.parseLog({ topics, data })?.args.toObject());
  } catch (cause) {
    throw new BadAnswerError("The node shows a listing that the market does not have: use another node.", {
      details: `epoch ${blockNumber}, transaction ${transactionHash}`,
      cause,
    });
  }
}
