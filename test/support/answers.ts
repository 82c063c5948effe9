/** Puts answers into actors' mouths: what no miner says today, but what a contract must survive. */
import type { ActorAnswers } from "../../types/ethers-contracts/index.ts";
import { ethers, provider } from "./network.ts";

/** The places that `contracts/ActorAnswers.sol` names. */
const ANSWERS = "0x00000000000000000000000000000000000a45E0";
const ASIDE = "0x00000000000000000000000000000000000a51de";
const CALL_ACTOR_BY_ID = "0xfe00000000000000000000000000000000000005";

export const POWER_ACTOR = 4n;
export const MINER_POWER = 36284446n;
export const GET_NOMINAL_SECTOR_EXPIRATION = 3010055991n;
export const GET_BENEFICIARY = 4158972569n;
export const GET_OWNER = 3275365574n;
export const GET_VESTING_FUNDS = 1726876304n;
export const GET_AVAILABLE_BALANCE = 4026106874n;
export const CHANGE_BENEFICIARY = 1570634796n;
export const WITHDRAW_BALANCE = 2280458852n;

async function place(address: string, code: string): Promise<void> {
  await provider.request({ method: "hardhat_setCode", params: [address, code] });
}

async function codeOf(name: string): Promise<string> {
  const contract = await (await ethers.getContractFactory(name)).deploy();
  return ethers.provider.getCode(contract);
}

/** From now on actors answer what they are told to, and everything else themselves. Call it once in a test. */
export async function interceptActors(): Promise<ActorAnswers> {
  await place(ASIDE, await ethers.provider.getCode(CALL_ACTOR_BY_ID));
  await place(ANSWERS, await codeOf("ActorAnswers"));
  await place(CALL_ACTOR_BY_ID, await codeOf("CallActorByIdWithAnswers"));
  return (await ethers.getContractAt("ActorAnswers", ANSWERS)) as unknown as ActorAnswers;
}
