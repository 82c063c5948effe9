/** The vesting table by the rules, entry by entry, with nothing clever. */
import { amountOf, decode, Malformed, type Item } from "./strictCbor.ts";

const HALF_DAY = 1440n;
const VESTING = 518_400n;

export interface Entry {
  epoch: bigint;
  amount: bigint;
}

/** The fields of a reading, in the contract's order. */
export type Reading = [boolean, bigint, bigint, bigint, bigint, bigint];

function list(item: Item | undefined, length?: number): Item[] {
  if (!Array.isArray(item) || (length !== undefined && item.length !== length))
    throw new Malformed("not such an array");
  return item;
}

export function decodeTable(bytes: Uint8Array): Entry[] {
  const entries = list(list(decode(bytes), 1)[0]).map((item) => {
    const [epoch, amount] = list(item, 2);
    if (typeof epoch !== "bigint" || epoch < 0n || amount === undefined) throw new Malformed("not an entry");
    return { epoch, amount: amountOf(amount) };
  });
  entries.forEach(({ epoch, amount }, i) => {
    if (amount < 0n || amount >> 176n !== 0n) throw new Malformed("an amount out of bounds");
    const before = entries[i - 1];
    if (before === undefined) return;
    if (before.epoch >= epoch) throw new Malformed("not ascending");
    if ((epoch - before.epoch) % HALF_DAY !== 0n) throw new Malformed("of two classes");
  });
  return entries;
}

function farthest(rest: bigint, now: bigint): bigint {
  let epoch = now + VESTING;
  while (epoch + HALF_DAY >= now + VESTING || epoch % HALF_DAY !== rest) epoch -= 1n;
  return epoch;
}

export function readTable(entries: Entry[], pairEpoch: bigint, since: bigint, now: bigint): Reading {
  const [first] = entries;
  if (first === undefined) return [true, 0n, 0n, 0n, 0n, 0n];
  const rest = first.epoch % HALF_DAY;
  const bucket = (epoch: bigint) => entries.find((entry) => entry.epoch === epoch)?.amount ?? 0n;
  const pairAt = (epoch: bigint) => bucket(epoch) + bucket(epoch + HALF_DAY);
  const pair = pairEpoch === 0n ? farthest(rest, since) : pairEpoch;
  const next = farthest(rest, now);
  const total = entries.reduce((sum, { amount }) => sum + amount, 0n);
  return [false, pair, pairAt(pair), next, pairAt(next), total];
}
