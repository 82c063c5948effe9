/**
 * Deploys the protocol. The contracts name each other, so their addresses are computed first from the deployer's
 * nonce; the constructors check that they were wired as planned.
 */
import { type ContractFactory, type ContractTransactionReceipt, type Signer, getCreateAddress } from "ethers";

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
  /** Code that PowerNFT runs in its own context; fixed for ever when it is deployed. */
  readonly libraries: Libraries;
}

/** Addresses of linked libraries by name. */
export type Libraries = Readonly<Record<string, string>>;

/** Gives the factory of a contract by its name; `hardhat.ethers.getContractFactory(name, { signer, libraries })` does. */
export type FactoryOf = (name: string, signer: Signer, libraries: Libraries) => Promise<ContractFactory>;

/** A deployment did not come out at the address that the other contracts were told. */
export class WrongDeploymentAddressError extends Error {
  override readonly name = "WrongDeploymentAddressError";
  readonly contract: string;
  readonly expected: string;
  readonly actual: string;

  constructor(contract: string, expected: string, actual: string) {
    super(
      `${contract} was deployed at ${actual}, but the other contracts expect ${expected}. ` +
        "Another transaction of the deployer came in between: deploy again, with nothing else sending from this key.",
    );
    this.contract = contract;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Called after each deployment, for progress and gas figures. */
export type OnDeployed = (name: string, address: string, receipt: ContractTransactionReceipt) => void;

/**
 * Deploys everything. `deployer` holds no role afterwards.
 *
 * @throws {WrongDeploymentAddressError} when another transaction of the deployer came in between.
 */
export async function deployProtocol(
  factoryOf: FactoryOf,
  deployer: Signer,
  holders: RoleHolders,
  attestors: Attestors,
  onDeployed: OnDeployed = () => {},
): Promise<ProtocolAddresses> {
  const from = await deployer.getAddress();
  const first = await deployer.getNonce();
  const planned = (offset: number): string => getCreateAddress({ from, nonce: first + offset });
  const powerOracle = planned(6);
  const powerNFT = planned(7);
  const powerMarket = planned(8);

  let next = 0;
  const deploy = async (name: string, args: readonly unknown[], libraries: Libraries = {}): Promise<string> => {
    const expected = planned(next++);
    const factory = await factoryOf(name, deployer, libraries);
    const contract = await factory.deploy(...args);
    const receipt = await contract.deploymentTransaction()?.wait();
    const address = await contract.getAddress();
    if (receipt === null || receipt === undefined || address !== expected) {
      throw new WrongDeploymentAddressError(name, expected, address);
    }
    onDeployed(name, address, receipt);
    return address;
  };

  const Minting = await deploy("Minting", []);
  const Weights = await deploy("Weights", []);
  const accessManager = await deploy("PowerAccessManager", [holders, powerNFT, powerOracle, powerMarket]);
  const minerVaultImplementation = await deploy("MinerVault", [powerNFT]);
  const minerRegistry = await deploy("MinerRegistry", [minerVaultImplementation]);
  const powerNFTRenderer = await deploy("PowerNFTRenderer", []);
  const members = [...attestors.members].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  await deploy("PowerOracle", [accessManager, powerNFT, members, attestors.quorum]);
  const libraries = { Minting, Weights };
  await deploy("PowerNFT", [accessManager, minerRegistry, powerOracle, powerNFTRenderer], libraries);
  await deploy("PowerMarket", [accessManager, powerNFT]);
  return {
    accessManager,
    minerVaultImplementation,
    minerRegistry,
    powerNFTRenderer,
    powerOracle,
    powerNFT,
    powerMarket,
    libraries,
  };
}
