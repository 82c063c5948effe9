import { createRequire } from "node:module";

import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import { tasks } from "./tasks/index.ts";

/** The compiler comes from npm, so that nothing is downloaded outside the package registry. */
const solc = { version: "0.8.30", path: createRequire(import.meta.url).resolve("solc/soljson.js") };

/** What goes through a page of NFTs: written out at length, so that each costs fewer instructions. */
const LOOPS = { evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs: 1_000_000 } };

const { env } = process;

/** Tokens are secrets of the environment; public nodes want none. */
const httpHeaders: Record<string, string> =
  env.LOTUS_RPC_TOKEN === undefined ? {} : { Authorization: `Bearer ${env.LOTUS_RPC_TOKEN}` };

/** The key that signs Ethereum transactions: in the environment, or in Hardhat's keystore. */
const accounts = [configVariable("PRIVATE_KEY")];

/** How far the properties are searched: PROPERTIES=nightly for the whole of it. */
const properties = env.PROPERTIES === "nightly" ? { runs: 1000, depth: 100 } : { runs: 20, depth: 50 };

export default defineConfig({
  plugins: [toolbox],
  tasks,
  solidity: {
    profiles: {
      /** Quick to build: for tests. */
      default: { ...solc, settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } } },
      /** What is deployed: the tests on the real network and the benchmark run this one. */
      production: {
        isolated: false,
        compilers: [
          { ...solc, settings: { evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs: 200 } } },
        ],
        overrides: {
          "contracts/power/PowerOracle.sol": { ...solc, settings: LOOPS },
          "contracts/power/Weights.sol": { ...solc, settings: LOOPS },
        },
      },
    },
  },
  paths: {
    sources: [
      "contracts",
      "embedded/contracts",
      "scripts/simulation/contracts",
      "test/filecoin/contracts",
      "test/fvm/contracts",
      "test/support/contracts",
    ],
    tests: { mocha: "test", solidity: "test/properties" },
  },
  test: {
    /** A busy machine is slow; nothing here asserts a time. */
    mocha: { timeout: 600_000 },
    solidity: {
      fuzz: { runs: properties.runs },
      invariant: { ...properties, failOnRevert: true, shrinkRunLimit: 2000 },
    },
  },
  networks: {
    default: { type: "edr-simulated", chainId: 31415926, allowUnlimitedContractSize: true },
    mainnet: {
      type: "http",
      chainId: 314,
      url: env.MAINNET_RPC_URL ?? "https://api.node.glif.io/rpc/v1",
      accounts,
    },
    calibration: {
      type: "http",
      chainId: 314159,
      url: env.CALIBRATION_RPC_URL ?? "https://api.calibration.node.glif.io/rpc/v1",
      accounts,
    },
    /** The network of `npm start -- --keep`; its node signs for its own accounts. */
    embedded: {
      type: "http",
      url: env.EMBEDDED_RPC_URL ?? "http://127.0.0.1:1235/rpc/v1",
      accounts: env.PRIVATE_KEY === undefined ? "remote" : accounts,
    },
    /** A Lotus node of one's own, on any network. */
    lotus: {
      type: "http",
      url: env.LOTUS_RPC_URL ?? "http://127.0.0.1:1234/rpc/v1",
      accounts: env.PRIVATE_KEY === undefined ? "remote" : accounts,
      httpHeaders,
    },
  },
});
