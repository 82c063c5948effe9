/** What the cash of a miner follows from; amounts in attoFIL. */
export interface CashOutlook {
  /** What holders are owed before the NFT in question: the oldest income is paid first. */
  readonly owed: bigint;
  /** What can be taken out today. */
  readonly available: bigint;
  /** What is still to vest, by days from now (0 = within the first day). */
  readonly vesting: readonly { readonly day: number; readonly amount: bigint }[];
  /** Gross block rewards expected per day. */
  readonly rewardsPerDay: bigint;
}

/** A quarter of a reward is available at once, the rest vests in 180 daily steps. */
const VESTING_DAYS = 180n;
const HORIZON_DAYS = 3 * 365;

/**
 * Days until the cash of a miner reaches the income that an NFT earns from now on; 0 when it does already, undefined
 * when it is not in sight. Because the oldest income is paid first, a new NFT waits until everything owed before it is
 * covered.
 */
export function daysToFirstCash({ owed, available, vesting, rewardsPerDay }: CashOutlook): number | undefined {
  let cash = available;
  for (let day = 0; day <= HORIZON_DAYS; day += 1) {
    if (cash >= owed) return day;
    const fresh = rewardsPerDay / 4n;
    const daysOfRewards = BigInt(day) < VESTING_DAYS ? BigInt(day) : VESTING_DAYS;
    const unlocked = (rewardsPerDay * 3n * daysOfRewards) / (4n * VESTING_DAYS);
    const old = vesting.reduce((sum, entry) => (entry.day === day ? sum + entry.amount : sum), 0n);
    cash += fresh + unlocked + old;
  }
  return undefined;
}
