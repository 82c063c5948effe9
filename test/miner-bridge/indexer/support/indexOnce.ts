/** A process that indexes everything that is final from a node, to be killed: node indexOnce.ts <url> <file> */
import { createTransport } from "../../../../lib/index.ts";
import { createIndexer } from "../../../../miner-bridge/indexer/index.ts";
import { createLog } from "../../../../miner-bridge/ops/index.ts";
import { CONTRACTS } from "./FakeChain.ts";

const [url, path, start] = process.argv.slice(2);
if (url === undefined || path === undefined || start === undefined) throw new Error("url, file and first epoch");
const indexer = createIndexer({
  request: createTransport({ url }),
  contracts: CONTRACTS,
  startEpoch: BigInt(start),
  path,
  log: createLog({ level: "silent" }),
});
await indexer.tick();
indexer.close();
