import { formatPercent, formatPower, inBatches, type PoolAccounts, type PoolReader } from "../../lib/index.ts";
import { reportAuction } from "../support/auction.ts";
import {
  formatShares,
  oneShare,
  type OpenPool,
  openPool,
  type PoolArguments,
  short,
  shortFil,
} from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";

/** U is given in parts of 10^18; 10^14 of them are a basis point. */
const UTILISATION_OF_BPS = 10n ** 14n;

/** What the pool has, what a share costs and brings, and by which policy it buys. */
export async function info(context: TaskContext, args: PoolArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  const { asset, reader } = pool;
  const [accounts, supply, least, feeBps] = await Promise.all([
    reader.accounts(),
    reader.totalSupply(),
    reader.minDeposit(),
    reader.exitFeeBps(),
  ]);
  const share = oneShare(pool);
  const [enter, leave] = await Promise.all([reader.convertToAssets(share), reader.previewExit(share)]);
  report.title(`The joint mining pool over ${asset.symbol}`);
  report.fact("pool", "contract", pool.address);
  report.fact("symbol", "its shares", `${pool.symbol} (${pool.name})`, pool.symbol);
  if (!asset.isFil) report.fact("coin", "coin", `${asset.address}, ${asset.decimals} decimals`, asset.address);
  report.fact("shares", "shares", formatShares(pool, supply), supply);
  report.fact("upper", "worth to who enters", short(pool, accounts.upper), accounts.upper);
  report.fact("lower", "worth to who leaves", short(pool, accounts.lower), accounts.lower);
  report.fact("enterPrice", "a share costs", short(pool, enter), enter);
  report.fact("leavePrice", "a share brings", short(pool, leave.worth), leave.worth);
  report.fact("exitFee", "  after a fee of", formatPercent(feeBps), feeBps);
  report.fact("cash", "cash", short(pool, accounts.cash), accounts.cash);
  report.fact("waiting", "waits to leave", formatShares(pool, accounts.waiting), accounts.waiting);
  report.fact("claimable", "paid, to be claimed", short(pool, accounts.claimable), accounts.claimable);
  report.fact("deposits", "paid in by who is in", short(pool, accounts.deposits), accounts.deposits);
  const utilisation = accounts.utilisation / UTILISATION_OF_BPS;
  report.fact("utilisation", "of which in machines", formatPercent(utilisation), utilisation);
  report.fact("perDay", "expected income a day", shortFil(accounts.expectedPerDay), accounts.expectedPerDay);
  report.fact("least", "least deposit", short(pool, least), least);
  await reportEntries(context, pool, accounts);
  if (pool.auction !== undefined) {
    report.fact("unsoldFil", "FIL that is not sold yet", shortFil(accounts.unsoldFil), accounts.unsoldFil);
    await reportAuction(context, pool.auction, asset);
  }
  await reportPolicy(context, reader);
  await reportMachines(context, pool);
}

/** Whether one can enter now. */
async function reportEntries(
  { report, network, lotus }: TaskContext,
  pool: OpenPool,
  accounts: PoolAccounts,
): Promise<void> {
  const { reader } = pool;
  const [settled, cap, paused] = await Promise.all([
    reader.isSettled(),
    reader.depositCap(),
    reader.entriesPausedUntil(),
  ]);
  report.fact(
    "settled",
    "settled",
    settled ? "yes, for today" : `last at ${network.clock.format(accounts.settledAt)}`,
    settled,
  );
  report.fact("cap", "most it may be worth", cap === 0n ? "no cap" : short(pool, cap), cap);
  if (paused > (await lotus.chainHead()).Height) {
    report.check(
      "paused",
      "warn",
      `Deposits and purchases are paused until ${network.clock.format(paused)}; who is in can leave.`,
    );
  }
}

async function reportPolicy({ report }: TaskContext, reader: PoolReader): Promise<void> {
  const policy = await reader.policy();
  const rows: [string, string][] = [
    ["pays of expected income, at most", formatPercent(policy.bidBps)],
    ["spends on machines in a day, at most", formatPercent(policy.dailyBps)],
    ["has in machines of one provider, at most", formatPercent(policy.perProviderBps)],
    ["has of deposits in machines, at most", formatPercent(policy.maxUtilisationBps)],
    ["keeps in cash, at least", formatPercent(policy.reserveBps)],
    ["buys what earns for, at least", `${policy.minTermDays} days`],
    ["asks of what a machine may still earn", formatPercent(policy.askBps)],
    ["counts of expected income for who leaves", formatPercent(policy.cautiousBps)],
  ];
  report.table("policy", "Policy: the pool", ["", ""], rows, policy);
}

async function reportMachines({ report, network }: TaskContext, pool: OpenPool): Promise<void> {
  const { reader } = pool;
  const machines = await inBatches([...(await reader.machineIds())], (id) => reader.machineOf(id));
  if (machines.length === 0) return report.fact("machines", "machines", "none yet", []);
  report.table(
    "machines",
    "Machines",
    ["NFT", "miner", "earns with", "cost", "not paid off", "earned", "can still bring", "expires"],
    machines.map((machine) => [
      machine.id.toString(),
      `${network.prefix}0${machine.minerId}`,
      formatPower(machine.weight),
      short(pool, machine.cost),
      short(pool, machine.unpaid),
      shortFil(machine.earned),
      shortFil(machine.receivable),
      network.clock.format(machine.expiry).slice(0, "2028-03-01".length),
    ]),
    machines,
  );
}

export default taskAction(info);
