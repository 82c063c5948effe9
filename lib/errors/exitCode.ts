/** What the process answers to the shell. The numbers above 1 are those of sysexits.h. */
export const ExitCode = {
  /** Done, or a plan was printed. */
  ok: 0,
  /** The thing asked for is not possible, and nothing was sent. */
  refused: 1,
  /** The command line or the configuration is wrong. */
  usage: 64,
  /** Something did not answer: the same command may work later. */
  temporary: 69,
  /** Something answered what it must never answer, or a sent message failed. */
  fatal: 70,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
