import { FatalError, formatFil } from "../../lib/index.ts";
import { fil, inFil } from "../print/figures.ts";
import { figuresOf } from "./nftFigures.ts";
import { OFFERS } from "./offers.ts";
import type { Stage } from "./Stage.ts";

/** What each NFT earned so far, and that the contract can pay it. */
export async function standing(stage: Stage): Promise<void> {
  const { nft, print } = stage;
  const figures = await Promise.all(OFFERS.map(({ id }) => figuresOf(nft, id)));
  print.blank();
  print.text("After thirty days (FIL): earned = paid + payable + unpaid");
  print.table(
    [
      { title: "NFT" },
      { title: "holder now", align: "left" },
      ...["earned", "paid or credited", "payable", "unpaid"].map((title) => ({ title })),
    ],
    await Promise.all(
      figures.map(async ({ id, earned, paid, payable, unpaid }) => {
        const owner = await nft.ownerOf(id);
        const holder = Object.values(stage.cast).find(({ evm }) => evm.toLowerCase() === owner.toLowerCase());
        return [`#${id}`, holder?.name ?? owner, ...[earned, paid, payable, unpaid].map((x) => fil(x))];
      }),
    ),
  );
  await showSolvency(stage);
}

/**
 * R-LED-7, in one call: the cash is there, and what was earned is covered or owed.
 *
 * @throws {FatalError} when it is not.
 */
export async function showSolvency(stage: Stage): Promise<void> {
  const { cash, liabilities, earned, covered, owed } = await stage.nft.solvency(stage.miner.id);
  if (cash < liabilities || earned !== covered + owed) {
    throw new FatalError(
      `The contract is not solvent: cash ${formatFil(cash)}, liabilities ${formatFil(liabilities)}, ` +
        `earned ${formatFil(earned)}, covered ${formatFil(covered)}, owed ${formatFil(owed)}.`,
    );
  }
  stage.print.done(
    `solvent: cash ${inFil(cash)} >= liabilities ${inFil(liabilities)}; ` +
      `earned ${inFil(earned)} = covered ${inFil(covered)} + owed ${inFil(owed)}`,
  );
}
