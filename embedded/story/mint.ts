import { formatPercent, formatPower, formatSectors } from "../../lib/index.ts";
import { inFil } from "../print/figures.ts";
import { OFFERS, nominalPower } from "./offers.ts";
import { RefusedByContract, type Stage } from "./Stage.ts";

const ANY_PROTOCOL_FEE = 500;

/** The storage provider sells shares of tomorrow's rewards: three NFTs, backed by named sectors. */
export async function mint(stage: Stage): Promise<void> {
  const { cast, miner, nft, print } = stage;
  print.heading("3. Three power NFTs");
  for (const offer of OFFERS) {
    const request = {
      minerId: miner.id,
      sectors: [offer.sectors],
      nominalPower: nominalPower(offer),
      expiry: offer.expiry,
      spFeeBps: offer.spFeeBps,
      royaltyBps: offer.royaltyBps,
      maxProtocolFeeBps: ANY_PROTOCOL_FEE,
      to: cast[offer.holder].evm,
    };
    await stage.send(cast.operator, "powerNFT", "mint", [request]);
  }
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
  if (first !== undefined) await mintTwice(stage, first.expiry);
}

async function mintTwice(stage: Stage, expiry: bigint): Promise<void> {
  const { cast, miner, print } = stage;
  const request = {
    minerId: miner.id,
    sectors: [{ start: 100n, count: 1n }],
    nominalPower: 1n,
    expiry,
    spFeeBps: 0,
    royaltyBps: 0,
    maxProtocolFeeBps: ANY_PROTOCOL_FEE,
    to: cast.operator.evm,
  };
  try {
    await stage.send(cast.operator, "powerNFT", "mint", [request]);
  } catch (error) {
    if (!(error instanceof RefusedByContract)) throw error;
    print.refused(`selling sector 100 a second time is refused: ${error.error}`);
  }
}
