import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { ExitCode, ExplainedError } from "../../lib/index.ts";
import { createContext } from "./createContext.ts";
import { isHardhatError } from "./isHardhatError.ts";
import { type Print, Report } from "./Report.ts";
import type { CommonArguments, TaskContext } from "./TaskContext.ts";

/** What a task does, apart from the command line. */
export type TaskBody<A extends CommonArguments> = (context: TaskContext, args: A) => Promise<void>;

/** The action that Hardhat runs: connects, runs the body, prints, and leaves the exit code. */
export function taskAction<A extends CommonArguments>(body: TaskBody<A>) {
  return async (args: A, hre: HardhatRuntimeEnvironment): Promise<void> => {
    process.exitCode = await runBody(
      (report) => createContext(hre, report, args),
      body,
      args,
      (line) => console.log(line),
      (line) => console.error(line),
    );
  };
}

/** Runs a task's body and prints what it found out, or one sentence about why it could not. */
export async function runBody<A extends CommonArguments>(
  connect: (report: Report) => Promise<TaskContext>,
  body: TaskBody<A>,
  args: A,
  out: Print,
  err: Print,
): Promise<ExitCode> {
  const report = new Report(args.json ? () => {} : out);
  try {
    await body(await connect(report), args);
    if (args.json) out(JSON.stringify(report.toJson(), undefined, 2));
    return ExitCode.ok;
  } catch (error) {
    const { message, details, exitCode } = describe(error);
    if (args.json) out(JSON.stringify({ ...report.toJson(), error: { message, details, exitCode } }, undefined, 2));
    else err(`\n${message}${details === null ? "" : `\n  (${details})`}`);
    return exitCode;
  }
}

function describe(error: unknown): { message: string; details: string | null; exitCode: ExitCode } {
  if (error instanceof ExplainedError) {
    return { message: error.shortMessage, details: error.details ?? null, exitCode: error.exitCode };
  }
  if (isHardhatError(error)) return { message: error.message, details: null, exitCode: ExitCode.usage };
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: "Something unexpected happened: report it with the lines below.",
    details,
    exitCode: ExitCode.fatal,
  };
}
