import { createRequire } from "node:module";

import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

/** The compiler comes from npm, so that nothing is downloaded outside the package registry. */
const solc = { version: "0.8.30", path: createRequire(import.meta.url).resolve("solc/soljson.js") };

export default defineConfig({
  plugins: [toolbox],
  solidity: {
    profiles: {
      /** Quick to build: for tests. */
      default: { ...solc, settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } } },
      /** What is deployed: the tests on the real network and the benchmark run this one. */
      production: { ...solc, settings: { evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs: 200 } } },
    },
  },
  paths: {
    sources: ["contracts", "test/filecoin/contracts", "test/fvm/contracts", "embedded/contracts"],
    tests: { mocha: "test", solidity: "test/properties" },
  },
  networks: {
    default: { type: "edr-simulated", chainId: 31415926, allowUnlimitedContractSize: true },
  },
});
