import {
  countSectors,
  formatFil,
  formatPercent,
  formatPower,
  formatSectors,
  gridAround,
  parsePercent,
  parsePower,
  parseSectors,
  RefusedError,
  sectorQap,
  UsageError,
} from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { type Miner, type MinerContracts, readContracts, readMiner, requireEnrolled } from "../support/miner.ts";
import { firstCash } from "../support/outlook.ts";
import { readPayee } from "../support/payee.ts";
import { taskAction } from "../support/runTask.ts";
import { reportOracle } from "../support/oracle.ts";
import { readSectors, sectorFaults, type SectorReading } from "../support/sectors.ts";
import { evmFormOf, reportSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface MintArguments extends SendingArguments {
  readonly miner: string;
  readonly sectors: string;
  /** Nominal power; the power of the sectors when left out. */
  readonly power: string | undefined;
  readonly expires: string;
  readonly spFee: string;
  readonly royalty: string;
  /** The highest protocol fee that is accepted; today's when left out. */
  readonly maxProtocolFee: string | undefined;
  /** Who gets the NFT; the sender when left out. */
  readonly to: string | undefined;
}

/** Mints a power NFT backed by named sectors. Only the miner's owner or its operator. */
export async function mint(context: TaskContext, args: MintArguments): Promise<void> {
  const { report, network } = context;
  const ranges = parseSectors(args.sectors);
  const spFeeBps = parsePercent(args.spFee);
  const royaltyBps = parsePercent(args.royalty);
  const wanted = args.power === undefined ? undefined : parsePower(args.power);
  if (wanted === 0n) throw new UsageError("An NFT needs some power: name how much with --power, like 16TiB.");
  const asked = network.clock.parse(args.expires);
  const { before: expiry, next } = gridAround(asked);

  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  requireEnrolled(context, miner, contracts);
  const { nft } = contracts;
  const protocolFeeBps = await nft.protocolFeeBps();
  const maxProtocolFeeBps = args.maxProtocolFee === undefined ? protocolFeeBps : parsePercent(args.maxProtocolFee);

  report.title(`Mint a power NFT on ${miner.name}`);
  const sender = await reportSender(context, args, miner.info.Owner);
  const me = sender === undefined ? undefined : await evmFormOf(context, sender.address);
  const payee =
    args.to !== undefined
      ? await readPayee(context, args.to, "NFT")
      : me === undefined
        ? undefined
        : { evm: me, text: sender?.address.toString(network.prefix) ?? me };
  if (payee === undefined) throw new UsageError("Say who gets the NFT: --to, or set PRIVATE_KEY.");
  report.fact("to", "holder", payee.text, payee.evm);
  report.fact("sectors", "sectors", `${formatSectors(ranges)} (${countSectors(ranges)})`, formatSectors(ranges));

  const reading = await readSectors(context, miner, ranges);
  const qap = [...reading.sectors.values()].reduce((sum, sector) => sum + qapOf(miner, sector), 0n);
  const nominal = wanted ?? qap;
  report.fact("sectorPower", "power of the sectors", formatPower(qap), qap);
  report.fact("nominalPower", "nominal power", formatPower(nominal), nominal);
  report.fact("expiry", "expires", `${network.clock.format(expiry)} (epoch ${expiry})`, expiry);
  if (expiry !== asked) {
    report.lines(
      `                           you asked for ${network.clock.format(asked)}; NFTs expire on fixed dates, 30 days apart:`,
      `                           this is the one before, ${network.clock.format(next)} the one after`,
    );
  }
  report.fact(
    "fees",
    "fees",
    `${formatPercent(spFeeBps)} provider, ${formatPercent(protocolFeeBps)} protocol, ${formatPercent(royaltyBps)} royalty on sales`,
    { spFeeBps, protocolFeeBps, maxProtocolFeeBps, royaltyBps },
  );
  await reportIncome(context, miner, contracts, nominal, spFeeBps + protocolFeeBps);

  checkSectors(context, miner, reading, expiry);
  if (nominal > qap) {
    report.check(
      "power",
      "warn",
      `The sectors have only ${formatPower(qap)}: the NFT can weigh no more than that, whatever it is minted with.`,
    );
  }
  const step = callStep(
    "PowerNFT",
    nft.address,
    "mint",
    [
      {
        minerId: miner.address.id,
        sectors: ranges,
        nominalPower: nominal,
        expiry,
        spFeeBps,
        royaltyBps,
        maxProtocolFeeBps,
        to: payee.evm,
      },
    ],
    "Mint the NFT",
  );
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const id = eventValue(outcome.logs, "PowerNFT", "Minted", "id");
  if (typeof id !== "bigint")
    throw new RefusedError("The transaction was included, but minted nothing: look at it in an explorer.");
  report.lines("");
  report.fact("id", "minted", `NFT ${id}`, id);
  report.lines("", "It earns after the next report of the oracle, once every sector was found active.");
}

function qapOf(
  miner: Miner,
  sector: { PowerBaseEpoch: bigint; Expiration: bigint; VerifiedDealWeight: bigint },
): bigint {
  return sectorQap(miner.info.SectorSize, {
    powerBaseEpoch: sector.PowerBaseEpoch,
    expiration: sector.Expiration,
    verifiedDealWeight: sector.VerifiedDealWeight,
  });
}

async function reportIncome(
  context: TaskContext,
  miner: Miner,
  { nft }: MinerContracts,
  nominal: bigint,
  feesBps: number,
): Promise<void> {
  const { report, lotus } = context;
  const gross = await nft.expectedPerDay(miner.address.id, nominal);
  const net = (gross * BigInt(10_000 - feesBps)) / 10_000n;
  report.fact("perDay", "estimated per day", `${formatFil(net, 6)} after fees, ${formatFil(gross, 6)} before`, {
    net,
    gross,
  });
  report.fact("begins", "begins to earn", "after the next report of the oracle", null);
  const { QualityAdjPower } = (await lotus.stateMinerPower(miner.address)).MinerPower;
  const perDay = await nft.expectedPerDay(miner.address.id, QualityAdjPower);
  const days = await firstCash(context, miner, await nft.minerAccount(miner.address.id), perDay);
  const text =
    days === null
      ? "unknown: this node does not tell"
      : days === undefined
        ? "not in sight: more is owed on this miner than it is expected to pay within 3 years"
        : days === 0
          ? "with the harvest after its income was measured"
          : `in about ${days} days: what is owed to older NFTs is paid first`;
  report.fact("firstCash", "first cash", text, days ?? null);
  await reportOracle(context, (await lotus.chainHead()).Height);
}

function checkSectors(context: TaskContext, miner: Miner, reading: SectorReading, expiry: bigint): void {
  const { report } = context;
  const faults = sectorFaults(context, miner, reading, expiry);
  for (const fault of faults) {
    report.check("sector", "fail", `${fault}: leave out what does not fit, or mend that first.`);
  }
  if (faults.length > 0) return;
  if (reading.active === undefined) {
    report.check(
      "sectors",
      "warn",
      "This node does not tell which sectors are faulty: the first report will (use LOTUS_RPC_URL for your own node).",
    );
  } else {
    report.check("sectors", "pass", "Every sector is active and lasts until the expiry");
  }
}

export default taskAction(mint);
