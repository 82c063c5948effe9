import type { EthNode } from "./EthNode.ts";

/** attoFIL for a unit of gas. */
export interface Fees {
  readonly maxFee: bigint;
  readonly priorityFee: bigint;
}

/** Room for the base fee to rise while a transaction waits. */
const BASE_FEE_ROOM = 2n;

/** A node takes a replacement only when it pays clearly more. */
const REPLACEMENT_PERCENT = 125n;

/** What to pay now; undefined when even the present base fee is above the limit. */
export async function presentFees(eth: EthNode, limit: bigint): Promise<Fees | undefined> {
  const [baseFee, priorityFee] = await Promise.all([eth.baseFee(), eth.priorityFee()]);
  if (baseFee + priorityFee > limit) return undefined;
  const maxFee = baseFee * BASE_FEE_ROOM + priorityFee;
  return { maxFee: maxFee < limit ? maxFee : limit, priorityFee };
}

/** What a replacement pays: a quarter more, and no less than what is asked now; undefined when that exceeds the limit. */
export function replacementFees(before: Fees, present: Fees, limit: bigint): Fees | undefined {
  const maxFee = larger(raised(before.maxFee), present.maxFee);
  const priorityFee = larger(raised(before.priorityFee), present.priorityFee);
  return maxFee > limit ? undefined : { maxFee, priorityFee };
}

/** A quarter more, rounded up. */
function raised(fee: bigint): bigint {
  return (fee * REPLACEMENT_PERCENT + 99n) / 100n;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
