import { getCreateAddress } from "ethers";

import type { Libraries } from "./link.ts";
import type { PlannedContract, ProtocolAddresses } from "./planDeployment.ts";

/** The code that every pool runs in its own context. */
export const POOL_LIBRARIES = ["Machines", "Buying", "PolicyRange", "Queue"] as const;

/** What a pool over a stablecoin is made of. */
export interface CoinPoolTerms {
  readonly coin: string;
  /** About what one FIL costs, in the coin's smallest units: the first reference of the auction. */
  readonly firstPrice: bigint;
  /** Name and symbol of the shares. */
  readonly name: string;
  readonly symbol: string;
}

/** Two contracts, by transactions that follow each other. */
export interface CoinPoolPlan {
  readonly contracts: readonly [auction: PlannedContract, pool: PlannedContract];
  readonly auction: string;
  readonly pool: string;
}

/**
 * Plans a pool over a stablecoin beside a deployment, whose libraries it shares. Pool and auction name each other, so their
 * addresses follow from the deployer and its next nonce.
 *
 * @throws {TypeError} when the deployment does not say where a library is.
 */
export function planCoinPool(
  from: string,
  firstNonce: number,
  deployment: Pick<ProtocolAddresses, "accessManager" | "powerNFT" | "powerMarket" | "libraries">,
  { coin, firstPrice, name, symbol }: CoinPoolTerms,
): CoinPoolPlan {
  const auction = getCreateAddress({ from, nonce: firstNonce });
  const pool = getCreateAddress({ from, nonce: firstNonce + 1 });
  const { accessManager, powerNFT, powerMarket } = deployment;
  return {
    contracts: [
      { name: "FilAuction", address: auction, args: [pool, firstPrice], libraries: {} },
      {
        name: "JointMiningPool",
        address: pool,
        args: [accessManager, powerNFT, powerMarket, coin, auction, name, symbol],
        libraries: poolLibraries(deployment.libraries),
      },
    ],
    auction,
    pool,
  };
}

function poolLibraries(libraries: Libraries): Libraries {
  return Object.fromEntries(
    POOL_LIBRARIES.map((name) => {
      const address = libraries[name];
      if (address === undefined) throw new TypeError(`The library ${name} is missing`);
      return [name, address];
    }),
  );
}
