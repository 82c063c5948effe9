import type { ContractFactory, ContractTransactionReceipt, Signer } from "ethers";

import type { Libraries } from "./link.ts";
import {
  type Attestors,
  type PlannedContract,
  type ProtocolAddresses,
  type RoleHolders,
  planDeployment,
} from "./planDeployment.ts";

export type { Libraries } from "./link.ts";
export type { Attestors, ProtocolAddresses, RoleHolders } from "./planDeployment.ts";

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
 * Deploys everything as planned. `deployer` holds no role afterwards.
 *
 * @throws {WrongDeploymentAddressError} when another transaction of the deployer came in between.
 */
export async function deployProtocol(
  factoryOf: FactoryOf,
  deployer: Signer,
  holders: RoleHolders,
  attestors: Attestors,
  onDeployed: OnDeployed = () => {},
  wrappedFil?: string,
): Promise<ProtocolAddresses> {
  const from = await deployer.getAddress();
  const { contracts, addresses } = planDeployment(from, await deployer.getNonce(), holders, attestors, wrappedFil);
  await deployPlanned(factoryOf, deployer, contracts, onDeployed);
  return addresses;
}

/**
 * Deploys contracts one after the other, each to its planned address.
 *
 * @throws {WrongDeploymentAddressError} when another transaction of the deployer came in between.
 */
export async function deployPlanned(
  factoryOf: FactoryOf,
  deployer: Signer,
  contracts: readonly PlannedContract[],
  onDeployed: OnDeployed = () => {},
): Promise<void> {
  for (const { name, address: expected, args, libraries } of contracts) {
    const factory = await factoryOf(name, deployer, libraries);
    const contract = await factory.deploy(...args);
    const receipt = await contract.deploymentTransaction()?.wait();
    const address = await contract.getAddress();
    if (receipt === null || receipt === undefined || address !== expected) {
      throw new WrongDeploymentAddressError(name, expected, address);
    }
    onDeployed(name, address, receipt);
  }
}
