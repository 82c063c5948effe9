/** A bridge in a process of its own, to be killed: it works through rounds, with some epochs between them. */
import { createTransport } from "../../../lib/index.ts";
import { NoFinalTipsetError } from "../../../miner-bridge/chain/index.ts";
import { compose } from "../../../miner-bridge/compose.ts";
import { readConfig } from "../../../miner-bridge/config/index.ts";
import { createLog } from "../../../miner-bridge/ops/index.ts";
import { type SendingRole, runTick } from "../../../miner-bridge/runTick.ts";
import { daily } from "./daily.ts";

const { env } = process;
const config = await readConfig(undefined, env);
const composed = await compose(env["ROLE"] as SendingRole, config, env, createLog({ level: "silent" }));
const bridge = { ...composed, computeMiner: daily };
const node = createTransport({ url: config.rpcUrls[0] as string });
console.log("ready");
for (let round = 0; round < Number(env["ROUNDS"]); round += 1) {
  try {
    await runTick(bridge);
  } catch (error) {
    // the test moved the chain a day ahead between two questions; the daemon would begin the next round too
    if (!(error instanceof NoFinalTipsetError)) throw error;
  }
  await node("test_mine", [4]);
}
bridge.close();
