/** Time in epochs of 30 seconds, power in bytes. */
export const DAY = 2_880n;
export const EXPIRY_GRID = 86_400n;

export const GiB = 1n << 30n;
export const TiB = 1n << 40n;
