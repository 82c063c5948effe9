import { actorKind, RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readContracts, readMiner, requireVault } from "../support/miner.ts";
import { compareProposal } from "../support/proposal.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { SendingMinerArguments } from "./createVault.ts";

/** Makes the vault the beneficiary, by repeating the owner's pending proposal. Anyone may. */
export async function activate(context: TaskContext, args: SendingMinerArguments): Promise<void> {
  const { report, network, lotus } = context;
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  const vaultId = requireVault(miner, contracts);
  report.title(`Activate the vault of ${miner.name}`);
  report.fact(
    "vault",
    "vault",
    `${vaultId.toString(network.prefix)} · ${contracts.vault.address}`,
    contracts.vault.address,
  );
  const sender = await reportSender(context, args);
  const pending = miner.info.PendingBeneficiaryTerm;
  if (miner.info.Beneficiary.equals(vaultId)) {
    throw new RefusedError(`The vault is the beneficiary of ${miner.name} already: nothing is left to do.`);
  }
  if (pending === null) {
    throw new RefusedError(
      `Nothing is proposed on ${miner.name}: the owner signs the command of \`miner propose ${miner.name}\` first.`,
    );
  }
  for (const { field, ok, sentence } of compareProposal(context, pending, vaultId, (await lotus.chainHead()).Height)) {
    report.check(field, ok ? "pass" : "fail", sentence);
  }
  const beneficiary = miner.info.Beneficiary.toString(network.prefix);
  if (!pending.ApprovedByBeneficiary) {
    const kind = await actorKind(lotus, miner.info.Beneficiary);
    report.check(
      "approvals",
      "warn",
      `${beneficiary} (${kind}) is beneficiary and must approve too: the vault's approval stands until it does.`,
    );
  }
  const step = callStep("MinerVault", contracts.vault.address, "activate", [], "Activate the vault");
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const after = await lotus.stateMinerInfo(miner.address);
  const active = after.Beneficiary.equals(vaultId);
  report.fact("active", "active", active ? "yes" : "not yet", active);
  report.lines(
    "",
    active
      ? "Vault is beneficiary. `actor withdraw` now pays the vault: use `miner withdraw`."
      : `The vault has approved. ${beneficiary} has to approve too; then the vault is the beneficiary.`,
  );
}

export default taskAction(activate);
