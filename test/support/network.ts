/** One Hardhat network for all tests of the contracts: fixtures are kept as snapshots of it. */
import hre from "hardhat";

export const { ethers, networkHelpers, provider } = await hre.network.create();
