/**
 * One Hardhat network for all tests of the contracts: fixtures are kept as snapshots of it. Gas is not estimated, so
 * that a transaction runs once, and one that fails is an epoch too.
 */
import hre from "hardhat";

/** Enough to deploy a contract whose every statement and condition is counted. */
const GAS = 60_000_000n;
/** Blocks are never half full, so that the base fee never rises, with instrumented contracts neither. */
const BLOCK_GAS = 10n * GAS;

export const { ethers, networkHelpers, provider } = await hre.network.create({
  override: { gas: GAS, blockGasLimit: BLOCK_GAS, transactionGasCap: false },
});
