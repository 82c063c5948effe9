import { existsSync } from "node:fs";

import { ExplainedError, type Hex, OracleReader, PoolReader, formatFil, frameOf } from "../../lib/index.ts";
import { EthNode, loadAccount } from "../chain/index.ts";
import { composePool } from "../compose.ts";
import { readConfig } from "../config/index.ts";
import { HistoryReader } from "../indexer/index.ts";
import type { EndpointPool } from "../lotus/index.ts";
import { createLog } from "../ops/index.ts";
import { State, statePath } from "../state/index.ts";
import { type Terminal, toJson } from "./Terminal.ts";

export interface StatusOptions {
  readonly config?: string | undefined;
  readonly json: boolean;
}

/** A pool of the settings; only its address where it does not answer. */
interface PoolStanding {
  readonly address: Hex;
  readonly machines?: bigint;
  readonly settledAt?: bigint;
  readonly isSettled?: boolean;
  /** Shares. */
  readonly waiting?: bigint;
  /** The same in words. */
  readonly text: string;
}

/** So many of the last transactions are shown. */
const RECENT = 10;

/** Shows what the node, the oracle and each role's memory say. Nothing is changed; roles may run meanwhile. */
export async function status(terminal: Terminal, { config: path, json }: StatusOptions): Promise<void> {
  const { environment } = terminal;
  const config = await readConfig(path, environment);
  const pool = await composePool(config, environment, createLog({ level: "silent" }));
  const account = await loadAccount(config, environment);
  const oracle = new OracleReader(pool.request, config.powerOracle);
  const [head, lastFrame, stale] = await Promise.all([pool.lotus.chainHead(), oracle.lastFrame(), oracle.isStale()]);
  const balance = account === undefined ? undefined : await new EthNode(pool.request).balance(account.address);
  const roles = ["attestor", "keeper"].flatMap((role) => memoryOf(config.dataFolder, role) ?? []);
  const found = {
    head: head.Height,
    frame: frameOf(head.Height),
    lastFrame,
    stale,
    key: account?.address ?? "none: dry",
    /** attoFIL; what is left for gas. */
    balance,
    pools: await Promise.all(config.jointMiningPools.map((address) => poolOf(pool, address))),
    roles,
    history: historyOf(config.dataFolder),
  };
  if (json) {
    terminal.print(toJson(found));
    return;
  }
  terminal.print(`head          epoch ${found.head}, frame ${found.frame}`);
  terminal.print(`oracle        last agreed frame ${lastFrame}${stale ? ": STALE, no new NFT becomes active" : ""}`);
  terminal.print(`key           ${found.key}${balance === undefined ? "" : `, ${formatFil(balance)} for gas`}`);
  for (const { address, text } of found.pools) terminal.print(`pool          ${address}: ${text}`);
  for (const { role, epoch, vaults, sent } of roles) {
    terminal.print(`${role.padEnd(13)} events read to epoch ${epoch ?? "-"}, ${vaults} vaults`);
    for (const { purpose, status: state, hash } of sent)
      terminal.print(`  ${state.padEnd(10)} ${purpose} ${hash ?? ""}`);
  }
  if (found.history !== undefined) {
    const { epoch, incomeTo } = found.history;
    terminal.print(`index         events to epoch ${epoch ?? "-"}, income to epoch ${incomeTo ?? "-"}`);
  }
}

/** How far the index has come; undefined where there is none. */
function historyOf(folder: string): { epoch: bigint | undefined; incomeTo: bigint | undefined } | undefined {
  const path = statePath(folder, "index");
  if (!existsSync(path)) return undefined;
  const history = new HistoryReader(path);
  try {
    const standing = history.standing();
    return { epoch: standing?.epoch, incomeTo: standing?.closed ?? undefined };
  } finally {
    history.close();
  }
}

/** How a pool stands, or why nobody knows. */
async function poolOf({ request }: EndpointPool, address: Hex): Promise<PoolStanding> {
  try {
    const pool = new PoolReader(request, address);
    const [{ machines, waiting, settledAt }, isSettled] = await Promise.all([pool.accounts(), pool.isSettled()]);
    const settled = isSettled ? "settled today" : `last settled in epoch ${settledAt}`;
    const text = `machines ${machines}, ${settled}${waiting > 0n ? ", people wait to be paid" : ""}`;
    return { address, machines, settledAt, isSettled, waiting, text };
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error;
    return { address, text: error.shortMessage };
  }
}

function memoryOf(folder: string, role: string) {
  const path = statePath(folder, role);
  if (!existsSync(path)) return undefined;
  const state = State.open(path, { readonly: true });
  try {
    const sent = state.journal.recent(RECENT).map((intent) => {
      return { purpose: intent.purpose, status: intent.status, hash: intent.attempts.at(-1)?.hash };
    });
    const { discovered } = state;
    return { role, epoch: discovered.place()?.epoch, vaults: discovered.vaults().length, sent };
  } finally {
    state.close();
  }
}
