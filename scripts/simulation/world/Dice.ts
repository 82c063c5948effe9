import { Random } from "../../../test/lotus/random.ts";

/** A seeded stream of chances: the same seed gives the same history on every machine. */
export class Dice extends Random {
  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  /** A whole number, both ends included. */
  whole(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** How many of many rare things happen, with this mean. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let product = this.next();
    let count = 0;
    while (product > limit) {
      product *= this.next();
      count += 1;
    }
    return count;
  }
}
