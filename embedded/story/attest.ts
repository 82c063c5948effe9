import { formatPower, sectorQap } from "../../lib/index.ts";
import { ReportTree, frameOf, referenceEpoch } from "../../lib/protocol/report.ts";
import { OFFERS, type Offer } from "./offers.ts";
import type { Stage } from "./Stage.ts";

/** What the oracle sees: the power of an NFT's sectors that are active, as the node tells. */
export async function activePower(stage: Stage, { sectors }: Offer): Promise<bigint> {
  const { lotus, miner } = stage;
  const [{ SectorSize }, active] = await Promise.all([
    lotus.stateMinerInfo(miner),
    lotus.stateMinerActiveSectors(miner),
  ]);
  return active
    .filter(({ SectorNumber: n }) => n >= sectors.start && n < sectors.start + sectors.count)
    .reduce(
      (sum, { Expiration, PowerBaseEpoch, VerifiedDealWeight }) =>
        sum +
        sectorQap(SectorSize, {
          expiration: Expiration,
          powerBaseEpoch: PowerBaseEpoch,
          verifiedDealWeight: VerifiedDealWeight,
        }),
      0n,
    );
}

/**
 * The attestor reports what it sees of the NFTs that live, and anybody applies the report. There is one report a frame,
 * so a second one on the same day waits for the next.
 */
export async function attestWeights(stage: Stage, offers = OFFERS): Promise<void> {
  const { cast, miner } = stage;
  let frame = frameOf(await stage.epoch());
  if (frame <= stage.lastFrame) {
    frame = stage.lastFrame + 1;
    await stage.advanceTo(referenceEpoch(frame));
  }
  const epoch = await stage.epoch();
  const living = offers.filter(({ expiry }) => expiry > epoch);
  const page = {
    minerId: miner.id,
    ids: living.map(({ id }) => id),
    weights: await Promise.all(living.map((offer) => activePower(stage, offer))),
  };
  const report = new ReportTree(frame, [page]);
  await stage.send(cast.attestor, "oracle", "submit", [frame, report.root]);
  stage.lastFrame = frame;
  await stage.send(cast.keeper, "oracle", "applyPage", [
    frame,
    page.minerId,
    page.ids,
    page.weights,
    report.proofOf(page),
  ]);
}

/** The first attestation. Income begins here. */
export async function attest(stage: Stage): Promise<void> {
  const { cast, miner, print, nft } = stage;
  print.heading("4. Weights");
  const strangers = await stage.refusalOf(cast.Alice, "powerNFT", "applyWeights", [miner.id, 1, [1n], [1n]]);
  print.refused(`only the oracle's contract sets weights; from Alice it is refused: ${strangers.error}`);
  await attestWeights(stage);
  const powers = await Promise.all(OFFERS.map(({ id }) => nft.powerOf(id)));
  const { weight, qap } = await nft.minerAccount(miner.id);
  print.done(
    `the attestor reads the sectors from the node and reports ${powers.map((power) => formatPower(power.weight)).join(", ")}: ` +
      `${formatPower(weight)} of the miner's ${formatPower(qap)} are sold`,
  );
  print.text("From this epoch on, holders' part of every block reward is theirs. What came before never is.", 5);
}
