/** So many questions are open at a node at the same time. */
const BATCH = 8;

/** Asks for each item, a few at a time, and keeps the order. */
export async function inBatches<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += BATCH) {
    results.push(...(await Promise.all(items.slice(at, at + BATCH).map(ask))));
  }
  return results;
}
