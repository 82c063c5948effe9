/**
 * One Hardhat network for all tests of the contracts: fixtures are kept as snapshots of it. Gas is not estimated, so
 * that a transaction runs once, and one that fails is an epoch too.
 */
import hre from "hardhat";

const GAS = 16_000_000n;

export const { ethers, networkHelpers, provider } = await hre.network.create({ override: { gas: GAS } });
