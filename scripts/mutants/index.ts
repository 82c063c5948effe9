/**
 * Shows that the tests would notice a mistake in the contracts: each patch of `test/mutants` makes one, in one line, and
 * the tests that it names must fail with it. Works on a copy; the repository is not touched.
 *
 * Usage: node scripts/mutants/index.ts [<part of a mutant's name> ...]
 */
import { Copy } from "./Copy.ts";
import { type Mutant, checkThatItApplies, findMutants } from "./patches.ts";

/** Of what a runner printed, from its end. */
const SHOWN = 5_000;

/** The test that notices a mutant; undefined if none does. */
async function killerOf(copy: Copy, mutant: Mutant): Promise<string | undefined> {
  return copy.with(mutant, async () => {
    for (const file of mutant.killers) {
      const { passes, failed } = await copy.test([file]);
      if (!passes) return `${file}: ${failed}`;
    }
    return undefined;
  });
}

/** With failing tests every mutant would seem to be noticed. */
async function checkThatTestsPass(copy: Copy, mutants: readonly Mutant[]): Promise<void> {
  const files = [...new Set(mutants.flatMap((mutant) => mutant.killers))].sort();
  for (const kind of [".sol", ".ts"]) {
    const some = files.filter((file) => file.endsWith(kind));
    if (some.length === 0) continue;
    const { passes, output } = await copy.test(some);
    if (!passes) throw new Error(`Tests fail without any mutant, mend that first:\n${output.slice(-SHOWN)}`);
  }
}

const mutants = findMutants(process.argv.slice(2));
if (mutants.length === 0) throw new Error("No mutant has such a name.");
for (const mutant of mutants) checkThatItApplies(mutant);

const copy = new Copy();
const stop = (): never => {
  copy.remove();
  process.exit(1);
};
process.once("SIGINT", stop).once("SIGTERM", stop);
try {
  await checkThatTestsPass(copy, mutants);
  const width = Math.max(...mutants.map((mutant) => mutant.name.length));
  let killed = 0;
  for (const mutant of mutants) {
    const begun = Date.now();
    const killer = await killerOf(copy, mutant);
    if (killer !== undefined) ++killed;
    const seconds = `${Math.round((Date.now() - begun) / 1000)} s`;
    const verdict = killer === undefined ? "SURVIVED" : "killed  ";
    console.log(`${verdict}  ${mutant.name.padEnd(width)}  ${seconds.padStart(5)}  ${killer ?? mutant.mistake}`);
  }
  console.log(`${killed} killed, ${mutants.length - killed} survived`);
  process.exitCode = killed === mutants.length ? 0 : 1;
} finally {
  copy.remove();
}
