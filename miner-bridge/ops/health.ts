/** Milliseconds that one check may take. */
const CHECK_TIMEOUT = 5_000;

/** Throws, or rejects, when something does not work. */
export type Check = () => void | Promise<void>;

export interface HealthOptions {
  /** By name, for instance `node` (reachable) and `state` (writable). */
  readonly checks: Readonly<Record<string, Check>>;
  /** A last cycle that is older does not count as work, milliseconds. */
  readonly maxTickAgeMs: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or a sentence that says what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Knows whether the bridge works: what it depends on answers, and its last cycle is not long ago. */
export interface Health {
  /** Called when a cycle has gone well. */
  ticked(): void;
  readiness(): Promise<Readiness>;
}

/** The name under which the age of the last cycle is shown. */
const TICK = "tick";
const OK = "ok";

export function createHealth({ checks, maxTickAgeMs, now = Date.now }: HealthOptions): Health {
  let lastTick: number | undefined;
  const tick = (): void => {
    if (lastTick === undefined) throw new Error("No cycle has gone well yet.");
    const age = now() - lastTick;
    if (age > maxTickAgeMs) throw new Error(`The last good cycle was ${Math.round(age / 1000)} s ago.`);
  };
  return {
    ticked: () => {
      lastTick = now();
    },
    readiness: async () => {
      const all = Object.entries({ ...checks, [TICK]: tick });
      const found = await Promise.all(all.map(async ([name, check]) => [name, await outcome(check)] as const));
      return { ready: found.every(([, said]) => said === OK), checks: Object.fromEntries(found) };
    },
  };
}

async function outcome(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${CHECK_TIMEOUT / 1000} s.`)), CHECK_TIMEOUT);
    });
    await Promise.race([Promise.resolve().then(check), late]);
    return OK;
  } catch (error) {
    // the first line: details may quote what a node said
    return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
  } finally {
    clearTimeout(timer);
  }
}
