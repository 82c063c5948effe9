import { expect } from "chai";
import { type BaseContract, type Signer, ZeroAddress, getCreateAddress } from "ethers";

import { Printer } from "../../../embedded/print/Printer.ts";
import { attestWeights } from "../../../embedded/story/attest.ts";
import { deploy } from "../../../embedded/story/deploy.ts";
import { enrol } from "../../../embedded/story/enrol.ts";
import { type Offer, mintRequest } from "../../../embedded/story/offers.ts";
import { testKey, ROLES } from "../../../embedded/story/people.ts";
import { Stage } from "../../../embedded/story/Stage.ts";
import {
  ATTO_PER_FIL,
  EPOCHS_PER_DAY,
  EPOCH_SECONDS,
  EXPIRY_GRID,
  FilAuctionReader,
  type Hex,
  PoolReader,
  SEND,
} from "../../../lib/index.ts";
import { environmentName } from "../../../miner-bridge/config/index.ts";
import { type TestNode, startNode } from "../../embedded/node.ts";
import { BridgeProcess } from "../../lotus/bridge/BridgeProcess.ts";
import { World } from "../support/bridge.ts";

const FIL = ATTO_PER_FIL;
/** Of a coin with 6 decimals. */
const COIN_UNIT = 10n ** 6n;
const FIRST_PRICE = 3n * COIN_UNIT;
/** What each NFT is guaranteed with, and what the owner adds so that all of it is covered. */
const GUARANTEE = 400n * FIL;
const COVER = 6_000n * FIL;
/** Two NFTs for FIL, of the same power; one for coins. A pool spends a tenth a day. */
const DEAR = 310n * FIL;
const CHEAP = 300n * FIL;
const IN_COINS = 900n * COIN_UNIT;
const JOINS = 4_000n * FIL;
const JOINS_COINS = 10_000n * COIN_UNIT;
const TERM = 110n * EPOCHS_PER_DAY;
/** Epochs until a transaction counts as done. */
const DONE = 12;
const SECTORS = 64n;
/** More rounds than anything here takes. */
const MOST_ROUNDS = 8;

/**
 * The keeper as a process, round by round, on the embedded Filecoin with the real contracts: a pool over FIL and one over
 * a stablecoin. Here people list, join and leave; all else is the keeper's. The steps build on each other.
 */
describe("a keeper of real pools", function () {
  this.timeout(600_000);
  this.bail(true);

  let node: TestNode;
  let stage: Stage;
  let coinPool: PoolReader;
  let auction: FilAuctionReader;
  let world: World;
  let offers: Offer[];

  before(async () => {
    node = await startNode();
    world = await World.start(); // for its folder
    stage = await Stage.set(node.server, node.chain, new Printer(() => {}, false));
    await deploy(stage);
    await enrol(stage);
    const { pool, lots } = await foundCoinPool();
    coinPool = new PoolReader(stage.request, pool);
    auction = new FilAuctionReader(stage.request, lots);
    const data = stage.calldata("pool", "depositFil", [stage.cast.Alice.evm, 0n]);
    await stage.sendData(stage.cast.Alice, stage.addressOf("pool"), data, "depositFil", JOINS);
    offers = await offer();
    await toDay(2n); // then the listings are final
  });
  after(async () => {
    await world.stop();
    stage.close();
    await node.close();
  });

  const [deployer, keeper] = (["deployer", "keeper"] as const).map((role) => testKey(ROLES.indexOf(role)));

  /** A coin that the market takes, a pool over it with its auction, and somebody's deposit. */
  const foundCoinPool = async (): Promise<{ pool: Hex; lots: Hex }> => {
    const from = deployer?.connect(stage.provider) as Signer & { address: string };
    const { factoryOf } = node.chain;
    const make = async (name: string, args: readonly unknown[], libraries = {}): Promise<BaseContract> => {
      const contract = await (await factoryOf(name, from, libraries)).deploy(...args);
      return contract.waitForDeployment();
    };
    const coin = await make("ERC20__Double", [6]);
    const { accessManager, powerNFT, powerMarket, libraries } = stage.protocol;
    const planned = getCreateAddress({ from: from.address, nonce: (await from.getNonce()) + 1 });
    const lots = await make("FilAuction", [planned, FIRST_PRICE]);
    const [coinAddress, lotsAddress] = await Promise.all([coin.getAddress(), lots.getAddress()]);
    const used = Object.fromEntries(
      ["Machines", "Buying", "PolicyRange", "Queue"].map((name) => [name, libraries[name]]),
    );
    const names = ["Joint Mining Dollar", "dUSD"];
    const pool = await make(
      "JointMiningPool",
      [accessManager, powerNFT, powerMarket, coinAddress, lotsAddress, ...names],
      used,
    );
    await govern(stage.calldata("market", "setCoin", [coinAddress, true]));
    const { Alice } = stage.cast;
    const call = async (to: BaseContract, method: string, args: readonly unknown[]): Promise<void> => {
      const text = to.interface.encodeFunctionData(method, args);
      await stage.sendData(Alice, (await to.getAddress()) as Hex, text, method);
    };
    await call(coin, "mint", [Alice.evm, JOINS_COINS]);
    await call(coin, "approve", [await pool.getAddress(), JOINS_COINS]);
    await call(pool, "deposit", [JOINS_COINS, Alice.evm]);
    return { pool: (await pool.getAddress()) as Hex, lots: lotsAddress as Hex };
  };

  /** Governance changes something of the market, which takes three days. */
  const govern = async (data: string): Promise<void> => {
    const ready = (await stage.epoch()) + 3n * EPOCHS_PER_DAY + 2n;
    const when = stage.clock.genesis + ready * EPOCH_SECONDS;
    await stage.send(stage.cast.governance, "accessManager", "schedule", [stage.addressOf("market"), data, when]);
    await stage.advanceTo(ready);
    await stage.send(stage.cast.governance, "accessManager", "execute", [stage.addressOf("market"), data]);
  };

  /** The provider mints, guarantees and lists three NFTs. */
  const offer = async (): Promise<Offer[]> => {
    const { cast, miner, nft } = stage;
    await stage.native(cast.owner, miner, SEND, new Uint8Array(0), COVER);
    const expiry = (((await stage.epoch()) + TERM) / EXPIRY_GRID + 1n) * EXPIRY_GRID;
    const made: Offer[] = [];
    for (const first of [1n, 65n, 129n]) {
      const sectors = { start: first, count: SECTORS };
      const terms = { holder: "Alice", sectors, spFeeBps: 500, royaltyBps: 0, expiry } as const;
      const request = { ...mintRequest(stage, terms), to: cast.operator.evm, guarantee: GUARANTEE };
      await stage.send(cast.operator, "powerNFT", "mint", [request]);
      made.push({ id: await nft.minted(), ...terms });
    }
    await attestWeights(stage, made);
    const prices = [
      [ZeroAddress, DEAR],
      [ZeroAddress, CHEAP],
      [await coinPool.asset(), IN_COINS],
    ] as const;
    for (const [at, { id }] of made.entries()) {
      const { weight } = await nft.powerOf(id);
      await stage.send(cast.operator, "powerNFT", "approve", [stage.addressOf("market"), id]);
      await stage.send(cast.operator, "market", "list", [id, ...(prices[at] ?? []), expiry - EPOCHS_PER_DAY, weight]);
    }
    return made;
  };

  const idOf = (at: number): bigint => offers[at]?.id ?? 0n;

  /** To the beginning of a day that is so many days away. */
  const toDay = async (days: bigint): Promise<void> => {
    await stage.advanceTo(((await stage.epoch()) / EPOCHS_PER_DAY + days) * EPOCHS_PER_DAY + 1n);
  };

  /** Rounds of the keeper, a process each, until it finds nothing to do. @returns what it sent for. */
  const rounds = async (): Promise<string[]> => {
    const settings = {
      rpcUrls: node.server.rpcUrl,
      chainId: "31415926",
      powerOracle: stage.addressOf("oracle"),
      powerNft: stage.addressOf("powerNFT"),
      minerRegistry: stage.addressOf("registry"),
      jointMiningPools: [stage.addressOf("pool"), coinPool.address].join(","),
      deployedAt: "1",
      dataFolder: world.folder,
      sectorSource: "plain",
      maxHeadAgeSeconds: "100000000",
      // the test reports weights itself
      applyReports: "false",
      announceSkips: "false",
      key: keeper?.privateKey ?? "",
    };
    const environment = Object.fromEntries(Object.entries(settings).map(([name, v]) => [environmentName(name), v]));
    const sent: string[] = [];
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const process = new BridgeProcess(["run", "keeper", "--once"], environment);
      const exitCode = await process.ended();
      expect(exitCode, process.lines.join("\n")).to.equal(0);
      await process.stop();
      expect(process.events("transaction.failed").concat(process.events("keeper.passedOver"))).to.deep.equal([]);
      const purposes = process.events("transaction.sent").map(({ purpose }) => String(purpose));
      if (purposes.length === 0) return sent;
      sent.push(...purposes);
      await node.advance(DONE);
    }
    throw new Error(`the keeper does not come to rest: ${sent.join(", ")}`);
  };

  /** The deeds among purposes that are for a pool. */
  const deedsFor = (purposes: readonly string[], pool: Hex): string[] =>
    purposes.filter((purpose) => purpose.includes(pool)).map((purpose) => purpose.split(":")[0] ?? "");

  it("lets each buy its best listing, as far as its policy goes (R-JMP-6)", async () => {
    const sent = await rounds();
    expect(await stage.pool.machineIds()).to.deep.equal([idOf(1)]);
    expect(await coinPool.machineIds()).to.deep.equal([idOf(2)]);
    expect(deedsFor(sent, stage.pool.address)).to.deep.equal(["buyMachine"]);
    expect((await stage.pool.accounts()).cash).to.equal(JOINS - CHEAP);
  });

  it("settles both on the next day, and buys what the day before was too much (R-JMP-4)", async () => {
    await toDay(1n);
    const sent = await rounds();
    expect(deedsFor(sent, stage.pool.address)).to.include.members(["settlePool", "buyMachine"]);
    expect(deedsFor(sent, coinPool.address)).to.include("settlePool");
    expect(await stage.pool.isSettled()).to.equal(true);
    expect(await stage.pool.machineIds()).to.have.members([idOf(0), idOf(1)]);
  });

  it("collects what machines earned in a week, and starts a lot of the stablecoin pool's FIL (R-JMP-7)", async () => {
    const before = (await stage.pool.accounts()).cash;
    await toDay(7n);
    const sent = await rounds();
    expect(deedsFor(sent, stage.pool.address)).to.include("collect");
    expect((await stage.pool.accounts()).cash > before).to.equal(true);
    expect(deedsFor(sent, coinPool.address)).to.include.members(["collect", "startLot"]);
    const { left } = await auction.lot();
    expect(left > FIL).to.equal(true);
  });

  it("pays a ticket when somebody else joins (R-JMP-5)", async () => {
    const { Alice, Dave } = stage.cast;
    const { pool } = stage;
    await stage.send(Alice, "pool", "exitToFil", [await pool.balanceOf(Alice.evm), Alice.evm, 0n]);
    const { waiting } = await pool.accounts();
    expect(waiting > 0n).to.equal(true);
    const data = stage.calldata("pool", "depositFil", [Dave.evm, 0n]);
    await stage.sendData(Dave, pool.address, data, "depositFil", 100n * FIL);
    const sent = await rounds();
    expect(deedsFor(sent, pool.address)).to.include("payTickets");
    const after = await pool.accounts();
    expect(after.waiting < waiting).to.equal(true);
    expect(after.claimable > 0n).to.equal(true);
  });

  it("impairs a machine as soon as a report lowers its weight (R-JMP-4)", async () => {
    const { start } = offers[1]?.sectors ?? { start: 0n };
    const half = Array.from({ length: Number(SECTORS / 2n) }, (_, i) => start + BigInt(i));
    await stage.machines.exclusively(() => stage.machines.levers.declareFaults(stage.miner.id, half));
    await attestWeights(stage, offers);
    expect(deedsFor(await rounds(), stage.pool.address)).to.include("impair");
    const { last } = await stage.nft.attestedWeightsOf(idOf(1));
    const { weight, boughtWeight } = await stage.pool.machineOf(idOf(1));
    expect(weight).to.equal(last);
    expect(weight < boughtWeight).to.equal(true);
  });
});
