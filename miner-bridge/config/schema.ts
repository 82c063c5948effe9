import { getAddress, isAddress } from "ethers";
import { z } from "zod";

import type { Hex } from "../../lib/hex.ts";

/** Every setting may come as JSON from the file, or as text from the environment. */
const text = z.string().min(1);
const address = text
  .refine((typed) => isAddress(typed), "not a 0x address")
  .transform((typed) => getAddress(typed) as Hex);
const addresses = z.union([
  z.array(address),
  // nothing between commas is no address
  z
    .string()
    .transform((typed) => (typed === "" ? [] : typed.split(",")))
    .pipe(z.array(address)),
]);
const url = z.url({ protocol: /^https?$/, error: "not an http(s) URL" });
const urls = z.union([z.array(url).min(1), text.transform((typed) => typed.split(",")).pipe(z.array(url).min(1))]);
const digits = text.regex(/^\d+$/, "not a whole number").transform(Number);
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.union([z.int(), digits]).pipe(z.int().min(least).max(most));
const epochs = (least: number, most?: number) => whole(least, most).transform(BigInt);
const duty = z.union([z.boolean(), z.enum(["true", "false"]).transform((typed) => typed === "true")]).default(true);

/** The settings of the bridge. The descriptions are those of the table in the README, and a test compares them. */
export const settings = z.strictObject({
  rpcUrls: urls.describe("Lotus JSON-RPC endpoints, `/rpc/v1`; the first one that answers is asked"),
  rpcTokenFile: text.optional().describe("File with the bearer token, where the node wants one"),
  chainId: whole(1).describe("Chain id of the network: 314 mainnet, 314159 Calibration"),
  powerOracle: address.describe("PowerOracle"),
  powerNft: address.describe("PowerNFT"),
  minerRegistry: address.describe("MinerRegistry"),
  jointMiningPools: addresses
    .transform((named): readonly Hex[] => [...new Set(named)])
    .default([])
    .describe("Joint mining pools that a keeper looks after"),
  deployedAt: epochs(0).describe("Epoch at which the contracts were deployed: events are read from there"),
  dataFolder: text.default("miner-bridge-data").describe("Folder of the bridge's memory, one file for each role"),
  keyFile: text.optional().describe("File with the private key in hexadecimal, readable by its owner alone"),
  keystoreFile: text.optional().describe("Encrypted JSON keystore, instead of `keyFile`"),
  keystorePasswordFile: text.optional().describe("File with the password of the keystore"),
  sectorSource: z
    .enum(["state", "plain"])
    .default("state")
    .describe("How power is read: `state` checks every block against its CID, `plain` trusts the node's lists"),
  tickSeconds: whole(1, 3600).default(60).describe("Pause between two rounds, seconds"),
  maxHeadAgeSeconds: whole(60)
    .default(600)
    .describe("A head that is older than this is a node out of sync: nothing is said or sent"),
  maxClockSkewSeconds: whole(1, 3600)
    .default(60)
    .describe("How far the node's head may lie ahead of this machine's clock"),
  logRangeEpochs: epochs(1, 2880).default(2880n).describe("Epochs of events that are asked for at once"),
  confirmations: epochs(1, 900).default(10n).describe("Epochs on top of a transaction until it counts as done"),
  stuckAfterEpochs: epochs(2)
    .default(10n)
    .describe("Epochs after which a transaction that is not included is replaced"),
  maxFeePerGas: z
    .union([z.int(), digits])
    .pipe(z.int().min(1))
    .transform(BigInt)
    .default(20_000_000_000n)
    .describe("The most that a unit of gas may cost, attoFIL"),
  maxOpenTransactions: whole(1, 100).default(8).describe("So many transactions may wait to be included"),
  applyReports: duty.describe("Keeper: apply agreed reports, page by page"),
  announceSkips: duty.describe("Keeper: announce miners that an agreed report skips"),
  activateVaults: duty.describe("Keeper: activate vaults whose owner has proposed them as beneficiary"),
  syncMiners: duty.describe("Keeper: measure each miner before its deadline"),
  harvestMiners: duty.describe("Keeper: harvest when what can be paid is worth the gas"),
  settleExpiries: duty.describe("Keeper: measure past dates of expiry, and free the sectors of expired NFTs"),
  settlePools: duty.describe("Keeper: settle each pool once a day"),
  bookLosses: duty.describe("Keeper: impair machines whose weight fell, recognise losses that are final"),
  collectIncome: duty.describe("Keeper: take machines' income into their pool when it is worth the gas"),
  payTickets: duty.describe("Keeper: pay who waits to leave a pool, when there is cash"),
  buyMachines: duty.describe("Keeper: let pools buy the best listing that their policy takes"),
  startLots: duty.describe("Keeper: start the auction of a stablecoin pool's FIL"),
  syncMarginEpochs: epochs(120).default(40_320n).describe("How long before its deadline a miner is measured"),
  harvestGasFactor: whole(1).default(20).describe("Harvest and collect when the payment is so many times its gas"),
  httpHost: text.default("127.0.0.1").describe("Where `/health`, `/ready` and `/metrics` are served"),
  httpPort: whole(0, 65_535).default(9464).describe("Port of it; 0 serves nothing. Each role needs its own"),
  apiHost: text.default("127.0.0.1").describe("Index: where the history's API is served"),
  apiPort: whole(0, 65_535).default(9465).describe("Index: port of it; 0 serves nothing"),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info").describe("The least that is logged"),
  drainSeconds: whole(1, 600).default(60).describe("How long a SIGTERM waits for the round that runs, seconds"),
});

export type Config = z.output<typeof settings>;
export type SettingName = keyof Config;

/** Every environment variable of the bridge begins so. */
const ENVIRONMENT_PREFIX = "MINER_BRIDGE_";

/** `maxFeePerGas` is `MINER_BRIDGE_MAX_FEE_PER_GAS`. */
export function environmentName(setting: string): string {
  return ENVIRONMENT_PREFIX + setting.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}
