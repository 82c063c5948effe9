import { formatAddress } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readContracts, readMiner } from "../support/miner.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface SendingMinerArguments extends SendingArguments {
  readonly miner: string;
}

/** Creates the vault of a miner: the address that the owner proposes as beneficiary. Anyone may. */
export async function createVault(context: TaskContext, args: SendingMinerArguments): Promise<void> {
  const { report, network } = context;
  const miner = await readMiner(context, args.miner);
  const { deployment, vaultAddress, vaultId } = await readContracts(context, miner);
  report.title(`Create the vault of ${miner.name}`);
  const text = formatAddress({ id: vaultId, robust: vaultAddress }, network.prefix);
  report.fact("miner", "miner", miner.name);
  report.fact("vault", "vault", text, {
    id: vaultId?.toString(network.prefix) ?? null,
    f410: vaultAddress.toString(network.prefix),
    evm: vaultAddress.toEvm() ?? null,
  });
  if (vaultId !== undefined) {
    report.check("exists", "pass", `The vault exists already: go on with \`miner propose ${miner.name}\`.`);
    return;
  }
  const sender = await reportSender(context, args);
  const step = callStep(
    "MinerRegistry",
    deployment.minerRegistry,
    "createVault",
    [miner.address.id],
    "Create the vault",
  );
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const id = await context.lotus.stateLookupID(vaultAddress);
  report.fact("created", "vault", formatAddress({ id, robust: vaultAddress }, network.prefix));
  report.lines("", `Next: \`miner propose ${miner.name}\` prints what the owner has to sign.`);
}

export default taskAction(createVault);
