import {
  type Clock,
  formatFil,
  formatPower,
  type LotusClient,
  type Address,
  MethodUnavailableError,
  EPOCHS_PER_DAY,
  UsageError,
} from "../../lib/index.ts";
import { KIND_TEXT, type Miner, readContracts, readMiner, readParty } from "../support/miner.ts";
import { taskAction } from "../support/runTask.ts";
import type { CommonArguments, TaskContext } from "../support/TaskContext.ts";

export interface MinerArguments extends CommonArguments {
  readonly miner: string;
}

/** Above this number the expiry dates of all sectors are too much to ask a node for. */
const MAX_SECTORS_READ = 100_000n;
const DAYS_OF_LIFE = [30n, 90n, 180n, 360n, 720n, 1080n, 1440n, 1800n] as const;

/** Tells whether a miner can be enrolled, and what stands in the way. */
export async function checkMiner(context: TaskContext, args: MinerArguments): Promise<void> {
  const { report, lotus, network } = context;
  const miner = await readMiner(context, args.miner);
  const { info } = miner;
  report.title(`Miner ${miner.name}`);

  const owner = await readParty(context, info.Owner);
  report.fact("owner", "owner", `${owner.text}  (${KIND_TEXT[owner.kind]})`, { address: owner.text, kind: owner.kind });
  const ownBeneficiary = info.Beneficiary.equals(info.Owner);
  const beneficiary = ownBeneficiary ? owner : await readParty(context, info.Beneficiary);
  report.fact("beneficiary", "beneficiary", ownBeneficiary ? "the owner" : beneficiary.text, beneficiary.text);
  reportTerms(context, miner);

  const power = await lotus.stateMinerPower(miner.address);
  report.fact(
    "qap",
    "quality-adjusted power",
    formatPower(power.MinerPower.QualityAdjPower),
    power.MinerPower.QualityAdjPower,
  );
  await reportMoney(context, miner);
  const head = (await lotus.chainHead()).Height;
  await reportSectors(context, miner, head);

  checkOwner(context, owner.kind, owner.text);
  const enrolled = await isEnrolled(context, miner);
  if (enrolled) report.check("enrolled", "pass", "Its vault is the beneficiary: it is enrolled");
  else checkBeneficiary(context, miner, head, beneficiary.text);
  const hasPower = power.MinerPower.QualityAdjPower > 0n;
  report.check(
    "power",
    hasPower ? "pass" : "fail",
    hasPower
      ? "It has power"
      : `${miner.name} has no power: it needs a proven sector before it can earn or be enrolled.`,
  );
  if (enrolled) {
    report.lines(
      "",
      `${miner.name} is enrolled: \`npx hardhat miner status ${miner.name} --network ${network.name}\`.`,
    );
    return;
  }
  const failed = report.checks.some((check) => check.result === "fail");
  report.lines(
    "",
    failed
      ? `${miner.name} cannot be enrolled as it is.`
      : `${miner.name} can be enrolled: \`npx hardhat miner create-vault ${miner.name} --network ${network.name}\`.`,
  );
}

/** Whether its vault is the beneficiary; a check must also work where the contracts are not deployed yet. */
async function isEnrolled(context: TaskContext, miner: Miner): Promise<boolean> {
  try {
    const { vaultId } = await readContracts(context, miner);
    return vaultId?.equals(miner.info.Beneficiary) ?? false;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

function reportTerms({ report, network }: TaskContext, { info }: Miner): void {
  const term = info.BeneficiaryTerm;
  if (term !== null && !info.Beneficiary.equals(info.Owner)) {
    report.fact(
      "term",
      "its term",
      `${formatFil(term.UsedQuota)} of ${formatFil(term.Quota)} used, until ${network.clock.format(term.Expiration)}`,
      { quota: term.Quota, used: term.UsedQuota, expiration: term.Expiration },
    );
  }
  const pending = info.PendingBeneficiaryTerm;
  if (pending === null) {
    report.fact("pending", "pending proposal", "none", null);
    return;
  }
  const nominee = pending.NewBeneficiary.toString(network.prefix);
  report.fact(
    "pending",
    "pending proposal",
    `${nominee}, ${formatFil(pending.NewQuota)}, until epoch ${pending.NewExpiration}`,
    {
      nominee,
      quota: pending.NewQuota,
      expiration: pending.NewExpiration,
      approvedByBeneficiary: pending.ApprovedByBeneficiary,
      approvedByNominee: pending.ApprovedByNominee,
    },
  );
}

/** A negative available balance is debt: fees that the miner could not pay yet. */
async function reportMoney({ report, lotus }: TaskContext, miner: Miner): Promise<void> {
  try {
    const available = await lotus.stateMinerAvailableBalance(miner.address);
    report.fact("available", "available balance", formatFil(available), available);
    if (available < 0n) {
      report.check(
        "debt",
        "warn",
        `${miner.name} is ${formatFil(-available)} in debt: withdrawals are refused until it is paid.`,
      );
    }
  } catch (error) {
    if (!(error instanceof MethodUnavailableError)) throw error;
    report.fact("available", "available balance", "unknown: a public gateway does not tell", null);
  }
}

async function reportSectors(context: TaskContext, miner: Miner, head: bigint): Promise<void> {
  const { report, lotus, network } = context;
  const count = await lotus.stateMinerSectorCount(miner.address);
  report.fact("sectors", "sectors", `${count.Live} live, ${count.Active} active, ${count.Faulty} faulty`, {
    live: count.Live,
    active: count.Active,
    faulty: count.Faulty,
  });
  const expirations = await activeExpirations(lotus, miner.address, count.Live);
  if (expirations === undefined) {
    report.fact(
      "expiries",
      "expiry dates",
      "not read: this needs a node of your own and at most 100,000 sectors",
      null,
    );
    return;
  }
  const rows = histogram(expirations, head, network.clock);
  if (rows.length === 0) {
    report.fact("expiries", "expiry dates", "no active sectors", []);
    return;
  }
  report.table(
    "expiries",
    "active sectors by expiry",
    ["before", "sectors"],
    rows.map(({ before, sectors }) => [before, sectors.toString()]),
    rows,
  );
}

async function activeExpirations(lotus: LotusClient, miner: Address, live: bigint): Promise<bigint[] | undefined> {
  if (live > MAX_SECTORS_READ) return undefined;
  try {
    return (await lotus.stateMinerActiveSectors(miner)).map((sector) => sector.Expiration);
  } catch (error) {
    if (error instanceof MethodUnavailableError) return undefined;
    throw error;
  }
}

function histogram(expirations: readonly bigint[], head: bigint, clock: Clock): { before: string; sectors: number }[] {
  const rows: { before: string; sectors: number }[] = [];
  let from = head;
  for (const days of DAYS_OF_LIFE) {
    const until = head + days * EPOCHS_PER_DAY;
    const sectors = expirations.filter((epoch) => epoch >= from && epoch < until).length;
    if (sectors > 0) rows.push({ before: clock.format(until).slice(0, 10), sectors });
    from = until;
  }
  const later = expirations.filter((epoch) => epoch >= from).length;
  if (later > 0) rows.push({ before: "later", sectors: later });
  return rows;
}

function checkOwner({ report }: TaskContext, kind: string, owner: string): void {
  if (kind === "evm") {
    report.check(
      "owner",
      "fail",
      `Owner is a contract, such as a GLIF Agent (${owner}): remove the miner there first, so that an account or a multisig owns it.`,
    );
  } else if (kind === "ethaccount" || kind === "placeholder") {
    report.check(
      "owner",
      "fail",
      `Owner is an Ethereum account (${owner}), which cannot send native messages: change the owner to an f1, f3 or f2 address first.`,
    );
  } else if (kind === "account" || kind === "multisig") {
    report.check("owner", "pass", "The owner can propose");
  } else {
    report.check(
      "owner",
      "warn",
      "This node does not tell what kind of actor the owner is: it must be an account or a multisig.",
    );
  }
}

function checkBeneficiary({ report, network }: TaskContext, { info }: Miner, head: bigint, text: string): void {
  if (info.PendingOwnerAddress !== null) {
    const pending = info.PendingOwnerAddress.toString(network.prefix);
    report.check(
      "ownerChange",
      "warn",
      `A change of owner to ${pending} is pending: completing it deletes any proposal.`,
    );
  }
  const term = info.BeneficiaryTerm;
  const active = term !== null && term.Expiration > head && term.Quota > term.UsedQuota;
  if (info.Beneficiary.equals(info.Owner))
    report.check("beneficiary", "pass", "The owner is the beneficiary: only the vault has to approve");
  else if (active) report.check("beneficiary", "warn", `${text} is beneficiary and must approve too.`);
  else report.check("beneficiary", "pass", `The term of ${text} has ended: only the vault has to approve`);
}

export default taskAction(checkMiner);
