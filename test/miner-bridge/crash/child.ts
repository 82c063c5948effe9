/** A bridge in a process of its own, to be killed: it works through rounds, with some epochs between them. */
import { createTransport } from "../../../lib/index.ts";
import { compose } from "../../../miner-bridge/compose.ts";
import { readConfig } from "../../../miner-bridge/config/index.ts";
import { createLog } from "../../../miner-bridge/ops/index.ts";
import { type Role, runTick } from "../../../miner-bridge/runTick.ts";
import { daily } from "./daily.ts";

const { env } = process;
const config = await readConfig(undefined, env);
const composed = await compose(env["ROLE"] as Role, config, env, createLog({ level: "silent" }));
const bridge = { ...composed, computeMiner: daily };
const node = createTransport({ url: config.rpcUrls[0] as string });
console.log("ready");
for (let round = 0; round < Number(env["ROUNDS"]); round += 1) {
  await runTick(bridge);
  await node("test_mine", [4]);
}
bridge.close();
