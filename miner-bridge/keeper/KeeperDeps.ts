import type { Hex } from "../../lib/index.ts";
import type { EthNode, NodePosition, Outbox, Targets } from "../chain/index.ts";
import type { Config } from "../config/index.ts";
import type { Metrics } from "../ops/index.ts";
import type { ReportDeps } from "../report/index.ts";
import type { State } from "../state/index.ts";

/** The settings that a keeper reads. */
export type KeeperSettings = Pick<
  Config,
  | DutyName
  | "powerNft"
  | "powerOracle"
  | "jointMiningPools"
  | "deployedAt"
  | "logRangeEpochs"
  | "syncMarginEpochs"
  | "harvestGasFactor"
>;

export interface KeeperDeps extends ReportDeps {
  readonly state: ReportDeps["state"] & Pick<State, "listings">;
  readonly eth: EthNode;
  readonly outbox: Outbox;
  readonly targets: Targets;
  readonly config: KeeperSettings;
  readonly metrics: Metrics["keeper"];
}

/** Something that a keeper would send for a miner or a pool. */
export interface Deed {
  /** Sent once for each purpose. */
  readonly purpose: string;
  readonly to: Hex;
  readonly data: Hex;
}

/** One thing that a keeper does. It may be switched off by the setting of its name. */
export type DutyName =
  | "applyReports"
  | "announceSkips"
  | "activateVaults"
  | "syncMiners"
  | "harvestMiners"
  | "settleExpiries"
  | "settlePools"
  | "bookLosses"
  | "collectIncome"
  | "payTickets"
  | "buyMachines"
  | "startLots";

/** What the duties of one round share. */
export interface RoundDeps extends KeeperDeps {
  /** Pools whose questions were not answered in this round: they are not waited for again. */
  readonly silentPools: Set<Hex>;
}

/** Finds what is to be done, and has it done by `act`. */
export type Duty = (deps: RoundDeps, position: NodePosition, act: (deed: Deed) => Promise<void>) => Promise<void>;
