/** How people and providers feel in a time of the three years. */
export interface Mood {
  readonly name: string;
  /** The first day of it, from 0. */
  readonly from: number;
  /** Deposits of a day, in the mean. */
  readonly deposits: number;
  /** The part of a purse that a deposit takes: at most 1. */
  readonly appetite: number;
  /** The chance of a day that somebody who is in asks to leave. */
  readonly exits: number;
  /** NFTs that a provider mints in a day, in the mean. */
  readonly supply: number;
  /** What providers ask, of the income that is expected for the rest of the term. */
  readonly ask: readonly [least: number, most: number];
}

/** Three years: first few, then plenty, then too much money, then too little, a panic, and back. */
export const MOODS: readonly Mood[] = [
  { name: "founding", from: 0, deposits: 1.2, appetite: 0.6, exits: 0.0005, supply: 0.012, ask: [0.68, 0.78] },
  { name: "usual", from: 45, deposits: 0.25, appetite: 0.35, exits: 0.003, supply: 0.012, ask: [0.68, 0.78] },
  { name: "glut", from: 300, deposits: 0.7, appetite: 0.8, exits: 0.001, supply: 0.003, ask: [0.74, 0.8] },
  { name: "drought", from: 480, deposits: 0.03, appetite: 0.2, exits: 0.014, supply: 0.016, ask: [0.6, 0.74] },
  { name: "panic", from: 760, deposits: 0.01, appetite: 0.1, exits: 0.2, supply: 0.006, ask: [0.6, 0.74] },
  { name: "return", from: 767, deposits: 0.4, appetite: 0.5, exits: 0.0015, supply: 0.016, ask: [0.66, 0.78] },
];

/** Everything random follows from it. */
export const SEED = 2026;

/** What happens to single miners: by their number, from 0. */
export const ACCIDENTS = {
  /** Half of a miner's sectors are faulty for a while. */
  fault: { miner: 1, from: 405, until: 417 },
  /** A provider ends all sectors of its NFT that lasts longest in the pool. */
  termination: { miner: 2, day: 620 },
} as const;

export const YEAR = 365;
export const DAYS = 3 * YEAR;

/** What a provider's purse or a person does on a day. */
export function moodOf(day: number): Mood {
  const mood = MOODS.findLast(({ from }) => from <= day);
  if (mood === undefined) throw new RangeError(`there is no day ${day}`);
  return mood;
}
