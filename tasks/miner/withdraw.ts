import { formatFil, parseFil, UsageError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readOwed, reportCover } from "../support/guarantee.ts";
import { readContracts, readMiner, readParty, requireEnrolled } from "../support/miner.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { SendingMinerArguments } from "./createVault.ts";

export interface WithdrawArguments extends SendingMinerArguments {
  /** FIL, as Lotus reads it. */
  readonly amount: string;
}

/** Pays the owner its own money: what nobody else is owed. The owner or its operator; always to the owner. */
export async function withdraw(context: TaskContext, args: WithdrawArguments): Promise<void> {
  const { report } = context;
  const amount = parseFil(args.amount);
  if (amount === 0n) throw new UsageError("Nothing would be paid: type an amount above 0, like 25.");
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  requireEnrolled(context, miner, contracts);
  const owed = await readOwed(contracts.nft, miner);
  const cover = await contracts.nft.coverOf(miner.address.id);
  report.title(`Withdraw ${formatFil(amount)} of ${miner.name} to its owner`);
  report.fact("amount", "amount", formatFil(amount), amount);
  report.fact("payee", "paid to the owner", (await readParty(context, miner.info.Owner)).text);
  report.fact("owed", "owed to holders", `${formatFil(owed)} at the last sync; it is paid first`, owed);
  if (cover.remaining > 0n) reportCover(context, miner.name, { ...cover, amount: cover.amount - amount });
  const sender = await reportSender(context, args, miner.info.Owner);
  const step = callStep("MinerVault", contracts.vault.address, "withdrawToOwner", [amount], "Pay the owner");
  await execute(context, args, [step], sender);
}

export default taskAction(withdraw);
