import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { Interface, type Wallet } from "ethers";

import { frameOf, powerNftAbi, referenceEpoch } from "../../lib/index.ts";
import { type BridgeEnvironment, BridgeProcess } from "./bridge/BridgeProcess.ts";
import { type Lie, LyingProxy } from "./bridge/LyingProxy.ts";
import { idOf } from "./lotus.ts";
import { type Network, startNetwork } from "./network.ts";
import { GRID, type Protocol, deployOn, propose, sendTo } from "./protocol.ts";

/** QAP of a sector here: 2 KiB, full of verified deals. */
const SECTOR = 20_480n;
/** Epochs until a tipset is final. */
const FINALITY = 900;
/** Of the claim: genesis rounds it otherwise than sectors add up. */
const TOLERANCE = 10_000n;
/** How long the bridges may take for what they have to do, milliseconds. */
const PATIENCE = 180_000;

/** An endpoint that changes the last byte of every block of state. */
const spoilsBlocks: Lie = ({ method }, result) => {
  if (method !== "Filecoin.ChainReadObj") return undefined;
  const bytes = Buffer.from(result as string, "base64");
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes.toString("base64");
};

/** An endpoint that says that members have said nothing of any NFT. */
const forgetsWeights: Lie = ({ method, params }) => {
  const selector = new Interface(powerNftAbi).getFunction("attestedWeightsOf")?.selector ?? "";
  const [call] = params as [{ data?: string }];
  return method === "eth_call" && call.data?.startsWith(selector) === true ? `0x${"00".repeat(96)}` : undefined;
};

/**
 * Three members with quorum two, and a keeper, each a process with a key and a data folder of its own; the third member
 * asks an endpoint that lies. The test itself sends only what the storage provider would. The steps build on each other.
 */
describe("the bridge on a real Lotus network", function () {
  this.timeout(900_000);
  this.bail(true);

  let network: Network;
  let protocol: Protocol;
  let minerId: bigint;
  let sectors: bigint[];
  let proxy: LyingProxy;
  let attestors: BridgeProcess[] = [];
  let keeper: BridgeProcess;
  let deployedAt: number;

  const [seller, ...members] = [0, 1, 2, 3].map((at) => () => network.wallets[at] as Wallet);
  const keeperWallet = (): Wallet => network.wallets[4] as Wallet;

  const environment = (wallet: Wallet | undefined, url = network.devnet.url): BridgeEnvironment => ({
    MINER_BRIDGE_RPC_URLS: url,
    MINER_BRIDGE_CHAIN_ID: "314",
    MINER_BRIDGE_POWER_ORACLE: protocol.addresses.powerOracle,
    MINER_BRIDGE_POWER_NFT: protocol.addresses.powerNFT,
    MINER_BRIDGE_MINER_REGISTRY: protocol.addresses.minerRegistry,
    MINER_BRIDGE_DEPLOYED_AT: String(deployedAt),
    MINER_BRIDGE_TICK_SECONDS: "1",
    MINER_BRIDGE_HTTP_PORT: "0",
    MINER_BRIDGE_CONFIRMATIONS: "5",
    // the network's genesis lies months back, its clock with it
    MINER_BRIDGE_MAX_HEAD_AGE_SECONDS: "100000000",
    ...(wallet === undefined ? {} : { MINER_BRIDGE_KEY: wallet.privateKey }),
  });

  /** Runs a command of the bridge to its end. */
  const command = async (...words: string[]): Promise<{ exitCode: number | null; text: string }> => {
    const process = new BridgeProcess(words, environment(undefined));
    const exitCode = await process.ended();
    const text = process.lines.join("\n");
    await process.stop();
    return { exitCode, text };
  };

  const until = async (what: string, reached: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + PATIENCE;
    while (!(await reached())) {
      const ended = [...attestors, keeper].filter((process) => !process.running);
      const tail = [...attestors, keeper].map((process) => process.lines.slice(-4).join("\n")).join("\n--\n");
      if (Date.now() > deadline || ended.length > 0) throw new Error(`${what}: not reached\n${tail}`);
      await sleep(500);
    }
  };

  const view = async <T>(name: string, ...args: unknown[]): Promise<T> =>
    (await protocol.nft.getFunction(name).staticCall(...args)) as T;
  const weights = (): Promise<bigint[]> => Promise.all([1n, 2n, 3n].map((id) => view<bigint>("weightOf", id)));
  const height = async (): Promise<number> => (await network.lotus.head()).Height;

  /** Goes to where the state at the beginning of a frame is final, and waits for agreement. */
  const agreeOn = async (frame: number): Promise<void> => {
    const epoch = Number(referenceEpoch(frame)) + FINALITY + 20;
    await network.devnet.advance(Math.max(1, epoch - (await height())));
    await until(`agreement on frame ${frame}`, async () => {
      return ((await protocol.oracle.getFunction("lastFrame")()) as bigint) >= BigInt(frame);
    });
  };

  const mint = async (backing: readonly bigint[]): Promise<void> => {
    const expiry = BigInt(Math.ceil(((await height()) + GRID) / GRID) * GRID + GRID);
    const nominal = BigInt(backing.length) * SECTOR;
    const ranges = backing.map((sector) => [sector, 1n]);
    await sendTo(protocol.nft, "mint", [minerId, ranges, nominal, expiry, 500, 100, 0, seller?.().address]);
  };

  before(async () => {
    network = await startNetwork(5, { blockTime: "100ms", sectors: 12 });
    minerId = idOf(network.devnet.miner);
    const infos = await network.lotus.call<{ SectorNumber: number }[]>(
      "Filecoin.StateMinerActiveSectors",
      network.devnet.miner,
      [],
    );
    sectors = infos.map(({ SectorNumber }) => BigInt(SectorNumber)).sort((a, b) => Number(a - b));
    deployedAt = await height();
    const attesting = { members: members.map((member) => member().address), quorum: 2 };
    protocol = await deployOn(network, () => undefined, attesting);
    proxy = await new LyingProxy(network.devnet.url).start();
  });
  after(async () => {
    await Promise.all([...attestors, keeper].map((process) => process.stop()));
    await proxy.stop();
    await network.stop();
  });

  it("finds every precondition met but finality, which a young network lacks", async () => {
    const { exitCode, text } = await command("check");
    strictEqual(exitCode, 1);
    ok(text.includes("PASS  contracts"), text);
    ok(text.includes("FAIL  sync, clock and finality: The node knows no final tipset yet"), text);
  });

  it("activates the vault that the owner proposed, by the keeper (R-VLT-2)", async () => {
    await sendTo(protocol.registry, "createVault", minerId);
    const vault = await protocol.vaultOf(minerId);
    await propose(network, network.devnet.miner, network.devnet.owner, await vault.getAddress());
    await network.devnet.advance(FINALITY + 100);
    keeper = new BridgeProcess(["run", "keeper"], environment(keeperWallet()));
    attestors = members.map(
      (member, at) =>
        new BridgeProcess(["run", "attestor"], environment(member(), at === 2 ? proxy.url : network.devnet.url)),
    );
    await until("activation", async () => (await vault.getFunction("isActive")()) as boolean);
  });

  it("passes every check now", async () => {
    const { exitCode, text } = await command("check");
    strictEqual(exitCode, 0, text);
  });

  it("gives NFTs their first weights, although one member's endpoint spoils blocks (R-ORC-1, R-ORC-5)", async () => {
    proxy.lie = spoilsBlocks;
    await mint(sectors.slice(0, 5));
    await mint(sectors.slice(5, 9));
    await mint(sectors.slice(9, 12));
    await agreeOn(frameOf(BigInt(await height())) + 1);
    await until("weights", async () => (await weights()).every((weight) => weight > 0n));
    const [first, second, third] = (await weights()) as [bigint, bigint, bigint];
    deepStrictEqual([first, second], [5n * SECTOR, 4n * SECTOR]);
    // what genesis rounded off the claim is not there to rise into
    ok(third <= 3n * SECTOR && third > 3n * SECTOR - (3n * SECTOR) / 100n, `${third}`);
    ok(proxy.lies > 0, "the endpoint has lied");
    strictEqual(attestors[2]?.events("transaction.sent").length, 0);
  });

  it("reports what the node says of the miner's power, for anyone to compute again (R-ORC-1)", async () => {
    const frame = Number((await protocol.oracle.getFunction("lastFrame")()) as bigint);
    const { exitCode, text } = await command("report", "--frame", String(frame), "--json");
    strictEqual(exitCode, 0, text);
    const report = JSON.parse(text) as {
      root: string;
      pinned: { cids: unknown };
      miners: [{ qap: string; weights: { weight: string }[] }];
    };
    strictEqual(report.root, await protocol.oracle.getFunction("rootOf")(frame));
    const power = await network.lotus.call<{ MinerPower: { QualityAdjPower: string } }>(
      "Filecoin.StateMinerPower",
      network.devnet.miner,
      report.pinned.cids,
    );
    const claim = BigInt(power.MinerPower.QualityAdjPower);
    const [miner] = report.miners;
    strictEqual(BigInt(miner.qap), claim);
    const sum = miner.weights.reduce((total, { weight }) => total + BigInt(weight), 0n);
    ok(sum >= claim && sum - claim <= claim / TOLERANCE, `${sum} of ${claim}`);
    const verified = await command("verify", String(frame));
    strictEqual(verified.exitCode, 0, verified.text);
    ok(verified.text.includes(`Your hash ${report.root} is the quorum's.`), verified.text);
  });

  it("lowers an NFT's weight by a fault and by a termination, although one endpoint forgets weights (R-ORC-2)", async () => {
    proxy.lie = forgetsWeights;
    const { devnet, lotus } = network;
    const frame = frameOf(BigInt(await height())) + 1;
    await devnet.advance(Number(referenceEpoch(frame)) - 40 - (await height()));
    await lotus.declareFault(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, Number(sectors[1])));
    await lotus.terminate(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, Number(sectors[6])));
    await agreeOn(frame);
    await until("the fall", async () => {
      const [first, second] = await weights();
      return first === 4n * SECTOR && second === 3n * SECTOR;
    });
  });

  it("raises it again when the fault was recovered, and the terminated sector stays away (R-ORC-2)", async () => {
    await agreeOn(frameOf(BigInt(await height())) + 2);
    await until("the recovery", async () => (await weights())[0] === 5n * SECTOR);
    strictEqual((await weights())[1], 3n * SECTOR);
  });

  it("explains the weight, sector by sector", async () => {
    const { exitCode, text } = await command("explain", "2");
    strictEqual(exitCode, 0, text);
    ok(text.includes("terminated") || text.includes("absent"), text);
  });

  it("reads every miner alike both ways", async () => {
    const { exitCode, text } = await command("check", "--deep");
    strictEqual(exitCode, 0, text);
    ok(text.includes("PASS  both ways of reading"), text);
  });

  it("has never let the lying endpoint's member speak for the quorum, nor shown a key", async () => {
    const everything = [...attestors, keeper].flatMap(({ lines }) => lines).join("\n");
    for (const wallet of network.wallets) ok(!everything.includes(wallet.privateKey.slice(2)), "no key is printed");
    const events = await protocol.oracle.queryFilter("Agreed", deployedAt);
    ok(events.length >= 3);
  });

  it("stops within its time when it is told to", async () => {
    const codes = await Promise.all([...attestors, keeper].map((process) => process.stop()));
    deepStrictEqual(codes, [0, 0, 0, 0]);
  });
});
