/**
 * Records what a real network answers about a miner, for tests that need none: the blocks of state that its power is
 * read from, and Lotus' own answers to the same questions. One sector is faulty and one terminated.
 *
 * Usage: node test/miner-bridge/power/record.ts   (writes test/fixtures/power.json; needs a devnet binary)
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseAddress, toBase64 } from "../../../lib/index.ts";
import { EndpointPool } from "../../../miner-bridge/lotus/index.ts";
import { createReadMiner, MemoryBlockCache } from "../../../miner-bridge/power/index.ts";
import { Devnet } from "../../lotus/devnet/devnet.ts";
import { idOf, Lotus } from "../../lotus/lotus.ts";
import { RecordedLog } from "../support/RecordedLog.ts";

const SECTORS = 12;
/** Long enough for every deadline's first proof, so that a fault is not recovered before it is recorded. */
const HALF_A_DAY = 1_440;
const SETTLE = 3;
const DEADLINES = 48;
const FILE = join(import.meta.dirname, "../../fixtures/power.json");

const devnet = await Devnet.start({ blockTime: "100ms", sectors: SECTORS });
try {
  await record();
} finally {
  await devnet.stop();
}

async function record(): Promise<void> {
  const node = new Lotus(devnet.url);
  const { miner, owner } = devnet;
  const active = await node.call<{ SectorNumber: number }[]>("Filecoin.StateMinerActiveSectors", miner, []);
  const numbers = active.map(({ SectorNumber }) => SectorNumber).sort((a, b) => a - b);
  const [faulty, terminated] = [numbers[7] ?? 0, numbers[10] ?? 0];
  await devnet.advance(HALF_A_DAY);
  await node.declareFault(miner, owner, await node.sectorPlace(miner, faulty));
  await node.terminate(miner, owner, await node.sectorPlace(miner, terminated));
  await devnet.advance(SETTLE);

  const pool = new EndpointPool({ endpoints: [{ url: devnet.url }], log: new RecordedLog() });
  const { Cids, Height, Blocks } = await pool.lotus.chainHead();
  const stateRoot = Blocks[0]?.ParentStateRoot;
  if (stateRoot === undefined) throw new Error("a tipset without blocks");

  const blocks: Record<string, string> = {};
  const memory = new MemoryBlockCache();
  const read = createReadMiner({
    pool,
    way: "state",
    log: new RecordedLog(),
    blocks: {
      get: (cid) => memory.get(cid),
      put: (cid, block) => {
        memory.put(cid, block);
        blocks[cid] = toBase64(block);
      },
    },
  });
  // not attested yet, so that every active sector is read
  const wanted = numbers.filter((number) => number !== faulty && number !== terminated);
  const nft = { id: 1n, minerId: idOf(miner), nominalPower: 1n, expiry: 1n, attested: false };
  await read({ cids: Cids, height: Height, stateRoot }, nft.minerId, [
    { ...nft, sectors: wanted.map((number) => ({ start: BigInt(number), count: 1n })) },
  ]);

  const ask = (method: string, ...params: unknown[]): Promise<unknown> => node.call(`Filecoin.${method}`, ...params);
  const partitions: unknown[] = [];
  for (let deadline = 0; deadline < DEADLINES; deadline += 1) {
    partitions.push(await ask("StateMinerPartitions", miner, deadline, Cids));
  }
  const recording = {
    miner: parseAddress(miner).toString(),
    tipset: { Cids, Height: Number(Height), stateRoot },
    faulty,
    terminated,
    sectorNumbers: numbers,
    blocks,
    answers: {
      StateGetActor: await ask("StateGetActor", miner, Cids),
      StateMinerInfo: await ask("StateMinerInfo", miner, Cids),
      StateMinerPower: await ask("StateMinerPower", miner, Cids),
      StateMinerPartitions: partitions,
      StateMinerSectors: await ask("StateMinerSectors", miner, null, Cids),
    },
  };
  await writeFile(FILE, `${JSON.stringify(recording, null, 1)}\n`);
  console.log(`${Object.keys(blocks).length} blocks in ${FILE}`);
}
