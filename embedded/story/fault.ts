import { formatPower } from "../../lib/index.ts";
import { NETWORK_QAP, NETWORK_REWARD_PER_DAY, SECTOR_QAP } from "../chain/genesis.ts";
import { inFil } from "../print/figures.ts";
import { attestWeights } from "./attest.ts";
import { OFFERS, UNSOLD, mintRequest } from "./offers.ts";
import type { Stage } from "./Stage.ts";

/** A machine with these sectors stops. */
const FAULTY = { start: 1n, count: 64n } as const;
const SECTORS = Array.from({ length: Number(FAULTY.count) }, (_, i) => FAULTY.start + BigInt(i));
const FAULTY_POWER = FAULTY.count * SECTOR_QAP;
/** A day of fault costs 3.51 days of what the sectors are expected to earn. */
const DAILY_FEE = (NETWORK_REWARD_PER_DAY * FAULTY_POWER * 351n) / (NETWORK_QAP * 100n);

/** The sectors fall out: power falls on chain at once, weights with the next report. */
export async function fault(stage: Stage): Promise<void> {
  await happen(stage, () => stage.machines.levers.declareFaults(stage.miner.id, SECTORS));
  await attestWeights(stage);
  const { weight } = await stage.nft.powerOf(1n);
  stage.print.wrong(
    `a machine stops: sectors ${FAULTY.start}-${FAULTY.start + FAULTY.count - 1n} are faulty, ` +
      `${formatPower(FAULTY_POWER)} fall from the miner's claim; the next report lowers NFT #1 to ${formatPower(weight)}`,
  );
}

/** The fee of one day of fault. It is the storage provider's: what holders earned stays owed. */
export async function faultFee(stage: Stage, first: boolean): Promise<void> {
  await happen(stage, () => stage.machines.levers.penalise(stage.miner.id, DAILY_FEE));
  const reason = ", out of the rewards that would have vested next: cash comes later, but no holder earns less";
  stage.print.wrong(`the network burns a fault fee of ${inFil(DAILY_FEE)}${first ? reason : ""}`);
}

/** The machine runs again: power and weight come back. New business has to wait until holders are paid. */
export async function recover(stage: Stage): Promise<void> {
  const { cast, miner, nft, print } = stage;
  await happen(stage, () => stage.machines.levers.recoverSectors(miner.id, SECTORS));
  await attestWeights(stage);
  const { weight } = await nft.powerOf(1n);
  print.done(`the machine runs again: ${formatPower(FAULTY_POWER)} are back, NFT #1 weighs ${formatPower(weight)}`);

  const [offer] = OFFERS;
  if (offer === undefined) return;
  const more = mintRequest(stage, { ...offer, sectors: UNSOLD });
  const { error, args } = await stage.refusalOf(cast.operator, "powerNFT", "mint", [more]);
  print.refused(
    `selling more power is refused: ${error}, ${inFil(args[1] as bigint)}: holders wait for money that was burned, ` +
      "and they come first",
  );
}

/** Something happens to the machines: no message of anybody. */
async function happen(stage: Stage, event: () => Promise<void>): Promise<void> {
  await stage.machines.exclusively(event);
}
