import { ZeroAddress, getCreateAddress } from "ethers";

import type { Libraries } from "./link.ts";
import { POOL_LIBRARIES } from "./planCoinPool.ts";

/** Who holds the roles at the beginning; any of them may be a masked id of a native actor. */
export interface RoleHolders {
  readonly governance: string;
  readonly guardian: string;
}

/** Who attests weights at the beginning. */
export interface Attestors {
  /** At most 32 addresses, in any order. */
  readonly members: readonly string[];
  /** How many must agree: more than half. */
  readonly quorum: number;
}

/** The addresses of a deployment. */
export interface ProtocolAddresses {
  readonly accessManager: string;
  readonly minerVaultImplementation: string;
  readonly minerRegistry: string;
  readonly powerNFTRenderer: string;
  readonly powerOracle: string;
  readonly powerNFT: string;
  readonly powerMarket: string;
  /** FIL as an ERC-20: the network's own, or one that is deployed with the rest. */
  readonly wrappedFil: string;
  /** The joint mining pool over WFIL. */
  readonly jointMiningPool: string;
  /** Code that PowerNFT and the pool run in their own contexts; fixed for ever when they are deployed. */
  readonly libraries: Libraries;
}

/** One contract of a deployment. */
export interface PlannedContract {
  readonly name: string;
  /** Where it comes to lie, if nothing else of the deployer comes in between. */
  readonly address: string;
  readonly args: readonly unknown[];
  readonly libraries: Libraries;
}

/** What is deployed, in this order, by transactions that follow each other. */
export interface DeploymentPlan {
  readonly contracts: readonly PlannedContract[];
  readonly addresses: ProtocolAddresses;
}

/** What the shares of the pool over FIL are called. */
export const FIL_POOL = { name: "Joint Mining FIL", symbol: "dFIL" } as const;

/** The contracts in the order of their deployment. */
const ORDER = [
  "ExpectedIncome",
  "GuaranteeLedger",
  "Minting",
  "Views",
  "Weights",
  "PowerAccessManager",
  "MinerVault",
  "MinerRegistry",
  "PowerNFTRenderer",
  "PowerOracle",
  "PowerNFT",
  "PowerMarket",
  ...POOL_LIBRARIES,
  "WrappedFil",
  "JointMiningPool",
] as const;
type Name = (typeof ORDER)[number];

/**
 * Plans a deployment. The contracts name each other, so their addresses follow from the deployer and its next nonce; the
 * constructors check that they were wired as planned.
 *
 * @param wrappedFil FIL as an ERC-20, where the network has it; otherwise one is deployed.
 */
export function planDeployment(
  from: string,
  firstNonce: number,
  holders: RoleHolders,
  attestors: Attestors,
  wrappedFil?: string,
): DeploymentPlan {
  const order = ORDER.filter((name) => name !== "WrappedFil" || wrappedFil === undefined);
  const at = (name: Name): string => getCreateAddress({ from, nonce: firstNonce + order.indexOf(name) });
  const members = [...attestors.members].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const GuaranteeLedger = at("GuaranteeLedger");
  const libraries = {
    ExpectedIncome: at("ExpectedIncome"),
    GuaranteeLedger,
    Minting: at("Minting"),
    Views: at("Views"),
    Weights: at("Weights"),
  };
  const poolLibraries = Object.fromEntries(POOL_LIBRARIES.map((name) => [name, at(name)]));
  const asset = wrappedFil ?? at("WrappedFil");
  const linked: Readonly<Partial<Record<Name, Libraries>>> = {
    Minting: { GuaranteeLedger },
    Weights: { GuaranteeLedger },
    PowerNFT: libraries,
    JointMiningPool: poolLibraries,
  };
  const args: Readonly<Record<Name, readonly unknown[]>> = {
    ExpectedIncome: [],
    GuaranteeLedger: [],
    Minting: [],
    Views: [],
    Weights: [],
    PowerAccessManager: [holders, at("PowerNFT"), at("PowerOracle"), at("PowerMarket"), [at("JointMiningPool")]],
    MinerVault: [at("PowerNFT")],
    MinerRegistry: [at("MinerVault")],
    PowerNFTRenderer: [],
    PowerOracle: [at("PowerAccessManager"), at("PowerNFT"), members, attestors.quorum],
    PowerNFT: [at("PowerAccessManager"), at("MinerRegistry"), at("PowerOracle"), at("PowerNFTRenderer")],
    PowerMarket: [at("PowerAccessManager"), at("PowerNFT")],
    Machines: [],
    Buying: [],
    PolicyRange: [],
    Queue: [],
    WrappedFil: [],
    JointMiningPool: [
      at("PowerAccessManager"),
      at("PowerNFT"),
      at("PowerMarket"),
      asset,
      ZeroAddress,
      FIL_POOL.name,
      FIL_POOL.symbol,
    ],
  };
  return {
    contracts: order.map((name) => ({
      name,
      address: at(name),
      args: args[name],
      libraries: linked[name] ?? {},
    })),
    addresses: {
      accessManager: at("PowerAccessManager"),
      minerVaultImplementation: at("MinerVault"),
      minerRegistry: at("MinerRegistry"),
      powerNFTRenderer: at("PowerNFTRenderer"),
      powerOracle: at("PowerOracle"),
      powerNFT: at("PowerNFT"),
      powerMarket: at("PowerMarket"),
      wrappedFil: asset,
      jointMiningPool: at("JointMiningPool"),
      libraries: { ...libraries, ...poolLibraries },
    },
  };
}
