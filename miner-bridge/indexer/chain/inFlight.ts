/** Questions that are open at a node at the same time. */
const MAX_IN_FLIGHT = 4;

/** Asks for each item, a few at a time, and keeps the order. The first failure ends it. */
export async function inFlight<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await ask(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: MAX_IN_FLIGHT }, worker));
  return results;
}
