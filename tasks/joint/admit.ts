import {
  AccessReader,
  type Change,
  coinChange,
  governanceCall,
  MarketReader,
  RefusedError,
  SETTER_ROLES,
  setterChanges,
} from "../../lib/index.ts";
import { execute } from "../support/execute.ts";
import { member, type OpenPool, openPool, optionFor, type PoolArguments } from "../support/pool.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface AdmitArguments extends SendingArguments, PoolArguments {}

/** A change that is still to be made. */
interface Pending {
  readonly change: Change;
  /** When the sender may carry it out, seconds since 1970; 0 where it is not scheduled. */
  readonly readyAt: bigint;
}

const ROLE_NAMES: Readonly<Record<string, string>> = { 0: "admin", 1: "parameters" };

/**
 * What governance does for a new pool over a stablecoin: its setters get the roles that those of the other pools have, and
 * the market takes its coin. The first run schedules, one after each delay carries out.
 */
export async function admit(context: TaskContext, args: AdmitArguments): Promise<void> {
  const { report } = context;
  const pool = await openPool(context, args);
  if (pool.auction === undefined) {
    throw new RefusedError(
      `${pool.symbol} was admitted when it was deployed: name a pool over a stablecoin with --pool.`,
    );
  }
  report.title(`Admit the pool ${pool.symbol}`);
  const { sender, me } = await member(context, args);
  const manager = new AccessReader(context.eth, (await context.deployment()).accessManager);
  const { setters, coin } = await changesFor(context, manager, pool);
  const pending = await Promise.all(
    [...setters, ...coin].map(async (change) => ({ change, readyAt: await manager.readyAt(me, change) })),
  );
  if (pending.length === 0) {
    return report.check("admitted", "pass", `${pool.symbol} is admitted: governance has nothing left to do for it.`);
  }
  const now = await secondsNow(context);
  reportPending(context, pending, now);
  for (const role of new Set(pending.map(({ change }) => change.role))) {
    if (await manager.hasRole(role, me)) continue;
    const name = ROLE_NAMES[role.toString()] ?? role.toString();
    report.check("role", "fail", `${me} does not hold the role of ${name}: name who governs with --from.`);
  }
  const { schedule, carryOut } = dueNow(pending, setters, now);
  if (schedule.length + carryOut.length === 0) {
    const next = pending.map(({ readyAt }) => readyAt).filter((at) => at > now);
    const earliest = next.reduce((least, at) => (at < least ? at : least));
    throw new RefusedError(`Everything is scheduled: carry it out from ${dateText(earliest)} on, within a week.`);
  }
  const title = [
    ...(schedule.length > 0 ? [`schedule ${countText(schedule.length)}`] : []),
    ...(carryOut.length > 0 ? [`carry out ${countText(carryOut.length)}`] : []),
  ].join(", and ");
  const step = { to: manager.address, data: governanceCall(schedule, carryOut), title: `For ${pool.symbol}: ${title}` };
  const outcome = await execute(context, args, [step], sender);
  if (outcome.sent && (await isUnfinished(context, manager, pool))) {
    report.lines(`  Run \`pool admit${optionFor(pool)}\` again when the delays are over, for what is left.`);
  }
}

/** What is not as it should be yet; the changes of the setters belong together. */
async function changesFor(
  context: TaskContext,
  manager: AccessReader,
  pool: OpenPool,
): Promise<{ readonly setters: readonly Change[]; readonly coin: readonly Change[] }> {
  const { powerMarket } = await context.deployment();
  const [belong, allowed] = await Promise.all([
    Promise.all(SETTER_ROLES.map((roles) => manager.belongs(pool.address, roles))),
    new MarketReader(context.eth, powerMarket).isAllowed(pool.asset.address),
  ]);
  return {
    setters: belong.every(Boolean) ? [] : setterChanges(manager.address, pool.address),
    coin: allowed ? [] : [coinChange(powerMarket, pool.asset.address)],
  };
}

async function isUnfinished(context: TaskContext, manager: AccessReader, pool: OpenPool): Promise<boolean> {
  const { setters, coin } = await changesFor(context, manager, pool);
  return setters.length + coin.length > 0;
}

/** What can be done now: all that is not scheduled, and what is ready; of the setters all or none. */
function dueNow(
  pending: readonly Pending[],
  setters: readonly Change[],
  now: bigint,
): { readonly schedule: readonly Change[]; readonly carryOut: readonly Change[] } {
  const isReady = ({ readyAt }: Pending): boolean => readyAt !== 0n && readyAt <= now;
  const together = pending.filter(({ change }) => setters.includes(change));
  const settersReady = together.every(isReady);
  return {
    schedule: pending.filter(({ readyAt }) => readyAt === 0n).map(({ change }) => change),
    carryOut: pending
      .filter((item) => isReady(item) && (settersReady || !together.includes(item)))
      .map(({ change }) => change),
  };
}

function reportPending({ report }: TaskContext, pending: readonly Pending[], now: bigint): void {
  const stateOf = (readyAt: bigint): string => {
    if (readyAt === 0n) return "to be scheduled";
    return readyAt <= now ? "ready" : `waits until ${dateText(readyAt)}`;
  };
  report.table(
    "changes",
    "What governance changes",
    ["change", "role", "state"],
    pending.map(({ change, readyAt }) => [
      change.what,
      ROLE_NAMES[change.role.toString()] ?? change.role.toString(),
      stateOf(readyAt),
    ]),
    pending.map(({ change, readyAt }) => ({ ...change, readyAt })),
  );
}

async function secondsNow({ network, lotus }: TaskContext): Promise<bigint> {
  const { Height: head } = await lotus.chainHead();
  return BigInt(network.clock.dateOf(head).getTime()) / 1_000n;
}

function dateText(seconds: bigint): string {
  const iso = new Date(Number(seconds) * 1_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function countText(count: number): string {
  return count === 1 ? "one change" : `${count} changes`;
}

export default taskAction(admit);
