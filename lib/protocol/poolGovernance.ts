import { Interface } from "ethers";

import { accessManagerAbi } from "../abi/accessManager.ts";
import { jointMiningPoolAbi } from "../abi/jointMiningPool.ts";
import { powerMarketAbi } from "../abi/powerMarket.ts";
import type { Hex } from "../hex.ts";

const MANAGER = new Interface(accessManagerAbi);
const POOL = new Interface(jointMiningPoolAbi);
const MARKET = new Interface(powerMarketAbi);

/** Roles of PowerAccessManager. */
export const ROLE = { admin: 0n, parameters: 1n, guardian: 2n } as const;
/** Between scheduling and carrying out a change of roles or targets, seconds: ADMIN_DELAY of PowerAccessManager. */
const ADMIN_DELAY = 604_800n;

/** A call that governance makes through the manager: scheduled first, carried out when its delay is over. */
export interface Change {
  readonly what: string;
  /** Who may make it. */
  readonly role: bigint;
  readonly target: Hex;
  readonly data: Hex;
}

/** Functions of a pool, and the role that may call them. */
export interface SetterRole {
  readonly selectors: readonly Hex[];
  readonly role: bigint;
}

/** Who may do what to a pool: the same as PowerAccessManager's constructor says of the pool over FIL. */
export const SETTER_ROLES: readonly SetterRole[] = [
  { selectors: [selectorOf("setPolicy"), selectorOf("setDepositCap")], role: ROLE.parameters },
  { selectors: [selectorOf("pauseEntries")], role: ROLE.guardian },
];

/** What gives a new pool's setters the roles of the other pools'. */
export function setterChanges(manager: Hex, pool: Hex): readonly Change[] {
  const byAdmin = (what: string, method: string, args: readonly unknown[]): Change => ({
    what,
    role: ROLE.admin,
    target: manager,
    data: MANAGER.encodeFunctionData(method, args) as Hex,
  });
  const [parameters, guardian] = SETTER_ROLES.map(({ selectors, role }) => [pool, selectors, role]);
  return [
    byAdmin("setPolicy and setDepositCap go to the role of parameters", "setTargetFunctionRole", parameters ?? []),
    byAdmin("pauseEntries goes to the role of the guardian", "setTargetFunctionRole", guardian ?? []),
    byAdmin("changes of that wait 7 days", "setTargetAdminDelay", [pool, ADMIN_DELAY]),
  ];
}

/** What lets NFTs be listed in a coin. */
export function coinChange(market: Hex, coin: Hex): Change {
  return {
    what: "the market takes the coin",
    role: ROLE.parameters,
    target: market,
    data: MARKET.encodeFunctionData("setCoin", [coin, true]) as Hex,
  };
}

/** One call of the manager that schedules some changes at their earliest and carries others out. */
export function governanceCall(schedule: readonly Change[], execute: readonly Change[]): Hex {
  const calls = [
    ...schedule.map(({ target, data }) => MANAGER.encodeFunctionData("schedule", [target, data, 0n])),
    ...execute.map(({ target, data }) => MANAGER.encodeFunctionData("execute", [target, data])),
  ];
  return MANAGER.encodeFunctionData("multicall", [calls]) as Hex;
}

function selectorOf(method: string): Hex {
  const selector = POOL.getFunction(method)?.selector;
  if (selector === undefined) throw new TypeError(`A pool has no ${method}`);
  return selector as Hex;
}
