/** A network with one miner and a contract that talks to it: what the tests of the simulation start from. */
import hre from "hardhat";

import { bigIntBytes, bigIntFromBytes, bytes, decodeCbor, encodeCbor } from "./cbor.ts";
import { FIL, type Filecoin, installFilecoin, rawOf, type Receipt } from "./index.ts";
import { deployProbe, type Probe } from "./probe.ts";

export const MINER = 1000n;
export const OWNER = 102n;
export const STRANGER = 101n;
export const PROBE = 1004n;
export const PERIOD_START = 658n;

export const METHOD = {
  withdrawNative: 16n,
  changeOwnerNative: 23n,
  changeBeneficiaryNative: 30n,
  withdraw: 2280458852n,
  changeOwner: 1010589339n,
  changeBeneficiary: 1570634796n,
  repayDebt: 3665352697n,
  getOwner: 3275365574n,
  getBeneficiary: 4158972569n,
  getAvailable: 4026106874n,
  getVesting: 1726876304n,
  maxTerminationFee: 4127382196n,
  sectorLocation: 1321604665n,
  sectorStatus: 3092458564n,
  sectorExpiration: 3010055991n,
  minerPower: 36284446n,
  authenticate: 2643134072n,
} as const;

export interface Setting {
  fil: Filecoin;
  probe: Probe;
}

export async function setting(): Promise<Setting> {
  const { provider } = await hre.network.create();
  const fil = await installFilecoin(provider);
  for (const id of [STRANGER, OWNER]) await fil.createAccount({ id });
  await fil.createMiner({
    id: MINER,
    owner: OWNER,
    balance: FIL(1000),
    provingPeriodStart: PERIOD_START,
    sectors: { first: 1n, count: 8n, deadline: 3n, partition: 2n, pledge: FIL(1), qa: 20480n, activation: 0n },
  });
  const probe = await deployProbe(provider);
  await fil.registerEvm(probe.address, PROBE);
  return { fil, probe };
}

/** The parameters of ChangeBeneficiary. */
export function terms(nominee: bigint | string, quota: bigint, expiration: bigint): string {
  return encodeCbor([bytes(rawOf(nominee)), bigIntBytes(quota), expiration]);
}

/** The parameters of WithdrawBalance. */
export function amount(value: bigint): string {
  return encodeCbor([bigIntBytes(value)]);
}

/** The parameters of ValidateSectorStatus. */
export function status(sector: bigint, state: bigint, deadline: bigint, partition: bigint): string {
  return encodeCbor([sector, state, bytes(encodeCbor([deadline, partition]))]);
}

export function address(who: bigint | string): string {
  return encodeCbor(bytes(rawOf(who)));
}

export interface BeneficiaryAnswer {
  id: Uint8Array;
  quota: bigint;
  used: bigint;
  expiration: bigint;
  pending: boolean;
}

export async function beneficiary(fil: Filecoin): Promise<BeneficiaryAnswer> {
  const answer = decodeCbor((await fil.read(MINER, METHOD.getBeneficiary)).ret);
  const [[id, [quota, used, expiration]], pending] = answer as [
    [Uint8Array, [Uint8Array, Uint8Array, bigint]],
    unknown,
  ];
  return {
    id,
    quota: bigIntFromBytes(quota),
    used: bigIntFromBytes(used),
    expiration,
    pending: pending !== null,
  };
}

/** The contract becomes the beneficiary under these terms. */
export async function enrol({ fil, probe }: Setting, quota = FIL(100), expiration = 1_000_000n): Promise<void> {
  const params = terms(PROBE, quota, expiration);
  await fil.native({ from: OWNER, to: MINER, method: METHOD.changeBeneficiaryNative, params });
  const answer = await probe.call(MINER, METHOD.changeBeneficiary, params);
  if (answer?.exitCode !== 0n) throw new Error("enrolment failed");
}

export async function vesting(fil: Filecoin): Promise<Map<bigint, bigint>> {
  const [entries] = decodeCbor((await fil.read(MINER, METHOD.getVesting)).ret) as [[bigint, Uint8Array][]];
  return new Map(entries.map(([epoch, value]) => [epoch, bigIntFromBytes(value)]));
}

export function total(amounts: Iterable<bigint>): bigint {
  return [...amounts].reduce((a, b) => a + b, 0n);
}

export function code(answer: Receipt | undefined): bigint | undefined {
  return answer?.exitCode;
}
