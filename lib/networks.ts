import type { NetworkPrefix } from "./address/Address.ts";
import { CALIBRATION_GENESIS, Clock, MAINNET_GENESIS } from "./time/clock.ts";

/** A public network, as everybody knows it. */
export interface PublicNetwork {
  readonly chainId: bigint;
  readonly name: "mainnet" | "calibration";
  /** What `StateNetworkName` answers; a development network can share the chain id but not this. */
  readonly lotusName: string;
  readonly prefix: NetworkPrefix;
  readonly clock: Clock;
  readonly filfox: string;
  readonly blockscout: string;
}

const MAINNET: PublicNetwork = {
  chainId: 314n,
  name: "mainnet",
  lotusName: "mainnet",
  prefix: "f",
  clock: new Clock(MAINNET_GENESIS),
  filfox: "https://filfox.info/en",
  blockscout: "https://filecoin.blockscout.com",
};

const CALIBRATION: PublicNetwork = {
  chainId: 314_159n,
  name: "calibration",
  lotusName: "calibrationnet",
  prefix: "t",
  clock: new Clock(CALIBRATION_GENESIS),
  filfox: "https://calibration.filfox.info/en",
  blockscout: "https://filecoin-testnet.blockscout.com",
};

/** The letter of a chain's Filecoin addresses; `f` where the chain is not a public one. */
export function prefixOf(chainId: bigint): NetworkPrefix {
  return [MAINNET, CALIBRATION].find((network) => network.chainId === chainId)?.prefix ?? "f";
}

/** The public network that a node is on; undefined for a local one, even one that borrows mainnet's chain id. */
export function publicNetwork(chainId: bigint, lotusName: string): PublicNetwork | undefined {
  // Some nodes answer mainnet's older name.
  return [MAINNET, CALIBRATION].find(
    (network) =>
      network.chainId === chainId &&
      (network.lotusName === lotusName || (network === MAINNET && lotusName === "testnetnet")),
  );
}
