import {
  daysToFirstCash,
  decodeVestingFunds,
  EPOCHS_PER_DAY,
  ExportedMinerMethod,
  MethodUnavailableError,
  type MinerAccount,
} from "../../lib/index.ts";
import type { Miner } from "./miner.ts";
import type { TaskContext } from "./TaskContext.ts";

/**
 * Days until an NFT that begins to earn now can be paid for the first time. The oldest income is paid first, so it
 * waits until the miner's cash has covered everything owed before it.
 *
 * @returns undefined where it is not in sight; null where this node cannot tell.
 */
export async function firstCash(
  context: TaskContext,
  miner: Miner,
  account: MinerAccount,
  rewardsPerDay: bigint,
): Promise<number | undefined | null> {
  const { lotus } = context;
  try {
    const head = (await lotus.chainHead()).Height;
    const { MsgRct } = await lotus.stateCall({
      from: miner.info.Owner,
      to: miner.address,
      value: 0n,
      method: ExportedMinerMethod.GetVestingFunds,
      params: new Uint8Array(0),
    });
    const table = MsgRct.ExitCode === 0n ? decodeVestingFunds(MsgRct.Return) : [];
    return daysToFirstCash({
      owed: account.owed,
      available: await lotus.stateMinerAvailableBalance(miner.address),
      vesting: table
        .filter(({ epoch }) => epoch >= head)
        .map(({ epoch, amount }) => ({ day: Number((epoch - head) / EPOCHS_PER_DAY), amount })),
      rewardsPerDay,
    });
  } catch (error) {
    if (error instanceof MethodUnavailableError) return null;
    throw error;
  }
}
