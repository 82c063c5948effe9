import { setImmediate as turn } from "node:timers/promises";

import { expect } from "chai";

import { BadAnswerError, FatalError, TemporaryError } from "../../lib/index.ts";
import { createMetrics } from "../../miner-bridge/ops/index.ts";
import { DrainTooLongError, run } from "../../miner-bridge/run.ts";
import type { TickCounters } from "../../miner-bridge/runTick.ts";
import { failureOf } from "./support/failure.ts";
import { RecordedLog } from "./support/RecordedLog.ts";

const COUNTERS: TickCounters = { head: 2n, finalized: 1n };

describe("a role that runs", () => {
  let log: RecordedLog;
  let stop: AbortController;
  let metrics: ReturnType<typeof createMetrics>;
  let good: number;

  beforeEach(() => {
    log = new RecordedLog();
    stop = new AbortController();
    metrics = createMetrics();
    good = 0;
  });

  const start = (tick: () => Promise<TickCounters>, drainSeconds = 60): Promise<void> => {
    const health = { ticked: () => void (good += 1) };
    return run(
      { role: "keeper", tick, tickSeconds: 0, drainSeconds, log, metrics: metrics.ticks, health },
      stop.signal,
    );
  };

  const outcomes = async () =>
    (await metrics.ticks.done.get()).values.map(({ labels, value }) => `${labels["outcome"]} ${value}`);

  it("works round after round until it is told to stop", async () => {
    let rounds = 0;
    await start(() => {
      rounds += 1;
      if (rounds === 3) stop.abort();
      return Promise.resolve(COUNTERS);
    });
    expect(rounds).to.equal(3);
    expect(good).to.equal(3);
    expect(log.events.at(-1)).to.equal("run.stopped");
  });

  it("tries again after what may pass: a node that is away, or that answers nonsense", async () => {
    const failures = [new TemporaryError("The node is away."), new BadAnswerError("The node answers nonsense.")];
    await start(() => {
      const failure = failures.shift();
      if (failure !== undefined) return Promise.reject(failure);
      stop.abort();
      return Promise.resolve(COUNTERS);
    });
    expect(log.events.filter((event) => event === "tick.failed")).to.have.length(2);
    expect(await outcomes()).to.have.members(["temporary 2", "ok 1"]);
    expect(good).to.equal(1);
  });

  for (const failure of [new FatalError("The memory is damaged."), new TypeError("a mistake of ours")]) {
    it(`ends with what does not pass by itself (${failure.name})`, async () => {
      expect(await failureOf(start(() => Promise.reject(failure)))).to.equal(failure);
      expect(await outcomes()).to.deep.equal(["fatal 1"]);
      expect(good).to.equal(0);
    });
  }

  it("finishes the round that runs when it is told to stop, and begins no other", async () => {
    let rounds = 0;
    let finish: (counters: TickCounters) => void = () => undefined;
    const running = start(() => {
      rounds += 1;
      return new Promise((resolve) => (finish = resolve));
    });
    await turn();
    stop.abort();
    await turn();
    expect(log.events).to.include("run.draining").and.not.include("run.stopped");
    finish(COUNTERS);
    await running;
    expect(rounds).to.equal(1);
    expect(good).to.equal(1);
  });

  it("leaves a round that takes longer than the time for it", async () => {
    const running = start(() => new Promise(() => undefined), 0.01);
    await turn();
    stop.abort();
    expect(await failureOf(running)).to.be.instanceOf(DrainTooLongError);
  });
});
