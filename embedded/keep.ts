import { setTimeout as sleep } from "node:timers/promises";

import { localPath, writeDeployment } from "../lib/deployments.ts";
import type { EmbeddedFilecoin } from "./chain/EmbeddedFilecoin.ts";
import { HOLDER, MINER, MULTISIG, MULTISIG_MINER, OWNER, SIGNERS } from "./chain/genesis.ts";
import type { HttpServer } from "./rpc/HttpServer.ts";
import { ROLES, testKey } from "./story/people.ts";
import type { Stage } from "./story/Stage.ts";

/** The name that the network has in the Hardhat configuration. */
const NETWORK = "embedded";
const DEFAULT_URL = "http://127.0.0.1:1235/rpc/v1";
const EPOCH_MS = 1000;
/** What to try first, after the story and without it. Without --really-do-it nothing is sent. */
const TASKS = {
  played: ["miner status f01000", "nft show 1", "miner check f01001"],
  fresh: ["miner check f01000", "miner create-vault f01000", "miner propose f01000 --send"],
} as const;

/** Writes where the contracts are, for the tasks. @returns the path of the file. */
export async function writeDeploymentFile(stage: Stage): Promise<string> {
  const path = localPath(NETWORK);
  const { protocol } = stage;
  const { chainId } = await stage.provider.getNetwork();
  await writeDeployment(path, { chainId: Number(chainId), ...protocol, libraries: { ...protocol.libraries } });
  return path;
}

/** Tells what the network offers to whoever keeps it. */
export function explain(stage: Stage, server: HttpServer, path: string, played: boolean): void {
  const { print, protocol } = stage;
  print.heading("The network stays");
  const signers = SIGNERS.map(({ id }) => `f0${id}`).join(" and ");
  print.facts([
    ["JSON-RPC", server.rpcUrl],
    ["", "Lotus: Filecoin.* and eth_*, chain id 31415926, no token"],
    ["time", "an epoch a second; this skips a day, rewards included:"],
    ["", `curl '${server.advanceUrl}?epochs=2880'`],
    ["PowerNFT", protocol.powerNFT],
    ["MinerRegistry", protocol.minerRegistry],
    ["", `these and the rest are in ${path}`],
    [`f0${MINER.id}`, `miner of f3 key f0${OWNER.id}, ${played ? "released: enrol it again" : "not enrolled yet"}`],
    [`f0${MULTISIG_MINER.id}`, `miner of multisig f0${MULTISIG.id} (both ${signers} sign), not enrolled`],
    ["node's wallet", `f0${OWNER.id} (f3), f0${HOLDER.id}, ${signers} (f1): they send by MpoolPushMessage`],
  ]);
  print.blank();
  print.text("Test keys with FIL (Hardhat's; everybody knows them, so use them nowhere else):");
  print.table(
    [
      { title: "role in the story", align: "left" },
      { title: "address", align: "left" },
    ],
    ROLES.map((role, index) => [role, testKey(index).address]),
  );
  const [deployer] = ROLES.map((_, index) => testKey(index).privateKey);
  print.line(`the first one's private key: ${deployer ?? ""}`);
  print.blank();
  print.text("Try, in another terminal:");
  const prefix = server.rpcUrl === DEFAULT_URL ? "" : `EMBEDDED_RPC_URL=${server.rpcUrl} `;
  for (const task of played ? TASKS.played : TASKS.fresh) {
    print.line(`${prefix}npx hardhat ${task} --network ${NETWORK}`, 5);
  }
  print.blank();
  print.text("Ctrl-C ends the network.");
}

/** Lets the chain go on, an epoch a second, until it is told to stop, or the npm that started it has ended. */
export async function tick(chain: EmbeddedFilecoin, signal: AbortSignal): Promise<void> {
  // npm's shell does not pass a SIGTERM on: without this the network would outlive `npm start`.
  const parent = process.env.npm_lifecycle_event === "start" ? process.ppid : undefined;
  try {
    while (parent === undefined || parent === process.ppid) {
      await sleep(EPOCH_MS, undefined, { signal });
      await chain.exclusively(() => chain.advance(1n));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
