import type { Hex } from "../../lib/index.ts";
import type { EthNode, NodePosition, Outbox, Targets } from "../chain/index.ts";
import type { Config } from "../config/index.ts";
import type { Metrics } from "../ops/index.ts";
import type { ReportDeps } from "../report/index.ts";

/** The settings that a keeper reads. */
export type KeeperSettings = Pick<
  Config,
  | "powerNft"
  | "powerOracle"
  | "logRangeEpochs"
  | "applyReports"
  | "announceSkips"
  | "activateVaults"
  | "syncMiners"
  | "harvestMiners"
  | "settleExpiries"
  | "syncMarginEpochs"
  | "harvestGasFactor"
>;

export interface KeeperDeps extends ReportDeps {
  readonly eth: EthNode;
  readonly outbox: Outbox;
  readonly targets: Targets;
  readonly config: KeeperSettings;
  readonly metrics: Metrics["keeper"];
}

/** Something that a keeper would send for one miner. */
export interface Deed {
  /** Sent once for each purpose. */
  readonly purpose: string;
  readonly to: Hex;
  readonly data: Hex;
}

/** One thing that a keeper does. It may be switched off by the setting of its name. */
export type DutyName =
  "applyReports" | "announceSkips" | "activateVaults" | "syncMiners" | "harvestMiners" | "settleExpiries";

/** Finds what is to be done, and has it done by `act`. */
export type Duty = (deps: KeeperDeps, position: NodePosition, act: (deed: Deed) => Promise<void>) => Promise<void>;
