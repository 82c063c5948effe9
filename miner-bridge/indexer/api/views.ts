import { Address, type Clock, type NetworkPrefix, fromHex } from "../../../lib/index.ts";
import type { EventRow, IncomeRow, MinerRow, NftRow, WeightRow } from "../store/HistoryReader.ts";

/** What is needed to write epochs as times and ids as addresses. */
export interface Locale {
  readonly clock: Clock;
  readonly prefix: NetworkPrefix;
  /** The last epoch that the history holds. */
  readonly now: bigint;
}

/** One column: its name, and what stands there. */
type Column<R> = readonly [name: string, cell: (row: R, locale: Locale) => unknown];
/** How rows of one kind are shown. */
export type View<R> = readonly Column<R>[];

const TIB = 2n ** 40n;

/** An epoch and its time: two columns. */
function moment<R>(name: string, epochOf: (row: R) => bigint | null): Column<R>[] {
  return [
    [`${name}Epoch`, (row) => number(epochOf(row))],
    [`${name}Time`, (row, { clock }) => timeOf(clock, epochOf(row))],
  ];
}

/** An Ethereum address and how Filecoin tools write it: two columns. */
function account<R>(name: string, addressOf: (row: R) => string | null): Column<R>[] {
  return [
    [name, (row) => addressOf(row)],
    [`${name}Filecoin`, (row, { prefix }) => filecoinForm(addressOf(row), prefix)],
  ];
}

export const MINER_VIEW: View<MinerRow> = [
  ["miner", (row, { prefix }) => minerAddress(row.miner_id, prefix)],
  ...account<MinerRow>("vault", (row) => row.vault),
  ["active", (row) => row.active === 1n],
  ...moment<MinerRow>("created", (row) => row.created_epoch),
  ...moment<MinerRow>("activated", (row) => row.activated_epoch),
  ...moment<MinerRow>("released", (row) => row.released_epoch),
  ...account<MinerRow>("operator", (row) => row.operator),
  ...moment<MinerRow>("lastSync", (row) => row.last_sync),
  ["qapBytes", (row) => row.qap],
  ["rewardsAttoFil", (row) => row.rewards],
  ["earnedAttoFil", (row) => row.earned],
  ["coveredAttoFil", (row) => row.covered],
  ["owedAttoFil", (row) => (BigInt(row.earned) - BigInt(row.covered)).toString()],
  ["expectedPerTibPerDayAttoFil", (row) => row.per_tib],
  ["incomeGaps", (row) => number(row.gaps)],
];

export const NFT_VIEW: View<NftRow> = [
  ["id", (row) => row.nft_id.toString()],
  ["miner", (row, { prefix }) => minerAddress(row.miner_id, prefix)],
  ["status", (row, { now }) => statusOf(row, now)],
  ...account<NftRow>("holder", (row) => (row.burned_epoch === null ? row.holder : null)),
  ["nominalPowerBytes", (row) => row.nominal_power],
  ["weightBytes", (row, { now }) => weightOf(row, now).toString()],
  ["sectors", (row) => row.sectors],
  ["spFeeBps", (row) => number(row.sp_fee_bps)],
  ["protocolFeeBps", (row) => number(row.protocol_fee_bps)],
  ["royaltyBps", (row) => number(row.royalty_bps)],
  ...moment<NftRow>("minted", (row) => row.minted_epoch),
  ...moment<NftRow>("attested", (row) => row.attested_epoch),
  ...moment<NftRow>("expiry", (row) => row.expiry),
  ...moment<NftRow>("burned", (row) => row.burned_epoch),
  ["earnedAttoFil", (row) => row.earned],
  ...moment<NftRow>("earned", (row) => row.earned_epoch),
  ["claimedAttoFil", (row) => row.claimed],
  ["creditedAttoFil", (row) => row.credited],
  [
    "expectedGrossPerDayAttoFil",
    (row, { now }) => (row.per_tib === null ? null : ((BigInt(row.per_tib) * weightOf(row, now)) / TIB).toString()),
  ],
];

export const INCOME_VIEW: View<IncomeRow> = [
  ["id", (row) => row.nft_id.toString()],
  ["day", (row) => row.day],
  ["incomeAttoFil", (row) => row.income],
  ["earnedAttoFil", (row) => row.earned],
  ...moment<IncomeRow>("from", (row) => row.from_epoch),
  ...moment<IncomeRow>("to", (row) => row.epoch),
];

export const WEIGHT_VIEW: View<WeightRow> = [
  ["id", (row) => row.nft_id.toString()],
  ["frame", (row) => number(row.frame)],
  ["cause", (row) => row.cause],
  ["oldWeightBytes", (row) => row.old_weight],
  ["weightBytes", (row) => row.weight],
  ["epoch", (row) => number(row.epoch)],
  ["time", (row, { clock }) => timeOf(clock, row.epoch)],
  ["transaction", (row) => row.tx],
];

export const EVENT_VIEW: View<EventRow> = [
  ["seq", (row) => row.seq.toString()],
  ["epoch", (row) => number(row.epoch)],
  ["time", (row, { clock }) => timeOf(clock, row.epoch)],
  ["event", (row) => row.name],
  ["contract", (row) => row.contract],
  ...account<EventRow>("address", (row) => row.address),
  ["miner", (row, { prefix }) => (row.miner_id === null ? null : minerAddress(row.miner_id, prefix))],
  ["nft", (row) => (row.nft_id === null ? null : row.nft_id.toString())],
  ["transaction", (row) => row.tx],
  ["args", (row, { prefix }) => withFilecoinForms(JSON.parse(row.args) as Record<string, unknown>, prefix)],
];

/** A row as it is shown. */
export function show<R>(view: View<R>, row: R, locale: Locale): Readonly<Record<string, unknown>> {
  return Object.fromEntries(view.map(([name, cell]) => [name, cell(row, locale)]));
}

export function timeOf(clock: Clock, epoch: bigint | null): string | null {
  return epoch === null ? null : clock.dateOf(epoch).toISOString().replace(".000Z", "Z");
}

/** Epochs and other small numbers. */
function number(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function minerAddress(id: bigint, prefix: NetworkPrefix): string {
  return Address.fromId(id).toString(prefix);
}

function filecoinForm(address: string | null, prefix: NetworkPrefix): string | null {
  return address === null ? null : Address.fromEvmBytes(fromHex(address)).toString(prefix);
}

/** Each address of an event in both forms. */
function withFilecoinForms(args: Readonly<Record<string, unknown>>, prefix: NetworkPrefix): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(args)) {
    shown[name] = value;
    const isAddress = typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) && BigInt(value) !== 0n;
    if (isAddress) shown[`${name}Filecoin`] = filecoinForm(value, prefix);
  }
  return shown;
}

/** QAP that earns: none from the expiry on. */
function weightOf({ weight, expiry }: NftRow, now: bigint): bigint {
  return now >= expiry ? 0n : BigInt(weight);
}

function statusOf(row: NftRow, now: bigint): "waiting" | "earning" | "idle" | "expired" | "burned" {
  if (row.burned_epoch !== null) return "burned";
  if (now >= row.expiry) return "expired";
  if (row.attested_epoch === null) return "waiting";
  return row.weight === "0" ? "idle" : "earning";
}
