import type { Bridge } from "../../../miner-bridge/compose.ts";
import { runTick } from "../../../miner-bridge/runTick.ts";
import type { Executed } from "./FakeChain.ts";
import { FakeMarket } from "./FakeMarket.ts";
import { FakeAuction, FakePool, OTHER_POOL, POOL } from "./FakePool.ts";
import { World } from "./bridge.ts";

/** Epochs until a transaction counts as done. */
const SETTLED = 12n;

/** A fake chain with a market and two pools, one over FIL and one over a stablecoin, and keepers that look after them. */
export class PoolWorld {
  readonly world: World;
  readonly market: FakeMarket;
  readonly pool: FakePool;
  readonly coinPool: FakePool;
  readonly auction: FakeAuction;

  private constructor(world: World) {
    const { chain } = world;
    this.world = world;
    this.market = new FakeMarket(chain);
    this.pool = new FakePool(chain, this.market);
    this.coinPool = new FakePool(chain, this.market, { address: OTHER_POOL, isFil: false });
    this.auction = new FakeAuction(chain, this.coinPool);
  }

  static async start(): Promise<PoolWorld> {
    return new PoolWorld(await World.start());
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** A keeper of both pools, unless other settings are named. */
  keeper(member: number | null = 0, changes: Readonly<Record<string, unknown>> = {}): Promise<Bridge> {
    return this.world.bridge("keeper", member, { jointMiningPools: [POOL, OTHER_POOL], ...changes });
  }

  /** Rounds, each of whose transactions is done before the next. */
  async rounds(bridge: Bridge, count = 2): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      await runTick(bridge);
      this.world.chain.mine(SETTLED);
    }
  }

  /** What a new keeper has done after some rounds: names of methods and their arguments. */
  async keep(changes: Readonly<Record<string, unknown>> = {}, count = 2): Promise<string[]> {
    const before = this.world.chain.executed.length;
    const keeper = await this.keeper(0, changes);
    await this.rounds(keeper, count);
    keeper.close();
    return this.world.chain.executed.slice(before).map(describe);
  }
}

/** `collect 1,2` */
function describe({ name, args, succeeded }: Executed): string {
  return [name, ...args.map(String), ...(succeeded ? [] : ["failed"])].join(" ");
}
