import { formatFil } from "../../lib/index.ts";
import { callStep, eventSum, eventValue } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readOwed } from "../support/guarantee.ts";
import { readContracts, readMiner, requireEnrolled } from "../support/miner.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { SendingMinerArguments } from "./createVault.ts";

const REFUSALS: Readonly<Record<string, string>> = {
  "18": "terminations are pending, or the vault's term has ended",
  "19": "the miner cannot pay its fee debt",
};

/** Measures a miner's income and takes what is owed out of it. Anyone may. */
export async function harvest(context: TaskContext, args: SendingMinerArguments): Promise<void> {
  const { report } = context;
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  requireEnrolled(context, miner, contracts);
  const { nft } = contracts;
  const account = await nft.minerAccount(miner.address.id);
  report.title(`Harvest ${miner.name}`);
  const owed = await readOwed(nft, miner);
  report.fact("owed", "owed at the last sync", formatFil(owed), owed);
  report.fact("earned", "earned so far", formatFil(account.earned), account.earned);
  const sender = await reportSender(context, args);
  const steps = [
    callStep("PowerNFT", nft.address, "sync", [miner.address.id], "Measure the income (sync)"),
    callStep("PowerNFT", nft.address, "harvest", [miner.address.id], "Take what is owed (harvest)"),
  ] as const;
  const outcome = await execute(context, args, steps, sender);
  if (!outcome.sent) return;
  const measured = eventSum(outcome.logs, "PowerNFT", "Synced", "rewards");
  const arrived =
    eventSum(outcome.logs, "PowerNFT", "Harvested", "amount") +
    eventSum(outcome.logs, "PowerNFT", "GuaranteesHarvested", "amount");
  const stillOwed = await readOwed(nft, miner);
  report.lines("");
  report.fact("measured", "rewards measured", formatFil(measured), measured);
  report.fact("arrived", "cash that arrived", formatFil(arrived), arrived);
  report.fact("stillOwed", "still owed", formatFil(stillOwed), stillOwed);
  const refused = eventValue(outcome.logs, "MinerVault", "WithdrawalRefused", "exitCode");
  if (typeof refused === "bigint") {
    const reason = REFUSALS[refused.toString()] ?? "for a reason of its own";
    report.check(
      "refused",
      "warn",
      `The miner refused the withdrawal (exit code ${refused}): ${reason}. Nothing is lost; harvest again later.`,
    );
  }
  const gap = eventValue(outcome.logs, "PowerNFT", "IncomeGap", "counted");
  if (typeof gap === "bigint") {
    report.check("gap", "warn", `The sync came after its deadline: only ${formatFil(gap)} of rewards could be proven.`);
  }
}

export default taskAction(harvest);
