/** What a multisig does with its roles: schedule, wait, carry out. */
import type { ContractTransactionResponse } from "ethers";

import type { Protocol } from "./protocol.ts";
import { DAY } from "./units.ts";

export const ADMIN = 0n;
export const PARAMETERS = 1n;
export const GUARDIAN = 2n;
export const ATTESTORS = 3n;
export const TREASURY = 4n;
export const MEASURING = 5n;
export const ROLES = [ADMIN, PARAMETERS, GUARDIAN, ATTESTORS, TREASURY, MEASURING];

/** Seconds, as AccessManager counts. */
export const SECONDS_A_DAY = 86_400n;

/** The earliest time, in seconds, that AccessManager accepts for an operation whose delay is so many seconds. */
const AT_ONCE = 0n;

/** Schedules a call of `target` by governance. */
export async function schedule(p: Protocol, target: string, data: string): Promise<ContractTransactionResponse> {
  return p.manager.connect(p.governance).schedule(target, data, AT_ONCE);
}

/** Schedules a change of a parameter of PowerNFT and carries it out when its delay is over. */
export async function changeParameter(p: Protocol, data: string): Promise<ContractTransactionResponse> {
  return change(p, await p.nft.getAddress(), data, 3n);
}

/** The same for a parameter of the market. */
export async function changeMarket(p: Protocol, data: string): Promise<ContractTransactionResponse> {
  return change(p, await p.market.getAddress(), data, 3n);
}

/** The same for how income is measured. */
export async function changeMeasuring(p: Protocol, data: string): Promise<ContractTransactionResponse> {
  return change(p, await p.nft.getAddress(), data, 7n);
}

/** The same for who attests. */
export async function changeMembers(
  p: Protocol,
  members: string[],
  quorum: bigint,
): Promise<ContractTransactionResponse> {
  const data = p.powerOracle.interface.encodeFunctionData("setMembers", [members, quorum]);
  return change(p, await p.powerOracle.getAddress(), data, 7n);
}

/** The same for a change of the manager itself. */
export async function changeManager(p: Protocol, data: string): Promise<ContractTransactionResponse> {
  return change(p, await p.manager.getAddress(), data, 7n);
}

/** Schedules a call of a contract by governance, and carries it out so many days later. */
export async function change(
  p: Protocol,
  target: string,
  data: string,
  days: bigint,
): Promise<ContractTransactionResponse> {
  await schedule(p, target, data);
  await p.fil.mine(days * DAY);
  return p.manager.connect(p.governance).execute(target, data);
}
