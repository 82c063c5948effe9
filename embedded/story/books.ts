import { Address } from "../../lib/index.ts";
import type { Person } from "./people.ts";
import type { Stage } from "./Stage.ts";

const BURNT_FUNDS = Address.fromId(99n);
export const HOLDERS = ["Alice", "Bob", "Carol", "Dave"] as const;

/** Balances at one moment, as the node tells them, attoFIL. */
export interface Balances {
  readonly epoch: bigint;
  readonly people: ReadonlyMap<Person, { readonly balance: bigint; readonly gas: bigint }>;
  readonly miner: bigint;
  readonly vault: bigint;
  readonly burned: bigint;
  /** All rewards that the network ever paid to the miner. */
  readonly rewards: bigint;
}

export async function readBalances(stage: Stage): Promise<Balances> {
  const { cast, lotus, miner, machines } = stage;
  const people = new Map<Person, { balance: bigint; gas: bigint }>();
  for (const name of HOLDERS) {
    const who = cast[name];
    people.set(who, { balance: await stage.balanceOf(who), gas: stage.gasOf(who) });
  }
  const [minerActor, burntFunds, vault] = await Promise.all([
    lotus.stateGetActor(miner),
    lotus.stateGetActor(BURNT_FUNDS),
    stage.balanceOf(stage.vault),
  ]);
  return {
    epoch: await stage.epoch(),
    people,
    miner: minerActor.Balance,
    vault,
    burned: burntFunds.Balance,
    rewards: machines.rewardsOf(miner.id),
  };
}
