import {
  type Address,
  formatFil,
  type PendingBeneficiaryTerm,
  VAULT_EXPIRATION,
  VAULT_QUOTA,
} from "../../lib/index.ts";
import type { TaskContext } from "./TaskContext.ts";

/** One field of a pending proposal against what it must be. */
export interface FieldResult {
  readonly field: "nominee" | "quota" | "expiration";
  readonly expected: string;
  readonly proposed: string;
  readonly ok: boolean;
  /** What to do about it. */
  readonly sentence: string;
}

const AGAIN = "propose again with the command of `miner propose`, which carries --overwrite-pending-change";

/** Compares a proposal with the terms that a vault accepts, field by field. */
export function compareProposal(
  { network }: TaskContext,
  pending: PendingBeneficiaryTerm,
  vaultId: Address,
  headEpoch: bigint,
): FieldResult[] {
  const nominee = pending.NewBeneficiary.equals(vaultId);
  const quota = pending.NewQuota >= VAULT_QUOTA;
  const expiration = pending.NewExpiration >= VAULT_EXPIRATION;
  const expired = pending.NewExpiration <= headEpoch;
  const proposed = pending.NewBeneficiary.toString(network.prefix);
  return [
    {
      field: "nominee",
      expected: vaultId.toString(network.prefix),
      proposed,
      ok: nominee,
      sentence: nominee
        ? "The nominee is the vault"
        : `The proposal names ${proposed} instead of the vault ${vaultId.toString(network.prefix)}: ${AGAIN}`,
    },
    {
      field: "quota",
      expected: formatFil(VAULT_QUOTA),
      proposed: formatFil(pending.NewQuota),
      ok: quota,
      sentence: quota
        ? "The quota never runs out"
        : `Quota too low (${formatFil(pending.NewQuota)} instead of ${formatFil(VAULT_QUOTA)}): ${AGAIN}. ` +
          "It is only a ceiling; the vault takes no more than what is owed",
    },
    {
      field: "expiration",
      expected: `epoch ${VAULT_EXPIRATION}`,
      proposed: `epoch ${pending.NewExpiration}`,
      ok: expiration,
      sentence: expiration
        ? "The term never lapses"
        : expired
          ? `The proposal has expired (epoch ${pending.NewExpiration}, now ${headEpoch}): ${AGAIN}`
          : `The term ends too early (epoch ${pending.NewExpiration} instead of ${VAULT_EXPIRATION}): ${AGAIN}`,
    },
  ];
}
