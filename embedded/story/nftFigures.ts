import type { PowerNftReader } from "../../lib/index.ts";

/** What the contract says of one NFT, attoFIL. */
export interface NftFigures {
  readonly id: bigint;
  readonly earned: bigint;
  readonly paid: bigint;
  readonly payable: bigint;
  readonly unpaid: bigint;
}

export async function figuresOf(nft: PowerNftReader, id: bigint): Promise<NftFigures> {
  const [earned, paid, payable, unpaid] = await Promise.all([
    nft.earnedOf(id),
    nft.paidOf(id),
    nft.payableOf(id),
    nft.unpaidOf(id),
  ]);
  return { id, earned, paid, payable, unpaid };
}
