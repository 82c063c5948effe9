import { formatFil, RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readOwed } from "../support/guarantee.ts";
import { readContracts, readMiner, readParty, requireEnrolled } from "../support/miner.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { SendingMinerArguments } from "./createVault.ts";

/** Gives the role of beneficiary back to the owner, once no NFT is alive and nothing is owed. Anyone may. */
export async function release(context: TaskContext, args: SendingMinerArguments): Promise<void> {
  const { report, lotus } = context;
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  requireEnrolled(context, miner, contracts);
  const { living } = await contracts.nft.minerAccount(miner.address.id);
  const owed = await readOwed(contracts.nft, miner);
  report.title(`Release ${miner.name} to its owner`);
  report.fact("owner", "owner", (await readParty(context, miner.info.Owner)).text);
  report.fact("living", "living NFTs", living.toString(), living);
  report.fact("owed", "still owed", formatFil(owed), owed);
  const sender = await reportSender(context, args);
  const pending = miner.info.PendingBeneficiaryTerm;
  const returns =
    pending !== null &&
    pending.NewBeneficiary.equals(miner.info.Owner) &&
    pending.NewQuota === 0n &&
    pending.NewExpiration === 0n;
  if (living > 0n) {
    const debt = owed > 0n ? `, and ${formatFil(owed)} still owed` : "";
    report.check(
      "living",
      "fail",
      `${living} NFTs of ${miner.name} are alive${debt}: release after the last one has expired.`,
    );
  } else if (owed > 0n) {
    report.check(
      "owed",
      "warn",
      `${formatFil(owed)} still owed at the last sync: the release harvests first, and works if that covers it.`,
    );
  }
  report.check(
    "proposal",
    returns ? "pass" : "fail",
    returns
      ? "The owner has proposed to take the role back"
      : `The owner has to propose to take the role back: see \`miner propose ${miner.name} --return\`.`,
  );
  const step = callStep("MinerVault", contracts.vault.address, "release", [], "Release the miner");
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const after = await lotus.stateMinerInfo(miner.address);
  if (!after.Beneficiary.equals(after.Owner))
    throw new RefusedError(`${miner.name} was not released: see \`miner check ${miner.name}\`.`);
  report.lines("", `${miner.name} is its owner's again. What holders can claim stays claimable.`);
}

export default taskAction(release);
