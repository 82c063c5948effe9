import { Interface } from "ethers";

import { type Hex, PowerNftReader, powerNftAbi } from "../../lib/index.ts";
import type { KnownNft } from "../state/index.ts";
import type { Duty } from "./KeeperDeps.ts";

const NFT = new Interface(powerNftAbi);

/** NFTs whose sectors are freed in one transaction. */
const BATCH = 10;

/** Measures miners past their NFTs' dates of expiry, then frees the sectors of the expired ones. */
export const settleExpiries: Duty = async (deps, { head }, act) => {
  const { pool, config, state } = deps;
  const reader = new PowerNftReader(pool.request, config.powerNft);
  for (const [minerId, nfts] of groupByMiner(state.discovered.expiredBy(head.Height - 1n))) {
    const { lastSync } = await reader.minerAccount(minerId);
    const newest = nfts.reduce((latest, { expiry }) => (expiry > latest ? expiry : latest), 0n);
    if (lastSync !== 0n && lastSync < newest) {
      const data = NFT.encodeFunctionData("sync", [minerId]) as Hex;
      await act({ purpose: `expire:${minerId}:${newest}`, to: config.powerNft, data });
      continue;
    }
    for (let at = 0; at < nfts.length; at += BATCH) {
      const ids = nfts.slice(at, at + BATCH).map(({ id }) => id);
      const data = NFT.encodeFunctionData("freeSectors", [ids]) as Hex;
      await act({ purpose: `free:${ids.join(",")}`, to: config.powerNft, data });
    }
  }
};

function groupByMiner(nfts: readonly KnownNft[]): Map<bigint, KnownNft[]> {
  const miners = new Map<bigint, KnownNft[]>();
  for (const nft of nfts) miners.set(nft.minerId, [...(miners.get(nft.minerId) ?? []), nft]);
  return miners;
}
