/** The identities that always hold (R-LED-7). */
import { expect } from "chai";

import type { Protocol } from "./protocol.ts";

/**
 * For each NFT: paid + payable + unpaid = earned. For the miner: earned = covered + owed, the same of its guarantees, whose
 * parts are never more than the whole; and cash covers what can be paid.
 */
export async function expectIdentities(p: Protocol, miner: bigint, ids: readonly bigint[]): Promise<void> {
  const { cash, liabilities, earned, covered, owed } = await p.nft.solvency(miner);
  expect(cash, "cash >= liabilities").to.be.at.least(liabilities);
  expect(covered + owed, "covered + owed").to.equal(earned);
  const guarantees = await p.nft.guaranteesOf(miner);
  expect(guarantees.covered + guarantees.owed, "guarantees: covered + owed").to.equal(guarantees.due);
  let [payableOfAll, due, remaining] = [0n, 0n, 0n];
  for (const id of ids) {
    const [paid, payable, unpaid] = [await p.nft.paidOf(id), await p.nft.payableOf(id), await p.nft.unpaidOf(id)];
    expect(paid + payable + unpaid, `NFT ${id}`).to.equal(await p.nft.earnedOf(id));
    const guarantee = await p.nft.guaranteeOf(id);
    expect(guarantee.paid + guarantee.payableNow, `guarantee of NFT ${id}`).to.be.at.most(guarantee.due);
    payableOfAll += payable + guarantee.payableNow;
    due += guarantee.due;
    remaining += guarantee.remaining;
  }
  expect(liabilities, "liabilities >= payable of all").to.be.at.least(payableOfAll);
  expect(guarantees.due, "guarantees: due >= due of all").to.be.at.least(due);
  expect(guarantees.remaining, "guarantees: remaining >= remaining of all").to.be.at.least(remaining);
}
