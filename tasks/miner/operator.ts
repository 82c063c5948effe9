import { RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readContracts, readMiner, readParty, requireVault } from "../support/miner.ts";
import { taskAction } from "../support/runTask.ts";
import { evmFormOf, reportSender } from "../support/Sender.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { SendingMinerArguments } from "./createVault.ts";

export interface OperatorArguments extends SendingMinerArguments {
  /** An address in any form, or `none`. */
  readonly operator: string;
}

const NOBODY = "0x0000000000000000000000000000000000000000";

/** Names who may mint and withdraw for the owner. Only the owner; a change of owner drops it. */
export async function setOperator(context: TaskContext, args: OperatorArguments): Promise<void> {
  const { report } = context;
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  requireVault(miner, contracts);
  const none = args.operator === "none";
  const operator = none ? NOBODY : await evmFormOf(context, context.parseAddress(args.operator));
  if (operator.toLowerCase() === (await contracts.vault.operator()).toLowerCase()) {
    throw new RefusedError(
      none ? `${miner.name} has no operator already.` : `${args.operator} is the operator of ${miner.name} already.`,
    );
  }
  report.title(none ? `End the operator of ${miner.name}` : `Name the operator of ${miner.name}`);
  report.fact("owner", "owner", (await readParty(context, miner.info.Owner)).text);
  report.fact("operator", "operator", none ? "none" : operator, none ? null : operator);
  const sender = await reportSender(context, args, miner.info.Owner);
  report.lines("", "The operator may mint NFTs, and have money paid to the owner. It can never pay anybody else.");
  const step = callStep(
    "MinerVault",
    contracts.vault.address,
    "setOperator",
    [operator],
    none ? "End the operator" : "Name the operator",
  );
  await execute(context, args, [step], sender);
}

export default taskAction(setOperator);
