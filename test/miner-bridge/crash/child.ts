/**
 * A bridge in a process of its own, to be killed. It works through rounds on the node of MINER_BRIDGE_RPC_URLS, with an
 * epoch or two between them, and kills itself at the point of KILL_AT, counted over everything that it writes or sends.
 */
import { createTransport } from "../../../lib/index.ts";
import { compose } from "../../../miner-bridge/compose.ts";
import { readConfig } from "../../../miner-bridge/config/index.ts";
import { createLog } from "../../../miner-bridge/ops/index.ts";
import type { ComputeMiner } from "../../../miner-bridge/power/index.ts";
import { type Role, runTick } from "../../../miner-bridge/runTick.ts";
import { Database } from "../../../miner-bridge/state/index.ts";

const { env } = process;
const killAt = Number(env["KILL_AT"]);
let points = 0;

/** A place where the process may end: before and after each write, and each send. */
function point(): void {
  points += 1;
  if (points === killAt) process.kill(process.pid, "SIGKILL");
}

/** Puts points around each write. */
function watchWrites(): void {
  const { run, transaction } = Database.prototype;
  Database.prototype.run = function (this: Database, ...values) {
    point();
    const result = run.apply(this, values);
    point();
    return result;
  };
  Database.prototype.transaction = function <T>(this: Database, body: () => T): T {
    point();
    const result = transaction.call(this, body) as T;
    point();
    return result;
  };
}

/** Puts points around each send. */
function watchSends(): void {
  const usual = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const sends = typeof init?.body === "string" && init.body.includes("eth_sendRawTransaction");
    if (sends) point();
    const response = await usual(input, init);
    if (sends) point();
    return response;
  };
}

/** Weights that are new in every frame. */
const daily: ComputeMiner = ({ height }, minerId, nfts) => {
  const weights = nfts.map(({ id, nominalPower }) => ({ id, weight: nominalPower - height / 2_880n }));
  return Promise.resolve({ minerId, qap: nfts.reduce((sum, nft) => sum + nft.nominalPower, 0n), weights });
};

watchWrites();
watchSends();
const config = await readConfig(undefined, env);
const bridge = {
  ...(await compose(env["ROLE"] as Role, config, env, createLog({ level: "silent" }))),
  computeMiner: daily,
};
const node = createTransport({ url: config.rpcUrls[0] as string });
console.log("ready");
for (let round = 0; round < Number(env["ROUNDS"]); round += 1) {
  await runTick(bridge);
  await node("test_mine", [2]);
}
bridge.close();
console.log(`points ${points}`);
