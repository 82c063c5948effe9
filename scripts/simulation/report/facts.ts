import { keccak256 } from "ethers";

import { concatBytes, fromHex } from "../../../lib/index.ts";
import type { History } from "../play/History.ts";
import { inFil } from "../play/inFil.ts";
import type { BankRun } from "../play/playBankRun.ts";

/** What the tables do not say; amounts in FIL, counted from the first day to the end of the run. */
export interface Facts {
  readonly seed: number;
  /** The digest of the contracts that ran, without the compiler's notes about their sources. */
  readonly code: string;
  readonly deposited: number;
  readonly collected: number;
  readonly spentOnMachines: number;
  readonly paidOut: number;
  readonly machinesBought: number;
  /** Of machines that ended: what was never paid off. */
  readonly neverPaidOff: number;
  /** Deposits that were not taken on their day: while one report's fall was not confirmed. */
  readonly depositsRefused: number;
  readonly largestSpreadOfADay: number;
  readonly leftCash: number;
  readonly leftHeldBack: number;
  readonly leftInMachines: number;
}

export function factsOf(seed: number, code: string, { people, keeper }: History, run: BankRun): Facts {
  const sum = (amounts: readonly bigint[]): number => inFil(amounts.reduce((a, b) => a + b, 0n));
  return {
    seed,
    code,
    deposited: sum(people.all.map(({ paidIn }) => paidIn)),
    collected: inFil(keeper.collected),
    spentOnMachines: inFil(keeper.spent),
    paidOut: sum(people.all.map(({ paidOut }) => paidOut)),
    machinesBought: keeper.bought,
    neverPaidOff: inFil(keeper.lost),
    depositsRefused: people.refused,
    largestSpreadOfADay: run.spread,
    leftCash: run.residue.cash,
    leftHeldBack: run.residue.heldBack,
    leftInMachines: run.residue.machines,
  };
}

/** Bytes at the end of a contract's code that say how long the compiler's notes before them are. */
const LENGTH_BYTES = 2;

/** The digest of contracts' deployed code, in this order, without the notes that change with comments of their sources. */
export function digestOf(codes: readonly string[]): string {
  const bare = codes.map((code) => {
    const bytes = fromHex(code.replaceAll(/__\$[0-9a-f]{34}\$__/g, "0".repeat(40)));
    const [high = 0, low = 0] = bytes.slice(-LENGTH_BYTES);
    return bytes.slice(0, Math.max(0, bytes.length - LENGTH_BYTES - (high * 256 + low)));
  });
  return keccak256(concatBytes(...bare));
}
