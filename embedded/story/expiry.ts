import { claim } from "./claims.ts";
import { dayTable, playDay } from "./day.ts";
import { inFil } from "../print/figures.ts";
import { type NftFigures, figuresOf } from "./nftFigures.ts";
import type { Stage } from "./Stage.ts";

/** The date of NFT #3, then week by week to the date of the others. */
const FIRST_EXPIRY_DAY = 31;
const LAST_EXPIRY_DAY = 61;
const WEEK = 7;

/**
 * Weights stop at the expiry, whoever calls or not. What was earned stays payable.
 *
 * @returns the last figures of the NFT that is burned.
 */
export async function expiries(stage: Stage): Promise<NftFigures> {
  const { cast, miner, nft, print } = stage;
  print.heading("6. Expiry");
  const table = dayTable(stage);
  await playDay(stage, table, FIRST_EXPIRY_DAY);
  const { weight } = await nft.powerOf(3n);
  print.done(`NFT #3 has reached its date: its weight is ${weight}, and it earned ${inFil(await nft.earnedOf(3n))}`);
  await claim(stage, cast.Carol, 3n);
  const burned = await figuresOf(nft, 3n);
  await stage.send(cast.Carol, "powerNFT", "burn", [3n]);
  print.done("Carol burns it, paid in full: its sectors can back another NFT");
  for (let day = FIRST_EXPIRY_DAY + WEEK; day < LAST_EXPIRY_DAY; day += WEEK) await playDay(stage, table, day);
  await playDay(stage, table, LAST_EXPIRY_DAY);
  print.done("NFTs #1 and #2 have reached their date");
  // With nobody earning any more, cash catches up with the oldest income.
  let day = LAST_EXPIRY_DAY;
  while ((await nft.minerAccount(miner.id)).owed > 0n) await playDay(stage, table, (day += 1));
  await claim(stage, cast.Dave, 1n);
  return burned;
}
