import { formatFil, formatPercent, formatPower, formatSectors, type Power, type SectorRange } from "../../lib/index.ts";
import { holderText, nftReader, parseIds, readNft } from "../support/nft.ts";
import { readMiner } from "../support/miner.ts";
import { reportOracle } from "../support/oracle.ts";
import { readSectors, sectorFaults } from "../support/sectors.ts";
import { taskAction } from "../support/runTask.ts";
import type { CommonArguments, TaskContext } from "../support/TaskContext.ts";

export interface ShowArguments extends CommonArguments {
  readonly id: string;
}

/** So many sectors are read to say why an NFT weighs nothing. */
const MAX_LOOKED_AT = 10_000n;

/** Everything that is known of one NFT. */
export async function show(context: TaskContext, args: ShowArguments): Promise<void> {
  const { report, network, lotus } = context;
  const [id = 0n] = parseIds(args.id);
  const nft = await nftReader(context);
  const { power, owner } = await readNft(context, nft, id);
  const [sectors, earned, payable, unpaid, paid] = await Promise.all([
    nft.sectorsOf(id),
    nft.earnedOf(id),
    nft.payableOf(id),
    nft.unpaidOf(id),
    nft.paidOf(id),
  ]);
  const head = (await lotus.chainHead()).Height;
  const miner = `${network.prefix}0${power.minerId}`;
  report.title(`Power NFT ${id}`);
  report.fact("holder", "holder", holderText(context, owner));
  report.fact("miner", "miner", miner);
  report.fact(
    "weight",
    "earns with",
    `${formatPower(power.weight)} of ${formatPower(power.nominalPower)}`,
    power.weight,
  );
  report.fact("nominalPower", "nominal power", formatPower(power.nominalPower), power.nominalPower);
  report.fact("sectors", "sectors", `${formatSectors(sectors)} (${power.sectorCount})`, formatSectors(sectors));
  report.fact("expiry", "expires", `${network.clock.format(power.expiry)} (epoch ${power.expiry})`, power.expiry);
  const fees = { spFeeBps: power.spFeeBps, protocolFeeBps: power.protocolFeeBps, royaltyBps: power.royaltyBps };
  report.fact(
    "fees",
    "fees",
    `${formatPercent(fees.spFeeBps)} provider, ${formatPercent(fees.protocolFeeBps)} protocol, ${formatPercent(fees.royaltyBps)} royalty on sales`,
    fees,
  );
  report.fact("earned", "earned so far", formatFil(earned), earned);
  report.fact("paid", "  paid or credited", formatFil(paid), paid);
  report.fact("payable", "  payable now", formatFil(payable), payable);
  report.fact("unpaid", "  still to be covered", formatFil(unpaid), unpaid);
  const perDay = power.weight === 0n ? 0n : await nft.expectedPerDay(power.minerId, power.weight);
  const net = (perDay * BigInt(10_000 - power.spFeeBps - power.protocolFeeBps)) / 10_000n;
  report.fact("perDay", "expected per day", `${formatFil(net, 6)} after fees`, net);
  const attested = await nft.attestedWeightsOf(id);
  report.fact(
    "attested",
    "attested power",
    attested.frame === 0
      ? "never"
      : `${formatPower(attested.last)} in frame ${attested.frame}, ${formatPower(attested.previous)} before`,
    attested,
  );
  await reportOracle(context, head);
  if (head >= power.expiry)
    report.check("alive", "warn", "It has expired: it earns nothing more, and what is unpaid stays claimable.");
  else if (power.weight === 0n) await explainNothing(context, miner, power, sectors);
  else report.check("alive", "pass", "It earns");
}

/** Why an NFT weighs nothing, as far as the node tells. */
async function explainNothing(
  context: TaskContext,
  minerText: string,
  power: Power,
  ranges: readonly SectorRange[],
): Promise<void> {
  const { report } = context;
  const what =
    power.attestedAt === 0n
      ? "It was not attested yet, and earns nothing: all of its sectors must be active and last to its expiry"
      : "Its weight is 0, and it earns nothing now: none of its sectors was active";
  if (power.sectorCount > MAX_LOOKED_AT) {
    report.check("attested", "warn", `${what}. It has too many sectors to look at them here.`);
    return;
  }
  const miner = await readMiner(context, minerText);
  const reading = await readSectors(context, miner, ranges);
  const faults = sectorFaults(context, miner, reading, power.expiry);
  const fine =
    reading.active === undefined
      ? "This node does not tell which are faulty (use LOTUS_RPC_URL for your own node)"
      : "They are now: it earns after the next report";
  const reasons = faults.length === 0 ? [fine] : faults;
  report.check("attested", "warn", `${what}. ${reasons.map((reason) => `${reason}.`).join(" ")}`);
}

export default taskAction(show);
