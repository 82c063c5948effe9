import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { type Wallet } from "ethers";

import { frameOf, referenceEpoch } from "../../lib/index.ts";
import { type BridgeEnvironment, BridgeProcess } from "./bridge/BridgeProcess.ts";
import { type Lie, LyingProxy } from "./bridge/LyingProxy.ts";
import { idOf } from "./lotus.ts";
import { type Network, invoke, startNetwork } from "./network.ts";
import { GRID, type Protocol, deployOn, propose, sendTo } from "./protocol.ts";

/** QAP of a sector here: 2 KiB, full of verified deals. */
const SECTOR = 20_480n;
/** Epochs until a tipset is final. */
const FINALITY = 900;
/** Of the claim: genesis rounds it otherwise than sectors add up. */
const TOLERANCE = 10_000n;
/** The member whose endpoint lies. */
const LIAR = 2;
/** How long the bridges may take for what they have to do, milliseconds. */
const PATIENCE = 180_000;
/** How long a report may take to be applied, milliseconds, before the next one is looked at; and how many are. */
const A_WHILE = 60_000;
const FRAMES = 4;

/** What genesis rounded off the claim is not there to rise into: the last one that rises may lack it. */
const isNearly = (weight: bigint, sectors: bigint): boolean =>
  weight <= sectors * SECTOR && weight > sectors * SECTOR - SECTOR / 100n;

/** An endpoint that changes the last byte of every block of state. */
const spoilsBlocks: Lie = ({ method }, result) => {
  if (method !== "Filecoin.ChainReadObj") return undefined;
  const bytes = Buffer.from(result as string, "base64");
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes.toString("base64");
};

/** An endpoint that names another state than the one that a tipset is built on. */
const namesState =
  (root: unknown): Lie =>
  ({ method }, result) => {
    if (method !== "Filecoin.ChainGetTipSetAfterHeight") return undefined;
    const tipset = result as { Blocks: object[] };
    return { ...tipset, Blocks: tipset.Blocks.map((block) => ({ ...block, ParentStateRoot: root })) };
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
  /** By member; the last one asks the endpoint that lies. */
  let attestors: BridgeProcess[] = [];
  let keeper: BridgeProcess | undefined;
  let deployedAt: number;

  const [seller, ...members] = [0, 1, 2, 3].map((at) => () => network.wallets[at] as Wallet);
  const keeperWallet = (): Wallet => network.wallets[4] as Wallet;

  const processes = (): BridgeProcess[] => [...attestors, ...(keeper === undefined ? [] : [keeper])];

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

  const startAttestor = (at: number): BridgeProcess =>
    new BridgeProcess(["run", "attestor"], environment(members[at]?.(), at === LIAR ? proxy.url : network.devnet.url));

  /** Takes an honest member away, so that there is no quorum without the one whose endpoint lies. */
  const withoutQuorum = async (): Promise<void> => {
    await attestors[0]?.stop();
    attestors = attestors.slice(1);
  };
  const withQuorum = (): void => {
    attestors = [startAttestor(0), ...attestors];
  };
  const liar = (): BridgeProcess => attestors.at(-1) as BridgeProcess;

  const until = async (what: string, reached: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + PATIENCE;
    while (!(await reached())) {
      const ended = processes().filter((process) => !process.running);
      const tail = processes()
        .map((process) => process.lines.slice(-4).join("\n"))
        .join("\n--\n");
      if (Date.now() > deadline || ended.length > 0) throw new Error(`${what}: not reached\n${tail}`);
      await sleep(500);
    }
  };

  const view = async <T>(name: string, ...args: unknown[]): Promise<T> =>
    (await protocol.nft.getFunction(name).staticCall(...args)) as T;
  const weights = (): Promise<bigint[]> => Promise.all([1n, 2n, 3n].map((id) => view<bigint>("weightOf", id)));
  const height = async (): Promise<number> => (await network.lotus.head()).Height;

  /** Goes to where the state at the beginning of a frame is final. */
  const goTo = async (frame: number): Promise<void> => {
    const epoch = Number(referenceEpoch(frame)) + FINALITY + 20;
    await network.devnet.advance(Math.max(1, epoch - (await height())));
  };

  const agreedOn = async (frame: number): Promise<void> => {
    await until(`agreement on frame ${frame}`, async () => {
      return ((await protocol.oracle.getFunction("lastFrame")()) as bigint) >= BigInt(frame);
    });
  };

  /** What reports bring: on a busy machine the network misses proofs, and what it then lacks comes with a later report. */
  const reported = async (what: string, frame: number, reached: () => Promise<boolean>): Promise<void> => {
    for (let next = frame; next < frame + FRAMES; next += 1) {
      await goTo(next);
      await agreedOn(next);
      const deadline = Date.now() + A_WHILE;
      while (Date.now() < deadline) {
        if (await reached()) return;
        await sleep(500);
      }
    }
    throw new Error(`${what}: not reached in ${FRAMES} frames: ${(await weights()).join(", ")}`);
  };

  const mint = async (backing: readonly bigint[]): Promise<void> => {
    const expiry = BigInt(Math.ceil(((await height()) + GRID) / GRID) * GRID + GRID);
    const nominal = BigInt(backing.length) * SECTOR;
    const ranges = backing.map((sector) => [sector, 1n]);
    await sendTo(protocol.nft, "mint", [minerId, ranges, nominal, expiry, 500, 100, 0, seller?.().address, 0n]);
  };

  before(async () => {
    network = await startNetwork(5, { blockTime: "100ms", sectors: 12 });
    minerId = idOf(network.devnet.miner);
    sectors = (await network.lotus.activeSectors(network.devnet.miner)).map(BigInt);
    deployedAt = await height();
    const attesting = { members: members.map((member) => member().address), quorum: 2 };
    protocol = await deployOn(network, () => undefined, attesting);
    proxy = await new LyingProxy(network.devnet.url).start();
  });
  after(async () => {
    await Promise.all(processes().map((process) => process.stop()));
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
    attestors = [0, 1, 2].map(startAttestor);
    await until("activation", async () => (await vault.getFunction("isActive")()) as boolean);
    const operator = vault.interface.encodeFunctionData("setOperator", [seller?.().address]);
    await invoke(network.lotus, network.devnet.owner, await vault.getAddress(), operator);
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
    const frame = frameOf(BigInt(await height())) + 1;
    await withoutQuorum();
    await goTo(frame);
    await until("a lie that is found out", () =>
      Promise.resolve(proxy.lies > 0 && liar().events("tick.failed").length > 0),
    );
    strictEqual(liar().events("transaction.sent").length, 0);
    withQuorum();
    await reported("first weights", frame, async () => {
      const [first, second, third] = (await weights()) as [bigint, bigint, bigint];
      // what genesis rounded off the claim is not there to rise into
      return first === 5n * SECTOR && second === 4n * SECTOR && third <= 3n * SECTOR && isNearly(third, 3n);
    });
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

  it("lowers an NFT's weight by a fault and by a termination, although one member is told of another state (R-ORC-2)", async () => {
    const { devnet, lotus } = network;
    const { Blocks } = await lotus.call<{ Blocks: [{ ParentStateRoot: unknown }] }>("Filecoin.ChainHead");
    proxy.lie = namesState(Blocks[0].ParentStateRoot);
    await withoutQuorum();
    const frame = frameOf(BigInt(await height())) + 1;
    await devnet.advance(Number(referenceEpoch(frame)) - 40 - (await height()));
    await lotus.declareFault(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, Number(sectors[1])));
    await lotus.terminate(devnet.miner, devnet.owner, await lotus.sectorPlace(devnet.miner, Number(sectors[6])));
    await goTo(frame);
    const member = members[LIAR]?.().address;
    await until("a lie that is believed", async () => {
      const [said] = (await protocol.oracle.getFunction("voteOf")(member)) as [bigint];
      return said === BigInt(frame);
    });
    withQuorum();
    await agreedOn(frame);
    await until("being outvoted", () => Promise.resolve(liar().events("report.outvoted").length === 1));
    await reported("the fall", frame, async () => {
      const [first, second] = await weights();
      return first === 4n * SECTOR && second === 3n * SECTOR;
    });
  });

  it("raises it again when the fault was recovered, and the terminated sector stays away (R-ORC-2)", async () => {
    proxy.lie = () => undefined;
    const frame = frameOf(BigInt(await height())) + 2;
    await reported("the recovery", frame, async () => {
      const [first, second] = (await weights()) as [bigint, bigint];
      return isNearly(first, 5n) && second === 3n * SECTOR;
    });
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

  it("has never shown a key", () => {
    const everything = processes()
      .flatMap(({ lines }) => lines)
      .join("\n");
    ok(everything.includes(keeperWallet().address), "the address is shown");
    for (const wallet of network.wallets) ok(!everything.includes(wallet.privateKey.slice(2)), "no key is printed");
  });

  it("stops within its time when it is told to", async () => {
    const codes = await Promise.all(processes().map((process) => process.stop()));
    deepStrictEqual(codes, [0, 0, 0, 0]);
  });
});
