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

/** Writes where the contracts are, for the tasks. @returns the path of the file. */
export async function writeDeploymentFile(stage: Stage): Promise<string> {
  const path = localPath(NETWORK);
  const { protocol } = stage;
  const { chainId } = await stage.provider.getNetwork();
  await writeDeployment(path, { chainId: Number(chainId), ...protocol, libraries: { ...protocol.libraries } });
  return path;
}

/** Tells what the network offers to whoever keeps it. */
export function explain(stage: Stage, server: HttpServer, path: string, enrolled: string): void {
  const { print, protocol } = stage;
  print.heading("The network stays");
  print.facts([
    ["JSON-RPC", `${server.rpcUrl}  (Lotus: Filecoin.*, eth_*; chain id 31415926)`],
    ["time", `an epoch a second; curl '${server.advanceUrl}?epochs=2880' skips a day, rewards included`],
    ["contracts", `PowerNFT ${protocol.powerNFT}, MinerRegistry ${protocol.minerRegistry}`],
    ["", `all in ${path}, where --network embedded finds them`],
    ["miners", `f0${MINER.id} of f3 key f0${OWNER.id} ${enrolled}`],
    [
      "",
      `f0${MULTISIG_MINER.id} of multisig f0${MULTISIG.id} (2 of 2: f0${SIGNERS.map(({ id }) => id).join(", f0")}), not enrolled`,
    ],
    [
      "node's wallet",
      `f0${OWNER.id} (f3), f0${HOLDER.id} (f1), f0${SIGNERS.map(({ id }) => id).join(", f0")} (f1), by MpoolPushMessage`,
    ],
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
  for (const task of ["miner check f01001", "miner status f01000", "nft show 1"]) {
    print.line(`${prefix}npx hardhat ${task} --network ${NETWORK}`, 5);
  }
  print.blank();
  print.text("Ctrl-C ends the network.");
}

/** Lets the chain go on, an epoch a second, until it is told to stop. */
export async function tick(chain: EmbeddedFilecoin, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await sleep(EPOCH_MS, undefined, { signal });
      await chain.exclusively(() => chain.advance(1n));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
