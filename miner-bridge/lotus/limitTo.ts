/** Runs what it is given, so many at a time; the rest waits in order. */
export type Limit = <T>(run: () => Promise<T>) => Promise<T>;

/** @param most How many run at the same time. */
export function limitTo(most: number): Limit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    // who is woken takes over the place of who ended
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
