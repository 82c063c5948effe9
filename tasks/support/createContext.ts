import { join, relative } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { z } from "zod";

import { committedPath, localPath, readDeployment } from "../../lib/deployments.ts";
import {
  Clock,
  createLotusClient,
  createTransport,
  FatalError,
  type Hex,
  type JsonRpcRequest,
  MethodUnavailableError,
  parseAddress,
  publicNetwork,
  UsageError,
} from "../../lib/index.ts";
import { quantity } from "./answers.ts";
import { isHardhatError } from "./isHardhatError.ts";
import type { Report } from "./Report.ts";
import type { CommonArguments, Network, TaskContext } from "./TaskContext.ts";

const accountList = z.array(z.string().transform((text) => text as Hex));

/** The part of a connection of Hardhat that signs. */
interface Signing {
  request(request: { method: string; params?: unknown[] }): Promise<unknown>;
}

/**
 * Connects to the network of `--network`. The node of that network serves `eth_*` and `Filecoin.*`; `LOTUS_RPC_URL`
 * names another one for `Filecoin.*` (and `LOTUS_RPC_TOKEN` its token), for what public gateways leave out.
 */
export async function createContext(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  { deployments }: CommonArguments,
): Promise<TaskContext> {
  const name: string = z.string().default("default").parse(hre.globalOptions.network);
  const config = hre.config.networks[name];
  if (config?.type !== "http") {
    throw new UsageError("Name the network to work on: --network mainnet, calibration, embedded or lotus.");
  }
  const url = await config.url.getUrl();
  const lotusUrl = process.env.LOTUS_RPC_URL ?? url;
  // The token is for one's own node: a public gateway must never see it.
  const ownNode = process.env.LOTUS_RPC_URL !== undefined || name === "lotus";
  const token = ownNode ? process.env.LOTUS_RPC_TOKEN : undefined;
  const filecoin = createTransport({ url: lotusUrl, token });
  const eth = lotusUrl === url ? filecoin : createTransport({ url });
  const network = await inspect(name, config.chainId, eth, filecoin);

  // Opened only to sign: it asks for PRIVATE_KEY, which reading does not need.
  let opened: Promise<{ provider: Signing }> | undefined;
  const connection = (): Promise<{ provider: Signing }> => (opened ??= hre.network.create(name));

  const standard = network.public === undefined ? localPath(name) : committedPath(network.chainId);
  const path = deployments ?? process.env.DEPLOYMENTS ?? standard;
  let built: Promise<void> | undefined;

  return {
    network,
    report,
    lotus: createLotusClient(filecoin, network.prefix),
    eth,
    accounts: async () => {
      try {
        const { provider } = await connection();
        return accountList.parse(await provider.request({ method: "eth_accounts" }));
      } catch (error) {
        if (isHardhatError(error)) return []; // PRIVATE_KEY is not set
        throw error;
      }
    },
    sendTransaction: async ({ from, to, data, value, nonce }) => {
      const transaction = {
        from,
        ...(to === undefined ? {} : { to }),
        data,
        value: `0x${value.toString(16)}`,
        nonce: `0x${nonce.toString(16)}`,
      };
      const hash = await (
        await connection()
      ).provider.request({ method: "eth_sendTransaction", params: [transaction] });
      return z.string().parse(hash) as Hex;
    },
    compiled: async (contract) => {
      await (built ??= compileForProduction(hre));
      return hre.artifacts.readArtifact(contract);
    },
    deploymentPath: path,
    deployment: () => readDeployment(path, network.chainId),
    parseAddress: (text) => parseAddress(text, network.prefix),
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

/** Contracts are deployed as the production profile compiles them: the other one is for tests, and too large. */
async function compileForProduction(hre: HardhatRuntimeEnvironment): Promise<void> {
  const all = await hre.solidity.getRootFilePaths({ scope: "contracts" });
  const files = all.filter((file) => !relative(join(hre.config.paths.root, "contracts"), file).startsWith(".."));
  const result = await hre.solidity.build(files, { buildProfile: "production", quiet: true });
  if (!hre.solidity.isSuccessfulBuildResult(result)) {
    throw new FatalError("The contracts do not compile.", { details: result.formattedReason });
  }
}

async function inspect(
  name: string,
  configured: number | undefined,
  eth: JsonRpcRequest,
  filecoin: JsonRpcRequest,
): Promise<Network> {
  const chainId = quantity.parse(await eth("eth_chainId", []));
  if (configured !== undefined && BigInt(configured) !== chainId) {
    throw new UsageError(
      `--network ${name} is chain ${configured}, but the node that was named for it is of chain ${chainId}: check its URL.`,
    );
  }
  if (filecoin !== eth) {
    const other = quantity.parse(await filecoin("eth_chainId", []));
    if (other !== chainId) {
      throw new UsageError(
        `LOTUS_RPC_URL is a node of chain ${other}, but --network ${name} is chain ${chainId}: name a node of the same network.`,
      );
    }
  }
  const lotus = createLotusClient(filecoin);
  const known = publicNetwork(chainId, await networkName(lotus, name));
  if (known !== undefined) return { name, chainId, public: known, prefix: known.prefix, clock: known.clock };
  const head = await lotus.chainHead();
  const [block] = head.Blocks;
  if (block === undefined) throw new UsageError("The node has no block yet: wait until it has.");
  return {
    name,
    chainId,
    public: undefined,
    prefix: block.Miner.startsWith("t") ? "t" : "f",
    clock: Clock.fromBlock(head.Height, block.Timestamp),
  };
}

/** Gateways may not tell the network's name; then the configuration is believed. */
async function networkName(lotus: ReturnType<typeof createLotusClient>, configured: string): Promise<string> {
  try {
    return await lotus.stateNetworkName();
  } catch (error) {
    if (!(error instanceof MethodUnavailableError)) throw error;
    return configured === "calibration" ? "calibrationnet" : configured;
  }
}
