import { formatPercent, formatPower, formatSectors } from "../../lib/index.ts";
import { inFil } from "../print/figures.ts";
import { OFFERS, mintRequest, nominalPower } from "./offers.ts";
import type { Stage } from "./Stage.ts";

/** The storage provider sells shares of tomorrow's rewards: three NFTs, backed by named sectors. */
export async function mint(stage: Stage): Promise<void> {
  const { cast, miner, nft, print } = stage;
  print.heading("3. Three power NFTs");
  for (const offer of OFFERS) await stage.send(cast.operator, "powerNFT", "mint", [mintRequest(stage, offer)]);
  print.table(
    [
      { title: "NFT" },
      { title: "holder", align: "left" },
      { title: "sectors" },
      { title: "power" },
      { title: "SP fee" },
      { title: "earns until", align: "left" },
      { title: "expected a day" },
    ],
    await Promise.all(
      OFFERS.map(async (offer) => [
        `#${offer.id}`,
        offer.holder,
        formatSectors([offer.sectors]),
        formatPower(nominalPower(offer)),
        formatPercent(offer.spFeeBps),
        `epoch ${offer.expiry}, ${stage.clock.format(offer.expiry).slice(0, 10)}`,
        inFil(await nft.expectedPerDay(miner.id, nominalPower(offer))),
      ]),
    ),
  );
  print.text("Expected a day: gross, by the network's own estimate. Weights are 0 until the oracle has looked.");
  const [first] = OFFERS;
  if (first === undefined) return;
  const again = mintRequest(stage, { ...first, sectors: { start: 100n, count: 1n } });
  const twice = await stage.refusalOf(cast.operator, "powerNFT", "mint", [again]);
  print.refused(`selling sector 100 a second time is refused: ${twice.error}`);
}
