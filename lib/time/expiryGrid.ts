/** Power NFTs expire on a grid of 30 days, counted from epoch 0 (R-LED-5). */
export const EXPIRY_GRID = 86_400n;

export interface GridDates {
  /** The last date of the grid at or before the epoch. */
  readonly before: bigint;
  /** The first date of the grid at or after the epoch. */
  readonly next: bigint;
}

/** The two dates of the grid around an epoch; both are the epoch itself when it lies on the grid. */
export function gridAround(epoch: bigint): GridDates {
  const before = (epoch / EXPIRY_GRID) * EXPIRY_GRID;
  return { before, next: before === epoch ? epoch : before + EXPIRY_GRID };
}
