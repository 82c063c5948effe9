import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";

import { cidOf, type LotusClient, parseAddress } from "../../lib/index.ts";
import { EndpointPool, checkNetwork, pinTipset, probeMethods } from "../../miner-bridge/lotus/index.ts";
import {
  type ComputeMiner,
  createComputeMiner,
  createReadMiner,
  explainNft,
  type LivingNft,
  MemoryBlockCache,
  type MinerWeights,
  type PinnedTipset,
} from "../../miner-bridge/power/index.ts";
import { RecordedLog } from "../miner-bridge/support/RecordedLog.ts";
import { Devnet } from "./devnet/devnet.ts";
import { Lotus, idOf } from "./lotus.ts";

const DAY = 2_880;
/** QAP of a sector here: 2 KiB, full of verified deals. */
const SECTOR = 20_480n;
/** How far the network's genesis claims are from what their sectors add up to: one byte of a sector's ten parts. */
const TOLERANCE = 10_000n;
const SETTLE = 3;

/** What the bridge computes, against what the node says itself; the steps build on each other. */
describe("sector power on a real Lotus network", function () {
  this.timeout(600_000);
  this.bail(true);

  let devnet: Devnet;
  let node: Lotus;
  let pool: EndpointPool;
  let lotus: LotusClient;
  let minerId: bigint;
  let byState: ComputeMiner;
  let byRows: ComputeMiner;
  let sectors: bigint[];
  let nfts: LivingNft[];

  const cache = new MemoryBlockCache();
  const log = new RecordedLog();

  const pinHead = async (): Promise<PinnedTipset> => {
    const { Cids, Height, Blocks } = await lotus.chainHead();
    const stateRoot = Blocks[0]?.ParentStateRoot;
    if (stateRoot === undefined) throw new Error("a tipset without blocks");
    return { cids: Cids, height: Height, stateRoot };
  };

  const nft = (id: bigint, backing: readonly bigint[], more: Partial<LivingNft> = {}): LivingNft => ({
    id,
    minerId,
    sectors: backing.map((start) => ({ start, count: 1n })),
    nominalPower: BigInt(backing.length) * SECTOR,
    expiry: 500_000n,
    attested: true,
    ...more,
  });

  /** Both ways, which must say the same to the byte, and add up to what the node says. */
  const weigh = async (of: readonly LivingNft[] = nfts, at?: PinnedTipset): Promise<Map<bigint, bigint>> => {
    const pinned = at ?? (await pinHead());
    const [state, rows] = await Promise.all([byState(pinned, minerId, of), byRows(pinned, minerId, of)]);
    deepStrictEqual(state, rows);
    const { MinerPower } = await lotus.stateMinerPower(parseAddress(devnet.miner), pinned.cids);
    const weights = weightsOf(state);
    strictEqual(weights.qap, MinerPower.QualityAdjPower);
    return new Map(weights.weights.map(({ id, weight }) => [id, weight]));
  };

  /**
   * Weighs NFTs 1 to 3 by the sectors that the node itself calls active: on a busy machine the network may miss a proof,
   * and then the chain takes a whole partition's power as well. @returns the active sectors.
   */
  const weighActive = async (): Promise<Set<bigint>> => {
    const pinned = await pinHead();
    const rows = await lotus.stateMinerActiveSectors(parseAddress(devnet.miner), pinned.cids);
    const active = new Set(rows.map(({ SectorNumber }) => SectorNumber));
    const expected = nfts.map(({ id, sectors: runs }): [bigint, bigint] => [
      id,
      BigInt(runs.filter(({ start }) => active.has(start)).length) * SECTOR,
    ]);
    deepStrictEqual([...(await weigh(nfts, pinned))], expected);
    return active;
  };

  const weightsOf = (weights: MinerWeights) => {
    if ("skipped" in weights) throw new Error(weights.skipped);
    return weights;
  };

  before(async () => {
    devnet = await Devnet.start({ blockTime: "100ms", sectors: 12 });
    node = new Lotus(devnet.url);
    pool = new EndpointPool({ endpoints: [{ url: devnet.url }], log });
    ({ lotus } = pool);
    minerId = idOf(devnet.miner);
    byState = createComputeMiner({ pool, way: "state", blocks: cache, log });
    byRows = createComputeMiner({ pool, way: "plain", blocks: new MemoryBlockCache(), log });
    const active = await lotus.stateMinerActiveSectors(parseAddress(devnet.miner));
    sectors = active.map(({ SectorNumber }) => SectorNumber).sort((a, b) => Number(a - b));
    // NFTs share partitions, one of them has all of the last one
    nfts = [nft(1n, [0, 2, 5, 7].map(sectorAt)), nft(2n, [1, 3, 4].map(sectorAt)), nft(3n, [10, 11].map(sectorAt))];
  });
  after(() => devnet.stop());

  const sectorAt = (at: number): bigint => {
    const sector = sectors[at];
    if (sector === undefined) throw new Error(`no sector ${at}`);
    return sector;
  };

  it("is found alike by both ways, and is what the node says (R-ORC-1)", async () => {
    deepStrictEqual(
      [...(await weigh())],
      [
        [1n, 4n * SECTOR],
        [2n, 3n * SECTOR],
        [3n, 2n * SECTOR],
      ],
    );
  });

  it("adds up to the claim that genesis rounded otherwise", async () => {
    const reading = await createReadMiner({ pool, way: "state", blocks: cache, log })(await pinHead(), minerId, []);
    strictEqual(reading.power, 12n * SECTOR);
    ok(reading.claim !== reading.power, "genesis rounds otherwise");
    ok((reading.power - reading.claim) * TOLERANCE <= reading.claim);
  });

  it("costs nothing a second time", async () => {
    const pinned = await pinHead();
    await byState(pinned, minerId, nfts);
    const offline: LotusClient["chainReadObj"] = () => Promise.reject(new Error("a block was fetched again"));
    const deaf = { first: (ask: (endpoint: object) => unknown) => ask({ lotus: { chainReadObj: offline } }) };
    const again = createComputeMiner({ pool: deaf as unknown as EndpointPool, way: "state", blocks: cache, log });
    deepStrictEqual(await again(pinned, minerId, nfts), await byState(pinned, minerId, nfts));
  });

  it("is capped at nominal", async () => {
    const [weight] = [...(await weigh([nft(1n, sectors, { nominalPower: 5n * SECTOR + 1n })])).values()];
    strictEqual(weight, 5n * SECTOR + 1n);
  });

  it("withholds a first attestation while a sector ends before the NFT or is not there, naming it (R-ORC-5)", async () => {
    const { Expiration } = (await lotus.stateSectorGetInfo(parseAddress(devnet.miner), sectorAt(4))) ?? {};
    if (Expiration === undefined) throw new Error("no such sector");
    const fresh = { attested: false };
    const of = [
      nft(4n, [sectorAt(4)], { ...fresh, expiry: Expiration }),
      nft(5n, [sectorAt(5)], { ...fresh, expiry: Expiration + 1_000_000n }),
      nft(6n, [sectorAt(6), 4_000_000_000n], fresh),
    ];
    deepStrictEqual([...(await weigh(of)).values()], [SECTOR, 0n, 0n]);
    const { weights } = weightsOf(await byState(await pinHead(), minerId, of));
    ok(weights[1]?.withheld?.startsWith(`sector ${sectorAt(5)} expires at epoch`));
    strictEqual(weights[2]?.withheld, "sector 4000000000 is not there");
  });

  it("skips a miner that is not there", async () => {
    const pinned = await pinHead();
    const missing = { minerId: 99_999n, skipped: "There is no actor f099999 in this state: check the number." };
    deepStrictEqual(await byState(pinned, 99_999n, []), missing);
    deepStrictEqual(await byRows(pinned, 99_999n, []), missing);
  });

  it("falls by a declared fault, for the NFT whose sector it is", async () => {
    await devnet.advance(DAY / 2);
    await node.declareFault(devnet.miner, devnet.owner, await node.sectorPlace(devnet.miner, Number(sectorAt(7))));
    await devnet.advance(SETTLE);
    ok(!(await weighActive()).has(sectorAt(7)));
  });

  it("is explained sector by sector", async () => {
    const [first] = nfts;
    if (first === undefined) throw new Error("no NFT");
    const explained = await Promise.all(
      (["state", "plain"] as const).map(async (way) =>
        explainNft(createReadMiner({ pool, way, blocks: cache, log }), await pinHead(), first),
      ),
    );
    for (const { weight, parts, skipped } of explained) {
      strictEqual(skipped, undefined);
      ok(weight <= 3n * SECTOR, String(weight));
      deepStrictEqual(
        parts
          .filter(({ status, sectors: of }) => status !== "active" && of[0]?.start === sectorAt(7))
          .map(({ status, sectors: of, qap }) => ({ status, of, qap })),
        [{ status: "faulty", of: [{ start: sectorAt(7), count: 1n }], qap: 0n }],
      );
      strictEqual(
        parts.reduce((sum, { qap }) => sum + qap, 0n),
        weight,
      );
    }
  });

  it("falls by a termination", async () => {
    await node.terminate(devnet.miner, devnet.owner, await node.sectorPlace(devnet.miner, Number(sectorAt(10))));
    await devnet.advance(SETTLE);
    ok(!(await weighActive()).has(sectorAt(10)));
  });

  it("rises again when the fault was recovered", async () => {
    const missing = async (): Promise<bigint[]> => {
      const active = await weighActive();
      return sectors.filter((sector) => sector !== sectorAt(10) && !active.has(sector));
    };
    // what was faulty is recovered by the proof of its next day; a missed one takes another day
    for (let day = 0; day < 5 && (day === 0 || (await missing()).length > 0); day++) await devnet.advance(DAY);
    deepStrictEqual(await missing(), []);
    deepStrictEqual([...(await weigh()).values()], [4n * SECTOR, 3n * SECTOR, SECTOR]);
  });

  it("is pinned to a final tipset that every endpoint names alike", async () => {
    const both = new EndpointPool({ endpoints: [{ url: devnet.url }, { url: devnet.url }], log });
    const { Height } = await lotus.chainGetFinalizedTipSet();
    const pinned = await pinTipset(both, Height - 100n);
    if (pinned === undefined) throw new Error("not final");
    ok(pinned.height >= Height - 100n);
    strictEqual(cidOf(await lotus.chainReadObj(pinned.stateRoot))["/"], pinned.stateRoot["/"]);
    strictEqual(await pinTipset(both, Height + 1_000n), undefined);
    weightsOf(await byState(pinned, minerId, nfts));
  });

  it("is asked for only on the right network, and by methods that are there", async () => {
    await checkNetwork(pool, { chainId: 314n });
    const [endpoint] = pool.endpoints;
    if (endpoint === undefined) throw new Error("no endpoint");
    deepStrictEqual(
      [...(await probeMethods(endpoint, ["Filecoin.ChainReadObj", "Filecoin.StateMinerSectors", "Filecoin.Nope"]))],
      [
        ["Filecoin.ChainReadObj", true],
        ["Filecoin.StateMinerSectors", true],
        ["Filecoin.Nope", false],
      ],
    );
  });
});
