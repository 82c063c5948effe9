/**
 * The mutants: patches of `test/mutants`, each of which makes one mistake in one line of a contract. Before the diff
 * stands what the mistake is, and which tests are expected to notice it:
 *
 *     Killed by: test/properties/IncomeLedger.t.sol
 */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

export const ROOT = path.join(import.meta.dirname, "../..");

const FOLDER = "test/mutants";

export interface Mutant {
  /** Its folder and file, without the ending: `ledger/01-line-rounded-down`. */
  readonly name: string;
  /** The patch, from the root of the repository. */
  readonly patch: string;
  /** The file that it changes, from the root of the repository. */
  readonly target: string;
  /** What the mistake is. */
  readonly mistake: string;
  /** Files of tests that are expected to notice it, from the root of the repository; the first is asked first. */
  readonly killers: readonly string[];
  /** The diff, without the line numbers. */
  readonly change: string;
  /** Lines that it adds, and takes away. */
  readonly added: number;
  readonly removed: number;
}

function read(patch: string): Mutant {
  const text = readFileSync(path.join(ROOT, patch), "utf8");
  const target = /^\+\+\+ b\/(\S+)$/m.exec(text)?.[1];
  const mistake = text.split("\n")[0];
  if (target === undefined || mistake === undefined) throw new Error(`${patch} is no patch.`);
  return {
    name: patch.slice(FOLDER.length + 1, -".patch".length),
    patch,
    target,
    mistake,
    killers: [...text.matchAll(/^Killed by: (\S+)$/gm)].map((match) => match[1] ?? ""),
    change: text.slice(text.indexOf("\n--- a/")).replaceAll(/^@@ .*$/gm, "@@"),
    added: [...text.matchAll(/^\+(?!\+\+ )/gm)].length,
    removed: [...text.matchAll(/^-(?!-- )/gm)].length,
  };
}

/** All mutants, or those with one of these parts in their names. */
export function findMutants(parts: readonly string[] = []): Mutant[] {
  return readdirSync(path.join(ROOT, FOLDER), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".patch"))
    .sort()
    .map((name) => read(path.join(FOLDER, name)))
    .filter((mutant) => parts.length === 0 || parts.some((part) => mutant.name.includes(part)));
}

/** Applies a mutant's patch to the sources below `directory`; throws what git says if it does not fit. */
export function apply(mutant: Mutant, directory: string): void {
  git(directory, ["apply", path.join(ROOT, mutant.patch)]);
}

/** Throws what git says unless a mutant's patch fits the sources of the repository. Changes nothing. */
export function checkThatItApplies(mutant: Mutant): void {
  git(ROOT, ["apply", "--check", mutant.patch]);
}

function git(cwd: string, args: readonly string[]): void {
  // a repository around the directory would make git pass over patches that are not for it
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(cwd) };
  execFileSync("git", args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
}
