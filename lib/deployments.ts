import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import { UsageError } from "./errors/ExplainedError.ts";
import type { Hex } from "./hex.ts";

const contract = z
  .string()
  .refine((text) => isAddress(text), "not a 0x address")
  .transform((text) => getAddress(text) as Hex);

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
  jointMiningPool: contract,
  libraries: z.record(z.string(), contract),
});

/** The addresses of the contracts on one network. */
export type Deployment = z.output<typeof schema>;

/** A deployment as it is written to a file. */
export type DeploymentFile = z.input<typeof schema>;

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
