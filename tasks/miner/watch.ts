import { formatFil, RefusedError, TemporaryError, UsageError } from "../../lib/index.ts";
import { readContracts, readMiner, requireVault } from "../support/miner.ts";
import { compareProposal } from "../support/proposal.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { MinerArguments } from "./check.ts";

export interface WatchArguments extends MinerArguments {
  /** How long to wait for a proposal, minutes. */
  readonly minutes: string;
}

const PAUSE_MS = 10_000;

/** Waits for the owner's proposal and compares it with what the vault accepts, field by field. */
export async function watch(context: TaskContext, args: WatchArguments): Promise<void> {
  const { report, lotus, network } = context;
  if (!/^\d+$/.test(args.minutes))
    throw new UsageError(`--minutes ${args.minutes} is not a number of minutes: type one like 30.`);
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  const vaultId = requireVault(miner, contracts);
  report.title(`Waiting for the proposal on ${miner.name}`);

  let { info } = miner;
  for (let left = Number(args.minutes) * 60_000; info.PendingBeneficiaryTerm === null; left -= PAUSE_MS) {
    if (info.Beneficiary.equals(vaultId)) {
      report.fact("state", "state", "the vault is the beneficiary", "active");
      return;
    }
    if (left <= 0) {
      throw new TemporaryError(
        `Nothing is proposed on ${miner.name} yet: the owner signs the command of \`miner propose ${miner.name}\`; then watch again.`,
      );
    }
    await context.pause(PAUSE_MS);
    info = await lotus.stateMinerInfo(miner.address);
  }
  const pending = info.PendingBeneficiaryTerm;
  const fields = compareProposal(context, pending, vaultId, (await lotus.chainHead()).Height);
  report.fact("state", "state", "proposed", "proposed");
  report.table(
    "fields",
    "expected against pending",
    ["field", "expected", "pending", ""],
    fields.map(({ field, expected, proposed, ok }) => [field, expected, proposed, ok ? "ok" : "WRONG"]),
    fields.map(({ field, expected, proposed, ok }) => ({ field, expected, proposed, ok })),
  );
  for (const { field, ok, sentence } of fields) report.check(field, ok ? "pass" : "fail", sentence);
  const wrong = fields.find(({ ok }) => !ok);
  if (wrong !== undefined) throw new RefusedError(`${wrong.sentence}.`);
  if (!pending.ApprovedByBeneficiary) {
    const beneficiary = info.Beneficiary.toString(network.prefix);
    const term = info.BeneficiaryTerm;
    report.check(
      "approvals",
      "warn",
      `${beneficiary} is beneficiary${term === null ? "" : ` (${formatFil(term.Quota - term.UsedQuota)} left)`} and must approve too.`,
    );
  }
  report.lines("", `Next: \`miner activate ${miner.name}\`. It needs no signature of the owner.`);
}

export default taskAction(watch);
