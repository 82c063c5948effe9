import { setTimeout as sleep } from "node:timers/promises";

import { BadAnswerError, ExplainedError, FatalError, TemporaryError, UsageError } from "../lib/index.ts";
import { EndpointsDisagreeError } from "./lotus/index.ts";
import type { Health, Log, Metrics } from "./ops/index.ts";
import type { TickCounters } from "./runTick.ts";

/** A round did not end in the time that a SIGTERM gives it. */
export class DrainTooLongError extends TemporaryError {
  override readonly name = "DrainTooLongError";
}

export interface RunDeps {
  readonly role: string;
  readonly tick: () => Promise<TickCounters>;
  readonly tickSeconds: number;
  readonly drainSeconds: number;
  readonly log: Log;
  readonly metrics: Metrics["ticks"];
  readonly health: Pick<Health, "ticked">;
}

/**
 * Runs rounds until it is told to stop; the round that runs then is finished, for as long as `drainSeconds` allow. What
 * may pass is logged and tried again in the next round.
 *
 * @throws what cannot pass by itself: wrong settings, an unusable memory, another chain.
 */
export async function run(deps: RunDeps, stop: AbortSignal): Promise<void> {
  const { drainSeconds, log, role } = deps;
  const rounds = runRounds(deps, stop);
  const drained = stopped(stop).then(async () => {
    log.info({ event: "run.draining", role, drainSeconds }, "finishing the round that runs");
    await sleep(drainSeconds * 1000, undefined, { ref: false });
    throw new DrainTooLongError(
      `The round did not end within ${drainSeconds} s: it is left; the next start goes on where it was.`,
    );
  });
  await Promise.race([rounds, drained]);
}

async function runRounds(deps: RunDeps, stop: AbortSignal): Promise<void> {
  const { log, role, tickSeconds } = deps;
  log.info({ event: "run.started", role }, `${role} runs`);
  while (!stop.aborted) {
    await runRound(deps);
    await sleep(tickSeconds * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
  log.info({ event: "run.stopped", role }, `${role} has stopped`);
}

async function runRound({ role, tick, log, metrics, health }: RunDeps): Promise<void> {
  const stopTimer = metrics.seconds.startTimer({ role });
  try {
    const counters = await tick();
    metrics.done.inc({ role, outcome: "ok" });
    metrics.last.set({ role }, Math.floor(Date.now() / 1000));
    health.ticked();
    log.info({ event: "tick.done", role, ...counters }, `round of the ${role}`);
  } catch (error) {
    const passes = mayPass(error);
    metrics.done.inc({ role, outcome: passes ? "temporary" : "fatal" });
    if (!passes) throw error;
    log.error({ event: "tick.failed", role, error }, error instanceof Error ? error.message : String(error));
  } finally {
    stopTimer();
  }
}

/** Nonsense from a node may pass too, and so may a quarrel of two: nothing was said or sent in that round. */
function mayPass(error: unknown): boolean {
  if (error instanceof BadAnswerError || error instanceof EndpointsDisagreeError) return true;
  return error instanceof ExplainedError && !(error instanceof FatalError) && !(error instanceof UsageError);
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
