/**
 * The protocol on a simulated Filecoin, in the states in which most tests begin:
 *
 * - `deployed`: the protocol, no miner;
 * - `enrolled`: miner f01000 (100 sectors of 32 GiB) of an f3 owner, whose vault is its beneficiary;
 * - `earning`: NFT 1, half of the miner's power, attested, held by `holder`.
 *
 * Each is made once and restored from a snapshot.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { type Libraries, type RoleHolders, deployProtocol } from "../../lib/protocol/deploy.ts";
import type {
  JointMiningPool,
  MinerRegistry,
  MinerVault,
  PowerAccessManager,
  PowerMarket,
  PowerNFT,
  PowerNFTRenderer,
  PowerOracle,
  WrappedFil,
} from "../../types/ethers-contracts/index.ts";
import { type Filecoin, FIL, installFilecoin, maskedAddress } from "../filecoin/index.ts";
import { proposeVault } from "./beneficiary.ts";
import { ethers, networkHelpers, provider } from "./network.ts";
import { attest, mint } from "./nft.ts";
import { GiB } from "./units.ts";

export interface Protocol {
  readonly fil: Filecoin;
  readonly nft: PowerNFT;
  readonly market: PowerMarket;
  readonly pool: JointMiningPool;
  readonly wfil: WrappedFil;
  readonly registry: MinerRegistry;
  readonly manager: PowerAccessManager;
  readonly renderer: PowerNFTRenderer;
  readonly vaultImplementation: MinerVault;
  readonly libraries: Libraries;
  readonly deployer: HardhatEthersSigner;
  readonly governance: HardhatEthersSigner;
  readonly guardian: HardhatEthersSigner;
  /** The oracle's contract, as a sender: for tests of what it may do to NFTs. */
  readonly oracle: HardhatEthersSigner;
  readonly powerOracle: PowerOracle;
  /** The only member of the oracle. */
  readonly attestor: HardhatEthersSigner;
  /** People without a role. */
  readonly holder: HardhatEthersSigner;
  readonly buyer: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
}

export interface Enrolled extends Protocol {
  readonly miner: bigint;
  /** The miner's owner, an f3 account: its id, and its masked address as a sender of native InvokeEVM messages. */
  readonly owner: bigint;
  readonly provider: HardhatEthersSigner;
  readonly vault: MinerVault;
}

export interface Earning extends Enrolled {
  /** NFT 1: sectors 0 to 49. */
  readonly id: bigint;
  readonly weight: bigint;
}

export const MINER = 1000n;
export const OWNER = 102n;
export const SECTOR_SIZE = 32n * GiB;
export const SECTORS = 100n;
/** The miner's power; no sector holds verified deals. */
export const QAP = SECTORS * SECTOR_SIZE;
/** Where the simulated chain begins, so that epochs are of the size that they have in life. */
const FIRST_EPOCH = 1_000_000n;

/** Code that PowerNFT runs in its own context. */
const POWER_LIBRARIES = ["ExpectedIncome", "GuaranteeLedger", "Minting", "Views", "Weights"];

async function deploy(): Promise<Protocol> {
  const fil = await installFilecoin(provider);
  await fil.mineTo(FIRST_EPOCH);
  const [deployer, governance, guardian, attestor, holder, buyer, stranger] = await ethers.getSigners();
  if (!deployer || !governance || !guardian || !attestor || !holder || !buyer || !stranger)
    throw new Error("no signers");
  const holders: RoleHolders = {
    governance: governance.address,
    guardian: guardian.address,
  };
  const at = await deployProtocol(
    (name, signer, libraries) => ethers.getContractFactory(name, { signer, libraries }),
    deployer,
    holders,
    { members: [attestor.address], quorum: 1 },
  );
  await fil.setBalance(at.powerOracle, FIL(100)); // for the gas of what it sends as a sender
  return {
    fil,
    nft: await contractAt<PowerNFT>("PowerNFT", at.powerNFT),
    market: await contractAt<PowerMarket>("PowerMarket", at.powerMarket),
    pool: await contractAt<JointMiningPool>("JointMiningPool", at.jointMiningPool),
    wfil: await contractAt<WrappedFil>("WrappedFil", at.wrappedFil),
    registry: await contractAt<MinerRegistry>("MinerRegistry", at.minerRegistry),
    manager: await contractAt<PowerAccessManager>("PowerAccessManager", at.accessManager),
    powerOracle: await contractAt<PowerOracle>("PowerOracle", at.powerOracle),
    oracle: await ethers.getImpersonatedSigner(at.powerOracle),
    attestor,
    renderer: await contractAt<PowerNFTRenderer>("PowerNFTRenderer", at.powerNFTRenderer),
    vaultImplementation: await contractAt<MinerVault>("MinerVault", at.minerVaultImplementation),
    libraries: Object.fromEntries(POWER_LIBRARIES.map((name) => [name, at.libraries[name] ?? ""])),
    deployer,
    governance,
    guardian,
    holder,
    buyer,
    stranger,
  };
}

export async function contractAt<T>(name: string, address: string): Promise<T> {
  return (await ethers.getContractAt(name, address)) as unknown as T;
}

/** A sender without a key: native actors call contracts from their masked address. */
export async function senderOf(id: bigint): Promise<HardhatEthersSigner> {
  return ethers.getImpersonatedSigner(maskedAddress(id));
}

/** Creates a miner with its vault, which is not its beneficiary yet. */
export async function addMiner(
  p: Protocol,
  options: { id: bigint; owner: bigint; balance?: bigint; sectors?: bigint },
): Promise<MinerVault> {
  await p.fil.createMiner({
    id: options.id,
    owner: options.owner,
    balance: options.balance ?? FIL(1_000),
    sectors: { count: options.sectors ?? SECTORS, raw: SECTOR_SIZE, qa: SECTOR_SIZE, pledge: FIL(1) },
  });
  await p.registry.createVault(options.id);
  return contractAt<MinerVault>("MinerVault", await p.registry.vaultOf(options.id));
}

/** Makes a vault the beneficiary of its miner. */
export async function enrol(p: Protocol, miner: bigint, owner: bigint, vault: MinerVault): Promise<void> {
  await proposeVault(p.fil, miner, owner, vault);
  await vault.activate();
}

async function enrolMiner(): Promise<Enrolled> {
  const p = await networkHelpers.loadFixture(deploy);
  await p.fil.createAccount({ id: OWNER });
  const vault = await addMiner(p, { id: MINER, owner: OWNER });
  await enrol(p, MINER, OWNER, vault);
  return { ...p, miner: MINER, owner: OWNER, provider: await senderOf(OWNER), vault };
}

async function mintAndAttest(): Promise<Earning> {
  const p = await networkHelpers.loadFixture(enrolMiner);
  const weight = QAP / 2n;
  const id = await mint(p, { sectors: [{ start: 0n, count: 50n }], nominalPower: weight });
  await attest(p, id, weight);
  return { ...p, id, weight };
}

export const deployed = (): Promise<Protocol> => networkHelpers.loadFixture(deploy);
export const enrolled = (): Promise<Enrolled> => networkHelpers.loadFixture(enrolMiner);
export const earning = (): Promise<Earning> => networkHelpers.loadFixture(mintAndAttest);
