import { decodeCbor } from "../cbor/decode.ts";
import { decodeTokenAmount } from "../cbor/tokenAmount.ts";

/** One entry of a miner's vesting table: what unlocks after an epoch. */
export interface VestingEntry {
  readonly epoch: bigint;
  readonly amount: bigint;
}

/**
 * Decodes what the miner method GetVestingFunds answers.
 *
 * @throws {RangeError} for anything else.
 */
export function decodeVestingFunds(bytes: Uint8Array): VestingEntry[] {
  const answer = decodeCbor(bytes);
  if (!Array.isArray(answer) || answer.length !== 1 || !Array.isArray(answer[0]))
    throw new RangeError("Not a vesting table");
  return (answer[0] as unknown[]).map((entry) => {
    if (!Array.isArray(entry) || entry.length !== 2) throw new RangeError("Not an entry of a vesting table");
    const [epoch, amount] = entry as unknown[];
    if (typeof epoch !== "bigint" || !(amount instanceof Uint8Array))
      throw new RangeError("Not an entry of a vesting table");
    return { epoch, amount: decodeTokenAmount(amount) };
  });
}
