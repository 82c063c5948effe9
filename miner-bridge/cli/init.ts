import { writeFile } from "node:fs/promises";

import { type Deployment, committedPath, poolsOf, readDeployment } from "../../lib/deployments.ts";
import { UsageError } from "../../lib/index.ts";
import type { Terminal } from "./Terminal.ts";

export interface InitOptions {
  readonly chainId: number;
  readonly rpc: readonly string[];
  /** File of contract addresses; the committed one of the chain unless named. */
  readonly deployments?: string | undefined;
  readonly deployedAt: number;
  /** Where the settings go. */
  readonly config: string;
}

/** Writes a file of settings for a network, and says what comes next. It never overwrites one. */
export async function init(terminal: Terminal, options: InitOptions): Promise<void> {
  const { chainId, rpc, deployments, deployedAt, config } = options;
  const contracts: Deployment = await readDeployment(deployments ?? committedPath(BigInt(chainId)), BigInt(chainId));
  const settings = {
    rpcUrls: rpc,
    chainId,
    powerOracle: contracts.powerOracle,
    powerNft: contracts.powerNFT,
    minerRegistry: contracts.minerRegistry,
    jointMiningPools: poolsOf(contracts).map(({ address }) => address),
    deployedAt,
    dataFolder: "miner-bridge-data",
  };
  try {
    await writeFile(config, `${JSON.stringify(settings, undefined, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") {
      throw new UsageError(`${config} is there already: move it away first, or name another with --config.`, { cause });
    }
    throw new UsageError(`${config} cannot be written: name another with --config.`, { cause });
  }
  terminal.print(`Wrote ${config}. The bridge is dry until a key is set (keyFile, keystoreFile or MINER_BRIDGE_KEY).`);
  terminal.print("Next: miner-bridge check, then miner-bridge run attestor --once.");
}
