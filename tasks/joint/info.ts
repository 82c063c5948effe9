import { formatPercent, formatPower, inBatches, type PoolReader } from "../../lib/index.ts";
import { formatShares, poolReader, shortFil } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";

/** A share as people count: 10^24 of its smallest units. */
const ONE_SHARE = 10n ** 24n;
/** U is given in parts of 10^18; 10^14 of them are a basis point. */
const UTILISATION_OF_BPS = 10n ** 14n;

/** What the pool has, what a share costs and brings, and by which policy it buys. */
export async function info(context: TaskContext): Promise<void> {
  const { report, network } = context;
  const pool = await poolReader(context);
  const [accounts, supply, settled, cap, paused, least, feeBps] = await Promise.all([
    pool.accounts(),
    pool.totalSupply(),
    pool.isSettled(),
    pool.depositCap(),
    pool.entriesPausedUntil(),
    pool.minDeposit(),
    pool.exitFeeBps(),
  ]);
  const [enter, leave] = await Promise.all([pool.convertToAssets(ONE_SHARE), pool.previewExit(ONE_SHARE)]);
  report.title("The joint mining pool over FIL");
  report.fact("pool", "contract", pool.address);
  report.fact("shares", "shares", formatShares(supply), supply);
  report.fact("upper", "worth to who enters", shortFil(accounts.upper), accounts.upper);
  report.fact("lower", "worth to who leaves", shortFil(accounts.lower), accounts.lower);
  report.fact("enterPrice", "a share costs", shortFil(enter), enter);
  report.fact("leavePrice", "a share brings", shortFil(leave.worth), leave.worth);
  report.fact("exitFee", "  after a fee of", formatPercent(feeBps), feeBps);
  report.fact("cash", "cash", shortFil(accounts.cash), accounts.cash);
  report.fact("waiting", "waits to leave", formatShares(accounts.waiting), accounts.waiting);
  report.fact("claimable", "paid, to be claimed", shortFil(accounts.claimable), accounts.claimable);
  report.fact("deposits", "paid in by who is in", shortFil(accounts.deposits), accounts.deposits);
  const utilisation = accounts.utilisation / UTILISATION_OF_BPS;
  report.fact("utilisation", "of which in machines", formatPercent(utilisation), utilisation);
  report.fact("perDay", "expected income a day", shortFil(accounts.expectedPerDay), accounts.expectedPerDay);
  report.fact(
    "settled",
    "settled",
    settled ? "yes, for today" : `last at ${network.clock.format(accounts.settledAt)}`,
    settled,
  );
  report.fact("least", "least deposit", shortFil(least), least);
  report.fact("cap", "most it may be worth", cap === 0n ? "no cap" : shortFil(cap), cap);
  if (paused > (await context.lotus.chainHead()).Height) {
    report.check(
      "paused",
      "warn",
      `Deposits and purchases are paused until ${network.clock.format(paused)}; who is in can leave.`,
    );
  }
  await reportPolicy(context, pool);
  await reportMachines(context, pool);
}

async function reportPolicy({ report }: TaskContext, pool: PoolReader): Promise<void> {
  const policy = await pool.policy();
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

async function reportMachines({ report, network }: TaskContext, pool: PoolReader): Promise<void> {
  const machines = await inBatches([...(await pool.machineIds())], (id) => pool.machineOf(id));
  if (machines.length === 0) return report.fact("machines", "machines", "none yet", []);
  report.table(
    "machines",
    "Machines",
    ["NFT", "miner", "earns with", "cost", "not paid off", "earned", "can still bring", "expires"],
    machines.map((machine) => [
      machine.id.toString(),
      `${network.prefix}0${machine.minerId}`,
      formatPower(machine.weight),
      shortFil(machine.cost),
      shortFil(machine.unpaid),
      shortFil(machine.earned),
      shortFil(machine.receivable),
      network.clock.format(machine.expiry).slice(0, "2028-03-01".length),
    ]),
    machines,
  );
}

export default taskAction(info);
