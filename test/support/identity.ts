/** The identities that always hold (R-LED-7). */
import { expect } from "chai";

import type { Protocol } from "./protocol.ts";

/** For each NFT: paid + payable + unpaid = earned. For the miner: earned = covered + owed, and cash covers what is due. */
export async function expectIdentities(p: Protocol, miner: bigint, ids: readonly bigint[]): Promise<void> {
  const { cash, liabilities, earned, covered, owed } = await p.nft.solvency(miner);
  expect(cash, "cash >= liabilities").to.be.at.least(liabilities);
  expect(covered + owed, "covered + owed").to.equal(earned);
  let due = 0n;
  for (const id of ids) {
    const [paid, payable, unpaid] = [await p.nft.paidOf(id), await p.nft.payableOf(id), await p.nft.unpaidOf(id)];
    expect(paid + payable + unpaid, `NFT ${id}`).to.equal(await p.nft.earnedOf(id));
    due += payable;
  }
  expect(liabilities, "liabilities >= payable of all").to.be.at.least(due);
}
