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
  /** FIL as an ERC-20, as wallets know it there. */
  readonly wrappedFil: string;
}

const MAINNET: PublicNetwork = {
  chainId: 314n,
  name: "mainnet",
  lotusName: "mainnet",
  prefix: "f",
  clock: new Clock(MAINNET_GENESIS),
  filfox: "https://filfox.info/en",
  blockscout: "https://filecoin.blockscout.com",
  wrappedFil: "0x60E1773636CF5E4A227d9AC24F20fEca034ee25A",
};

const CALIBRATION: PublicNetwork = {
  chainId: 314_159n,
  name: "calibration",
  lotusName: "calibrationnet",
  prefix: "t",
  clock: new Clock(CALIBRATION_GENESIS),
  filfox: "https://calibration.filfox.info/en",
  blockscout: "https://filecoin-testnet.blockscout.com",
  wrappedFil: "0xaC26a4Ab9cF2A8c5DBaB6fb4351ec0F4b07356c4",
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
