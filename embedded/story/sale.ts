import { ATTO_PER_FIL, EPOCHS_PER_DAY } from "../../lib/index.ts";
import { inFil } from "../print/figures.ts";
import type { Stage } from "./Stage.ts";

const BPS = 10_000n;
/** What the buyer pays of the income to come, percent. */
const PRICE_PERCENT = 90n;

/** What was paid for the NFT, and who it went from and to. */
export interface Sale {
  readonly price: bigint;
}

/** Alice sells her NFT to Dave. What is payable stays hers, as a credit; what is earned but unpaid goes with the NFT. */
export async function sell(stage: Stage): Promise<Sale> {
  const { cast, miner, nft, print } = stage;
  const { Alice, Dave } = cast;
  const [power, payable, unpaid] = await Promise.all([nft.powerOf(1n), nft.payableOf(1n), nft.unpaidOf(1n)]);
  const perDay = await nft.expectedPerDay(miner.id, power.weight);
  const toCome = (perDay * (power.expiry - (await stage.epoch()))) / EPOCHS_PER_DAY;
  const net = (toCome * (BPS - BigInt(power.spFeeBps) - BigInt(power.protocolFeeBps))) / BPS + unpaid;
  const price = ((net * PRICE_PERCENT) / 100n / ATTO_PER_FIL) * ATTO_PER_FIL;
  await stage.sendData(Dave, Alice.evm, "0x", "payment", price);
  await stage.send(Alice, "powerNFT", "transferFrom", [Alice.evm, Dave.evm, 1n]);
  print.done(
    `Alice sells NFT #1 to Dave for ${inFil(price)}: ${inFil(payable)} that was payable is her credit, ` +
      `${inFil(unpaid)} that was earned but not covered by cash goes with the NFT`,
  );
  return { price };
}
