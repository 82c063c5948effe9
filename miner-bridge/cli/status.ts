import { existsSync } from "node:fs";

import { OracleReader, frameOf } from "../../lib/index.ts";
import { loadAccount } from "../chain/index.ts";
import { composePool } from "../compose.ts";
import { readConfig } from "../config/index.ts";
import { createLog } from "../ops/index.ts";
import { State, statePath } from "../state/index.ts";
import { type Terminal, toJson } from "./Terminal.ts";

export interface StatusOptions {
  readonly config?: string | undefined;
  readonly json: boolean;
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
  const roles = ["attestor", "keeper"].flatMap((role) => memoryOf(config.dataFolder, role) ?? []);
  const found = {
    head: head.Height,
    frame: frameOf(head.Height),
    lastFrame,
    stale,
    key: account?.address ?? "none: dry",
    roles,
  };
  if (json) {
    terminal.print(toJson(found));
    return;
  }
  terminal.print(`head          epoch ${found.head}, frame ${found.frame}`);
  terminal.print(`oracle        last agreed frame ${lastFrame}${stale ? ": STALE, no new NFT becomes active" : ""}`);
  terminal.print(`key           ${found.key}`);
  for (const { role, epoch, vaults, sent } of roles) {
    terminal.print(`${role.padEnd(13)} events read to epoch ${epoch ?? "-"}, ${vaults} vaults`);
    for (const { purpose, status: state, hash } of sent)
      terminal.print(`  ${state.padEnd(10)} ${purpose} ${hash ?? ""}`);
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
