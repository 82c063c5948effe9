import { fail } from "node:assert/strict";

import { keccak256, toUtf8Bytes } from "ethers";

import {
  type Accounts,
  type Lane,
  type LaneWish,
  Simulation,
  createAccounts,
  createLanes,
  difference,
  runReal,
} from "./lanes.ts";
import { type Network, startNetwork } from "./network.ts";
import { Random } from "./random.ts";
import { type Sequence, type Step, makeSequence } from "./sequences.ts";

const COUNT = Number(process.env["LOTUS_SEQUENCES"] ?? 300);
const SEED = Number(process.env["LOTUS_SEED"] ?? Date.now() % 2 ** 31);
/** Epochs that the making of the actors and the first half of so many sequences may take. */
const firstHalf = (count: number): number => 300 + 4 * count;
/** At most so many differences are made small and shown. */
const SHOWN = 5;

describe("the simulated Filecoin beside the real one", function () {
  this.timeout(1_200_000);

  let network: Network;
  let accounts: Accounts;
  let simulation: Simulation;
  let worker: bigint;

  before(async () => {
    network = await startNetwork(1, { blockTime: "250ms", sectors: 2 });
    accounts = await createAccounts(network.lotus, network.devnet);
    worker = await network.lotus.id(accounts.worker);
    simulation = await Simulation.create(accounts);
  });
  after(async () => {
    await network.stop();
  });

  /** Runs a sequence a lane on both networks; what differs, by lane. */
  const compare = async (
    seeds: number[],
    make: (lane: Lane, i: number) => Sequence,
  ): Promise<{ sequence: Sequence; text: string | undefined }[]> => {
    const { lotus, devnet } = network;
    const soon = BigInt((await lotus.head()).Height + firstHalf(seeds.length));
    const lanes = await createLanes(lotus, accounts, seeds.map(wish), soon);
    const sequences = lanes.map(make);
    const real = await runReal(lotus, devnet, accounts, lanes, sequences);
    const compared = [];
    for (const [i, sequence] of sequences.entries()) {
      const simulated = await simulation.run(lanes[i] as Lane, sequence, worker);
      compared.push({ sequence, text: difference(sequence, real[i] ?? { answers: [], balances: {} }, simulated) });
    }
    return compared;
  };

  /** What a lane is like follows from its seed, the ids of accounts aside. */
  const wish = (seed: number): LaneWish => {
    const random = new Random(seed);
    const left = [...accounts.keys.keys()].filter((id) => id !== worker);
    const take = (): bigint => left.splice(random.below(left.length), 1)[0] as bigint;
    return {
      first: take(),
      second: take(),
      third: take(),
      threshold: random.chance(0.7) ? 1n : 2n,
      multisigOwns: random.chance(0.3),
      stranger: `0x${keccak256(toUtf8Bytes(`stranger ${SEED} ${seed} ${strangers++}`)).slice(26)}`,
    };
  };
  let strangers = 0;

  /** Leaves out steps for as long as the networks still differ: all shorter versions run side by side. */
  const shrink = async (seed: number, whole: Sequence): Promise<string> => {
    let kept = [...whole.before, ...whole.after].map((_, i) => i);
    let text = "";
    for (;;) {
      const candidates = [kept, ...kept.map((left) => kept.filter((i) => i !== left))];
      const results = await compare(
        candidates.map(() => seed),
        (lane, n) => only(makeSequence(seed, lane.cast), candidates[n] ?? []),
      );
      const [same] = results;
      if (same?.text === undefined) return "it does not differ when it runs again";
      text = same.text;
      const shorter = results.findIndex((result, n) => n > 0 && result.text !== undefined);
      if (shorter < 0) return [...describeSteps(same.sequence), text].join("\n    ");
      kept = candidates[shorter] ?? kept;
    }
  };

  it(`answers ${COUNT} random sequences of calls as the real one does (LOTUS_SEED=${SEED})`, async () => {
    console.log(`    LOTUS_SEED=${SEED} LOTUS_SEQUENCES=${COUNT} repeats these sequences`);
    const random = new Random(SEED);
    const seeds = Array.from({ length: COUNT }, () => random.below(2 ** 31));
    const compared = await compare(seeds, (lane, i) => makeSequence(seeds[i] ?? 0, lane.cast));
    const steps = compared.reduce((sum, { sequence }) => sum + sequence.before.length + sequence.after.length, 0);
    const differing = compared.flatMap(({ sequence, text }, i) => (text === undefined ? [] : [{ i, sequence, text }]));
    console.log(`    ${COUNT} sequences, ${steps} messages, ${differing.length} sequences differ`);
    if (differing.length === 0) return;
    const lines = differing.map(({ i, text }) => `  sequence ${i}, seed ${seeds[i]}: ${text}`);
    if (process.env["LOTUS_SHRINK"] !== "0") {
      for (const { i, sequence } of differing.slice(0, SHOWN)) {
        lines.push(`  sequence ${i} at its shortest:`, `    ${await shrink(seeds[i] ?? 0, sequence)}`);
      }
    }
    fail(`the simulation differs from the real network:\n${lines.join("\n")}`);
  });
});

function only({ before, after }: Sequence, kept: number[]): Sequence {
  const keep = (steps: Step[], offset: number): Step[] => steps.filter((_, i) => kept.includes(i + offset));
  return { before: keep(before, 0), after: keep(after, before.length) };
}

function describeSteps({ before, after }: Sequence): string[] {
  return [...before.map(({ label }) => label), "(the soon epoch passes)", ...after.map(({ label }) => label)];
}
