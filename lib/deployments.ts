import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import { UsageError } from "./errors/ExplainedError.ts";
import type { Hex } from "./hex.ts";
import { FIL_POOL } from "./protocol/planDeployment.ts";

const contract = z
  .string()
  .refine((text) => isAddress(text), "not a 0x address")
  .transform((text) => getAddress(text) as Hex);

const coinPool = z.object({
  /** Name and symbol of its shares; the symbol is what people call it by, and the only one of its kind in a file. */
  name: z.string().min(1),
  symbol: z.string().min(1),
  address: contract,
  /** The stablecoin that it is over. */
  coin: contract,
  /** Where its FIL is sold. */
  auction: contract,
});

const schema = z.object({
  chainId: z.int(),
  accessManager: contract,
  minerVaultImplementation: contract,
  minerRegistry: contract,
  powerNFTRenderer: contract,
  powerOracle: contract,
  powerNFT: contract,
  powerMarket: contract,
  wrappedFil: contract,
  /** The pool over FIL, which is deployed with the rest. */
  jointMiningPool: contract,
  /** Pools over stablecoins, in the order of their creation. */
  coinPools: z.array(coinPool).default([]),
  libraries: z.record(z.string(), contract),
});

/** The addresses of the contracts on one network. */
export type Deployment = z.output<typeof schema>;

/** A deployment as it is written to a file. */
export type DeploymentFile = z.input<typeof schema>;

/** A pool over a stablecoin, as it is written to a file. */
export type CoinPool = z.output<typeof coinPool>;

/** Any joint mining pool of a deployment; over FIL where `auction` is undefined. */
export interface PoolAddresses extends Omit<CoinPool, "auction"> {
  readonly auction: Hex | undefined;
}

/** All joint mining pools: the one over FIL first. */
export function poolsOf({ jointMiningPool, wrappedFil, coinPools }: Deployment): readonly PoolAddresses[] {
  return [{ ...FIL_POOL, address: jointMiningPool, coin: wrappedFil, auction: undefined }, ...coinPools];
}

/** The committed file of a public network. */
export function committedPath(chainId: bigint): string {
  return `deployments/${chainId}.json`;
}

/** Where a local network keeps its deployment, by the name of the network in the Hardhat configuration. */
export function localPath(networkName: string): string {
  return `deployments/local/${networkName}.json`;
}

/** @throws {UsageError} when there is no such file, or it is for another chain, or it is not a deployment. */
export async function readDeployment(path: string, chainId: bigint): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(
      `No contracts are known on this network: ${path} does not exist. Deploy first, or name another file (--deployments or DEPLOYMENTS).`,
      { cause },
    );
  }
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UsageError(`${path} is not a file of contract addresses: write it again.`, {
      details: z.prettifyError(parsed.error),
    });
  }
  if (BigInt(parsed.data.chainId) !== chainId) {
    throw new UsageError(
      `${path} is for chain ${parsed.data.chainId}, but the network is chain ${chainId}: name the right file or --network.`,
    );
  }
  return parsed.data;
}

export async function writeDeployment(path: string, deployment: DeploymentFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(schema.parse(deployment), undefined, 2)}\n`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
