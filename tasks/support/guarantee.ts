import { type Cover, formatFil, type Guarantee, type PowerNftReader } from "../../lib/index.ts";
import type { Miner } from "./miner.ts";
import type { TaskContext } from "./TaskContext.ts";

/** What cash has not covered yet of what became due by a guarantee. */
export function unpaidOf({ due, paid, payableNow }: Guarantee): bigint {
  return due - paid - payableNow;
}

/** What an NFT can be paid now, and what is still to be covered: of its income and its guarantee together. */
export async function readDue(nft: PowerNftReader, id: bigint): Promise<{ payable: bigint; unpaid: bigint }> {
  const [payable, unpaid, guarantee] = await Promise.all([nft.payableOf(id), nft.unpaidOf(id), nft.guaranteeOf(id)]);
  return { payable: payable + guarantee.payableNow, unpaid: unpaid + unpaidOf(guarantee) };
}

/** What is still to come out of a miner, of earned income and of guarantees. */
export async function readOwed(nft: PowerNftReader, { address }: Miner): Promise<bigint> {
  const [account, guarantees] = await Promise.all([nft.minerAccount(address.id), nft.guaranteesOf(address.id)]);
  return account.owed + guarantees.owed;
}

export function coverText({ amount, remaining }: Cover): string {
  return `${formatFil(amount, 6)} for ${formatFil(remaining, 6)} guaranteed`;
}

/** Reports what stands behind the guarantees of a miner, and whether it suffices. */
export function reportCover({ report }: TaskContext, name: string, cover: Cover): void {
  report.fact("cover", "guarantees' cover", coverText(cover), { ...cover });
  if (cover.amount >= cover.remaining) {
    report.check("covered", "pass", `What ${name} holds covers its guarantees`);
  } else {
    report.check(
      "covered",
      "warn",
      `What ${name} holds does not cover its guarantees: if its power is lost, ${formatFil(cover.remaining - cover.amount, 6)} of them may stay unpaid.`,
    );
  }
}
