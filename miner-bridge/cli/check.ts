import { mkdir } from "node:fs/promises";

import {
  ExitCode,
  ExplainedError,
  type Hex,
  OracleReader,
  PoolReader,
  PowerNftReader,
  RefusedError,
  formatFil,
  frameOf,
} from "../../lib/index.ts";
import { memberOf } from "../attestor/index.ts";
import { type Account, EthNode, checkNode, loadAccount } from "../chain/index.ts";
import { composePool } from "../compose.ts";
import { type Config, type Environment, readConfig } from "../config/index.ts";
import { type Endpoint, type EndpointPool, checkNetwork, probeMethods } from "../lotus/index.ts";
import { createLog } from "../ops/index.ts";
import { createComputeMiner, MemoryBlockCache } from "../power/index.ts";
import { State, statePath } from "../state/index.ts";
import { withReport } from "./readReport.ts";
import { type Terminal, toJson } from "./Terminal.ts";

export interface CheckOptions {
  readonly config?: string | undefined;
  readonly json: boolean;
  /** Also reads every miner both ways and compares. */
  readonly deep: boolean;
}

interface Checked {
  readonly name: string;
  readonly passed: boolean;
  /** What was found, or what to do. */
  readonly text: string;
}

interface Subject {
  readonly config: Config;
  readonly pool: EndpointPool;
  readonly eth: EthNode;
  readonly account: Account | undefined;
}

/** @returns what was found; throws what is wrong and what to do about it. */
type Check = (subject: Subject) => Promise<string>;

/** What every role asks for. */
const METHODS = [
  "Filecoin.ChainHead",
  "Filecoin.ChainGetFinalizedTipSet",
  "Filecoin.ChainGetTipSetByHeight",
  "Filecoin.ChainGetTipSetAfterHeight",
  "eth_call",
  "eth_getLogs",
  "eth_getTransactionCount",
  "eth_sendRawTransaction",
  "eth_getTransactionReceipt",
] as const;
/** What an attestor asks for, by the way that power is read. */
const ATTESTOR_METHODS = {
  state: ["Filecoin.ChainReadObj"],
  plain: ["Filecoin.StateMinerPartitions", "Filecoin.StateMinerSectors", "Filecoin.StateMinerPower"],
} as const;
const KEEPER_METHODS = ["Filecoin.StateMinerInfo", "Filecoin.StateMinerAvailableBalance"] as const;

/** Gas that a day of reports and applied pages may take, at the highest price that is paid. */
const GAS_OF_A_DAY = 500_000_000n;
/** And a day of a pool: settling its machines, collecting, paying tickets, buying. */
const GAS_OF_A_POOL = 500_000_000n;

const CHECKS: Readonly<Record<string, Check>> = {
  "this program": () => Promise.resolve(`Node.js ${process.versions.node}`), // an older one cannot read these files
  "chain id": async ({ pool, config }) => {
    await checkNetwork(pool, { chainId: BigInt(config.chainId) });
    return `chain ${config.chainId}`;
  },
  "sync, clock and finality": async ({ pool, eth, config }) => {
    const { lotus } = pool;
    const { head, finalized } = await checkNode({ eth, lotus, config, now: Date.now });
    return `head ${head.Height}, final ${finalized.Height}, frame ${frameOf(head.Height)}`;
  },
  "node version": async ({ pool }) => {
    const versions = await Promise.all(
      pool.endpoints.map(async ({ name, lotus }) => {
        // gateways and development networks do not say
        const version = await lotus.version().catch(() => undefined);
        return `${name} ${version?.Version ?? "does not say"}`;
      }),
    );
    return versions.join(", ");
  },
  methods: async ({ pool }) => {
    await need(pool, METHODS, "neither attestor nor keeper work");
    return "all that both roles need";
  },
  "methods of an attestor": async ({ pool, config }) => {
    await need(pool, ATTESTOR_METHODS[config.sectorSource], "attestor disabled, keeper works");
    return `all for sectorSource ${config.sectorSource}`;
  },
  "methods of a keeper": async ({ pool }) => {
    await need(pool, KEEPER_METHODS, "keeper does not activate or harvest, attestor works");
    return "all that it needs";
  },
  contracts: async ({ pool, eth, config }) => {
    const { powerOracle, powerNft, minerRegistry } = config;
    for (const [name, address] of Object.entries({ powerOracle, powerNft, minerRegistry })) {
      if ((await eth.code(address)) === "0x") {
        throw new RefusedError(`No contract is at ${address}: set ${name}, or the right network.`);
      }
    }
    const nft = new PowerNftReader(pool.request, powerNft);
    const wired = { powerOracle: await nft.oracle(), minerRegistry: await nft.registry() };
    for (const [name, actual] of Object.entries(wired)) {
      const set = config[name as keyof typeof wired];
      if (!same(actual, set)) throw new RefusedError(`PowerNFT works with ${actual}, not ${set}: set ${name} right.`);
    }
    return "deployed, and they know each other";
  },
  "joint mining pools": async ({ pool, config }) => {
    for (const address of config.jointMiningPools) {
      const nft = await new PoolReader(pool.request, address).powerNft();
      if (!same(nft, config.powerNft)) {
        throw new RefusedError(
          `The pool at ${address} works with ${nft}, not ${config.powerNft}: set jointMiningPools right.`,
        );
      }
    }
    const { length } = config.jointMiningPools;
    return length === 0 ? "none is set: keepers leave them alone" : `${length}, over these power NFTs`;
  },
  key: ({ account }) => Promise.resolve(account?.address ?? "none is set: dry, nothing is sent"),
  membership: async ({ pool, config, account }) => {
    if (account === undefined) return "dry: no key that could be a member";
    const member = await memberOf(new OracleReader(pool.request, config.powerOracle), account.address);
    if (member === undefined) {
      throw new RefusedError(
        `${account.address} is no member and no member's delegate: let the member call setDelegate. A keeper needs no membership.`,
      );
    }
    return same(member, account.address) ? "a member" : `delegate of ${member}`;
  },
  balance: async ({ eth, account, config }) => {
    if (account === undefined) return "dry: no gas is needed";
    const balance = await eth.balance(account.address);
    const gas = GAS_OF_A_DAY + GAS_OF_A_POOL * BigInt(config.jointMiningPools.length);
    const needed = gas * config.maxFeePerGas;
    if (balance < needed) {
      throw new RefusedError(
        `${account.address} has ${formatFil(balance)}, a day may take ${formatFil(needed)}: send it FIL, or lower maxFeePerGas.`,
      );
    }
    return formatFil(balance);
  },
  memory: async ({ config }) => {
    await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
    State.open(statePath(config.dataFolder, "check")).close();
    return config.dataFolder;
  },
};

/** Looks at everything that the bridge needs, and says of each whether it is so, and what to do. */
export async function check(terminal: Terminal, { config: path, json, deep }: CheckOptions): Promise<ExitCode> {
  const { environment } = terminal;
  const subject = await subjectOf(await readConfig(path, environment), environment);
  const checks = deep ? { ...CHECKS, "both ways of reading": deepCheck(terminal, path) } : CHECKS;
  const found: Checked[] = [];
  for (const [name, one] of Object.entries(checks)) {
    const checked = await outcome(name, one, subject);
    found.push(checked);
    if (!json) terminal.print(`${checked.passed ? "PASS" : "FAIL"}  ${name}: ${checked.text}`);
  }
  if (json) terminal.print(toJson(found));
  return found.every(({ passed }) => passed) ? ExitCode.ok : ExitCode.refused;
}

async function subjectOf(config: Config, environment: Environment): Promise<Subject> {
  const pool = await composePool(config, environment, createLog({ level: "silent" }));
  return { config, pool, eth: new EthNode(pool.request), account: await loadAccount(config, environment) };
}

async function outcome(name: string, one: Check, subject: Subject): Promise<Checked> {
  try {
    return { name, passed: true, text: await one(subject) };
  } catch (error) {
    if (error instanceof ExplainedError) return { name, passed: false, text: error.shortMessage };
    throw error;
  }
}

/** @throws {RefusedError} that names what each endpoint lacks, and what follows. */
async function need(pool: EndpointPool, methods: readonly string[], consequence: string): Promise<void> {
  const lacks = await Promise.all(pool.endpoints.map((endpoint) => lackOf(endpoint, methods)));
  const lacking = lacks.filter((lack) => lack !== undefined);
  // one endpoint that has everything is enough: a question goes on to the next
  if (lacking.length === pool.endpoints.length) throw new RefusedError(`${lacking.join("; ")}: ${consequence}.`);
}

async function lackOf(endpoint: Endpoint, methods: readonly string[]): Promise<string | undefined> {
  const served = await probeMethods(endpoint, methods);
  const missing = methods.filter((method) => served.get(method) !== true);
  return missing.length === 0 ? undefined : `${endpoint.name} lacks ${missing.join(", ")}`;
}

/** Reads every miner of the newest frame by blocks and by lists: both have to agree to the byte. */
function deepCheck(terminal: Terminal, path: string | undefined): Check {
  return async ({ pool }) => {
    const frame = frameOf((await pool.lotus.chainGetFinalizedTipSet()).Height);
    return withReport(terminal, path, frame, async ({ report, facts, config }) => {
      const nfts = await facts();
      const way = config.sectorSource === "state" ? "plain" : "state";
      const other = createComputeMiner({
        pool,
        way,
        blocks: new MemoryBlockCache(),
        log: createLog({ level: "silent" }),
      });
      for (const miner of report.miners) {
        const again = await other(
          report.pinned,
          miner.minerId,
          nfts.filter(({ minerId }) => minerId === miner.minerId),
        );
        if (toJson(again) !== toJson(miner)) {
          throw new RefusedError(`f0${miner.minerId} is read differently by ${way}: report this fault.`, {
            details: `${toJson(miner)}\n${toJson(again)}`,
          });
        }
      }
      return `${report.miners.length} miners of frame ${frame} alike`;
    });
  };
}

function same(a: Hex, b: Hex): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
