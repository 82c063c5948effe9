import type { ComputeMiner } from "../../../miner-bridge/power/index.ts";

/** Weights that are new in every frame: the same for whoever computes them. */
export const daily: ComputeMiner = ({ height }, minerId, nfts) => {
  const weights = nfts.map(({ id, nominalPower }) => ({ id, weight: nominalPower - height / 2_880n }));
  return Promise.resolve({ minerId, qap: nfts.reduce((sum, nft) => sum + nft.nominalPower, 0n), weights });
};
