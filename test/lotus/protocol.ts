import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { Contract, ContractFactory, type ContractTransactionReceipt, type Signer } from "ethers";

import { type ReportEntry, type ReportPage, ReportTree, frameOf, referenceEpoch } from "../../lib/protocol/report.ts";
import { type Attestors, deployProtocol, type Libraries, type ProtocolAddresses } from "../../lib/protocol/deploy.ts";
import { type CompiledContract, link } from "../../lib/protocol/link.ts";
import { FIL, f410Bytes, idOf, type Lookup } from "./lotus.ts";
import { invoke, mined, type Network } from "./network.ts";

const ARTIFACTS = resolve(import.meta.dirname, "../../artifacts");

/** The terms that every proposal has (R-VLT-2). */
export const QUOTA = 10n ** 12n * FIL;
export const EXPIRATION = 100_000_000n;
/** Expiry dates lie this many epochs apart. */
export const GRID = 86_400;

export interface Artifact extends CompiledContract {
  readonly contractName: string;
  readonly deployedBytecode: string;
  readonly buildInfoId: string;
}

/** A contract as the production profile compiled it. */
export function artifact(name: string): Artifact {
  for (const folder of ["contracts", "test"]) {
    const root = join(ARTIFACTS, folder);
    const file = listing(root).find((entry) => entry.endsWith(`${name}.sol/${name}.json`));
    if (file === undefined) continue;
    const found = JSON.parse(readFileSync(join(root, file), "utf8")) as Artifact;
    const build = readFileSync(join(ARTIFACTS, "build-info", `${found.buildInfoId}.json`), "utf8");
    const { input } = JSON.parse(build) as { input: { settings: { viaIR?: boolean } } };
    if (input.settings.viaIR === true) return found;
    throw new Error(`${name} was not compiled for production: run "hardhat --build-profile production build" first`);
  }
  throw new Error(`${name} was not compiled: run "hardhat --build-profile production build" first`);
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
}

export function factoryOf(name: string, signer: Signer, libraries: Libraries): Promise<ContractFactory> {
  const compiled = artifact(name);
  return Promise.resolve(new ContractFactory(compiled.abi, link(compiled, libraries), signer));
}

/** The deployed protocol, called by one signer. */
export interface Protocol {
  addresses: ProtocolAddresses;
  nft: Contract;
  oracle: Contract;
  registry: Contract;
  vaultOf: (miner: bigint) => Promise<Contract>;
}

/** Deploys with the first wallet as deployer, governance, guardian and, unless others are named, only attestor. */
export async function deployOn(
  network: Network,
  onDeployed: (name: string, address: string, receipt: ContractTransactionReceipt) => void = () => {},
  attestors?: Attestors,
): Promise<Protocol> {
  const [deployer] = network.wallets;
  if (deployer === undefined) throw new Error("a funded wallet is needed");
  const holder = deployer.address;
  const addresses = await deployProtocol(
    factoryOf,
    deployer,
    { governance: holder, guardian: holder },
    attestors ?? { members: [holder], quorum: 1 },
    onDeployed,
  );
  const nft = new Contract(addresses.powerNFT, artifact("PowerNFT").abi, deployer);
  const registry = new Contract(addresses.minerRegistry, artifact("MinerRegistry").abi, deployer);
  const vaultOf = async (miner: bigint): Promise<Contract> => {
    const address = (await registry.getFunction("vaultOf")(miner)) as string;
    return new Contract(address, artifact("MinerVault").abi, deployer);
  };
  const oracle = new Contract(addresses.powerOracle, artifact("PowerOracle").abi, deployer);
  return { addresses, nft, oracle, registry, vaultOf };
}

/** Sends a transaction of a contract and waits for it. */
export async function sendTo(
  contract: Contract,
  name: string,
  ...args: unknown[]
): Promise<ContractTransactionReceipt> {
  return (await mined(contract.getFunction(name)(...args))) as ContractTransactionReceipt;
}

/** Waits for a frame without a report, if need be, and has the only attestor report; the tree. */
export async function report(
  { devnet, lotus }: Network,
  oracle: Contract,
  entries: (frame: number) => readonly ReportEntry[],
): Promise<ReportTree> {
  const last = Number((await oracle.getFunction("lastFrame")()) as bigint);
  let height = BigInt((await lotus.head()).Height);
  if (frameOf(height) <= last) height = BigInt(await devnet.advance(Number(referenceEpoch(last + 1) - height)));
  const frame = frameOf(height);
  const tree = new ReportTree(frame, entries(frame));
  await sendTo(oracle, "submit", frame, tree.root);
  return tree;
}

/** What `applyPage` takes for a page of a report. */
export function pageArguments(tree: ReportTree, page: ReportPage): unknown[] {
  return [tree.frame, page.minerId, page.ids, page.weights, tree.proofOf(page)];
}

/** Reports the weights of some NFTs of a miner, and applies the report. */
export async function attest(network: Network, oracle: Contract, page: ReportPage): Promise<void> {
  const tree = await report(network, oracle, () => [page]);
  await sendTo(oracle, "applyPage", ...pageArguments(tree, page));
}

/** Enrols the network's miner: its vault, which the owner proposes and anybody activates. */
export async function enrol(network: Network, protocol: Protocol, operator?: string): Promise<Contract> {
  const { miner, owner } = network.devnet;
  const minerId = idOf(miner);
  await sendTo(protocol.registry, "createVault", minerId);
  const vault = await protocol.vaultOf(minerId);
  const address = await vault.getAddress();
  await propose(network, miner, owner, address);
  await sendTo(vault, "activate");
  if (operator !== undefined) {
    await invoke(network.lotus, owner, address, vault.interface.encodeFunctionData("setOperator", [operator]));
  }
  return vault;
}

/** The owner's native proposal, always with the same terms. */
export async function propose(network: Network, miner: string, owner: string, vault: string): Promise<Lookup> {
  return network.lotus.proposeBeneficiary(miner, owner, f410Bytes(vault), QUOTA, EXPIRATION);
}
