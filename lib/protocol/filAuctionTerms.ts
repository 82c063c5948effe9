/** By which terms every auction of FIL sells: constants of FilAuction, for plans of auctions that do not exist yet. */
export const AUCTION_TERMS = {
  /** A lot begins at this multiple of the reference. */
  startFactor: 2n,
  /** Epochs in which the price halves. */
  halving: 360n,
  /** Epochs for which a lot sells. */
  duration: 2_880n,
  /** The least lot and the least purchase, attoFIL. */
  minLot: 10n ** 18n,
} as const;

/** The price of a lot so many epochs after its start: halved in each `halving`, evenly in between, never below 1. */
export function priceAfter(startPrice: bigint, elapsed: bigint): bigint {
  const { halving } = AUCTION_TERMS;
  const high = startPrice >> (elapsed / halving);
  const price = high - (high * (elapsed % halving)) / (2n * halving);
  return price > 1n ? price : 1n;
}
