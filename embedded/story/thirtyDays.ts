import { claim, claimCredit, withdrawSurplus } from "./claims.ts";
import { dayTable, playDay } from "./day.ts";
import { fault, faultFee, recover } from "./fault.ts";
import { type Sale, sell } from "./sale.ts";
import type { Stage } from "./Stage.ts";
import { standing } from "./standing.ts";

const DAYS = 30;
const SURPLUS_DAY = 7;
const FAULT_DAY = 9;
const RECOVERY_DAY = 12;
const FIRST_CLAIM_DAY = 8;
const SALE_DAY = 13;
const CREDIT_DAY = 14;
const BOBS_CLAIM_DAY = 20;

/** Thirty days: every day the miner's rewards are measured and what is owed is taken out. */
export async function thirtyDays(stage: Stage): Promise<Sale> {
  const { cast, print } = stage;
  print.heading("5. Thirty days");
  print.text(
    "Every day anybody may sync (measure the block rewards from the miner's vesting table) and harvest (take out " +
      "what is owed, no more). A quarter of a reward is cash at once, the rest vests over 180 days; what this miner " +
      "won in the half year before is vesting now. Power and sold weight in TiB, amounts in FIL.",
  );
  const table = dayTable(stage);
  let sale: Sale = { price: 0n };
  for (let day = 1; day <= DAYS; day += 1) {
    await playDay(stage, table, day);
    if (day === SURPLUS_DAY) await withdrawSurplus(stage);
    if (day === FIRST_CLAIM_DAY)
      for (const [who, id] of [
        ["Alice", 1n],
        ["Carol", 3n],
      ] as const)
        await claim(stage, cast[who], id);
    if (day === FAULT_DAY) await fault(stage);
    if (day >= FAULT_DAY && day < RECOVERY_DAY) await faultFee(stage, day === FAULT_DAY);
    if (day === RECOVERY_DAY) await recover(stage);
    if (day === BOBS_CLAIM_DAY) await claim(stage, cast.Bob, 2n);
    if (day === SALE_DAY) sale = await sell(stage);
    if (day === CREDIT_DAY) await claimCredit(stage, cast.Alice);
  }
  await standing(stage);
  return sale;
}
