import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Wallet } from "ethers";

import { type Bridge, compose } from "../../../miner-bridge/compose.ts";
import { type Config, SECRETS, settings } from "../../../miner-bridge/config/index.ts";
import type { LogFields } from "../../../miner-bridge/ops/index.ts";
import type { ComputeMiner } from "../../../miner-bridge/power/index.ts";
import type { SendingRole } from "../../../miner-bridge/runTick.ts";
import { NFT, ORACLE, REGISTRY } from "./FakeChain.ts";
import { FakeNode } from "./FakeNode.ts";

export const KEYS = [1, 2, 3].map((n) => `0x${n.toString(16).padStart(64, "0")}`);
export const ADDRESSES = KEYS.map((key) => new Wallet(key).address);
export const FIL = 10n ** 18n;

/** Everything that was logged, and where nothing may show. */
export class RecordingLog {
  readonly lines: (LogFields & { readonly level: string })[] = [];

  debug(fields: LogFields): void {
    this.lines.push({ level: "debug", ...fields });
  }
  info(fields: LogFields): void {
    this.lines.push({ level: "info", ...fields });
  }
  warn(fields: LogFields): void {
    this.lines.push({ level: "warn", ...fields });
  }
  error(fields: LogFields): void {
    this.lines.push({ level: "error", ...fields });
  }
  hide(): void {
    // nothing to hide from a test
  }

  events(event: string): LogFields[] {
    return this.lines.filter((line) => line.event === event);
  }
}

/** The settings of a bridge on a fake node. */
export function configOn(node: FakeNode, dataFolder: string, changes: Readonly<Record<string, unknown>> = {}): Config {
  return settings.parse({
    rpcUrls: [node.url],
    chainId: Number(node.chain.chainId),
    powerOracle: ORACLE,
    powerNft: NFT,
    minerRegistry: REGISTRY,
    deployedAt: 50,
    dataFolder,
    ...changes,
  });
}

/** NFTs weigh what they are minted for, unless a test says something else. */
export const nominal: ComputeMiner = (_, minerId, nfts) =>
  Promise.resolve({
    minerId,
    qap: nfts.reduce((sum, nft) => sum + nft.nominalPower, 0n),
    weights: nfts.map(({ id, nominalPower }) => ({ id, weight: nominalPower })),
  });

/** A fake node, and bridges on it that are ended with the test. */
export class World {
  readonly node: FakeNode;
  readonly log = new RecordingLog();
  readonly folder = mkdtempSync(join(tmpdir(), "miner-bridge-test-"));
  readonly bridges: Bridge[] = [];

  private constructor(node: FakeNode) {
    this.node = node;
  }

  /** Three members with quorum two, each with FIL; miner f01000 with its vault and NFTs 1 and 2. */
  static async start(): Promise<World> {
    const world = new World(await new FakeNode().start());
    const { chain } = world;
    chain.members = [...ADDRESSES].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    for (const address of ADDRESSES) chain.balances.set(address.toLowerCase(), 100n * FIL);
    chain.vault(1000n);
    chain.mint(1n);
    chain.mint(2n);
    return world;
  }

  get chain() {
    return this.node.chain;
  }

  /** How long bridges wait for a node, milliseconds. */
  timeoutMs = 500;

  /** A bridge with the key of a member, or without one. */
  async bridge(
    role: SendingRole,
    member: number | null = 0,
    changes: Readonly<Record<string, unknown>> = {},
    computeMiner: ComputeMiner = nominal,
  ): Promise<Bridge> {
    const folder = join(this.folder, member === null ? "dry" : String(member));
    const key = member === null ? undefined : KEYS[member];
    const patience = { retries: 0, timeoutMs: this.timeoutMs };
    const config = configOn(this.node, folder, changes);
    const environment = key === undefined ? {} : { [SECRETS.key]: key };
    const bridge = { ...(await compose(role, config, environment, this.log, patience)), computeMiner };
    this.bridges.push(bridge);
    return bridge;
  }

  async stop(): Promise<void> {
    for (const bridge of this.bridges) bridge.close();
    await this.node.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
