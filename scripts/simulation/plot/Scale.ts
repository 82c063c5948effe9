/** Steps between ticks that people read easily, times a power of ten. */
const ROUND_STEPS = [1, 2, 2.5, 5, 10] as const;

/** Maps values of an axis to places in a picture. */
export class Scale {
  readonly least: number;
  readonly most: number;
  readonly #from: number;
  readonly #to: number;
  readonly #bend: (value: number) => number;

  /**
   * @param places `from` is the place of `least`, and `to` that of `most`.
   * @param bend What is even on the axis: `Math.log10` for a logarithmic one.
   */
  constructor(
    values: { least: number; most: number },
    places: { from: number; to: number },
    bend: (value: number) => number = (value) => value,
  ) {
    if (!(values.least < values.most)) throw new RangeError(`${values.least} is not below ${values.most}`);
    this.least = values.least;
    this.most = values.most;
    this.#from = places.from;
    this.#to = places.to;
    this.#bend = bend;
  }

  at(value: number): number {
    const [bent, least, most] = [value, this.least, this.most].map(this.#bend) as [number, number, number];
    return this.#from + ((bent - least) / (most - least)) * (this.#to - this.#from);
  }
}

/** Round values between two, at most so many steps apart, and how many decimals they need. */
export function ticksBetween(least: number, most: number, steps: number): { values: number[]; decimals: number } {
  const rough = (most - least) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (ROUND_STEPS.find((round) => round * power >= rough) ?? 10) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step)) + (step / power === 2.5 ? 1 : 0));
  const values: number[] = [];
  // + 0: a value of -0 is written as one of 0 is, and compares otherwise
  for (let n = Math.ceil(least / step - 1e-9) + 0; n * step <= most + step * 1e-9; n += 1) values.push(n * step);
  return { values, decimals };
}

/** The least and the most of some values, widened to round ones, with 0 where it is asked for. */
export function rangeOf(
  values: readonly number[],
  options: { readonly zero: boolean; readonly steps: number },
): { least: number; most: number } {
  if (values.length === 0) return { least: 0, most: 1 };
  let least = options.zero ? 0 : Infinity;
  let most = options.zero ? 0 : -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least === most) most = least + 1;
  const { values: ticks } = ticksBetween(least, most, options.steps);
  const [first = least, second = most] = ticks;
  const step = second - first;
  return {
    least: Math.floor(least / step + 1e-9) * step,
    most: Math.ceil(most / step - 1e-9) * step,
  };
}

/** 1, 2 and 5 times powers of ten around two values above 0: the first is at most `least`, the last at least `most`. */
export function powersAround(least: number, most: number): number[] {
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power += 1) {
    steps.push(...[1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  }
  const first = steps.findLastIndex((step) => step <= least);
  const last = steps.findIndex((step) => step >= most);
  return steps.slice(Math.max(first, 0), last + 1);
}
