import {
  formatFil,
  formatPower,
  formatSpan,
  type Hex,
  inBatches,
  MethodUnavailableError,
  type Power,
  type PowerNftReader,
} from "../../lib/index.ts";
import { type Miner, readContracts, readMiner, requireVault } from "../support/miner.ts";
import { isUnknownNft } from "../support/nft.ts";
import { reportOracle } from "../support/oracle.ts";
import { taskAction } from "../support/runTask.ts";
import type { TaskContext } from "../support/TaskContext.ts";
import type { MinerArguments } from "./check.ts";

/** Above this number of NFTs on all miners together, listing those of one would take too many questions. */
const MAX_LISTED = 1000n;

/** What a miner has earned for its holders, what is owed, and what needs to be done. */
export async function status(context: TaskContext, args: MinerArguments): Promise<void> {
  const { report, network, lotus } = context;
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  const vaultId = requireVault(miner, contracts);
  const { nft } = contracts;
  const account = await nft.minerAccount(miner.address.id);
  const head = (await lotus.chainHead()).Height;
  const active = miner.info.Beneficiary.equals(vaultId);
  const { clock } = network;

  report.title(`Status of ${miner.name}`);
  report.fact("epoch", "now", `epoch ${head}, ${clock.format(head)}`, head);
  report.fact(
    "vault",
    "vault",
    `${vaultId.toString(network.prefix)} · ${contracts.vault.address}`,
    contracts.vault.address,
  );
  report.fact("beneficiary", "beneficiary", active ? "the vault" : miner.info.Beneficiary.toString(network.prefix));
  const operator = await contracts.vault.operator();
  report.fact(
    "operator",
    "operator",
    BigInt(operator) === 0n ? "none" : operator,
    BigInt(operator) === 0n ? null : operator,
  );
  report.fact("qap", "power at last sync", formatPower(account.qap), account.qap);
  report.fact("weight", "sold to holders", `${formatPower(account.weight)} in ${account.living} living NFTs`, {
    weight: account.weight,
    living: account.living,
  });
  report.fact("rewards", "block rewards measured", formatFil(account.rewards), account.rewards);
  report.fact("earned", "earned by holders", formatFil(account.earned), account.earned);
  report.fact("covered", "covered by cash", formatFil(account.covered), account.covered);
  report.fact("owed", "still owed", formatFil(account.owed), account.owed);
  report.fact("arrears", "in arrears", formatFil(account.arrears), account.arrears);
  await reportAvailable(context, miner);
  if (account.lastSync === 0n) {
    report.fact("lastSync", "last sync", "never: it begins with the first NFT", null);
  } else {
    report.fact(
      "lastSync",
      "last sync",
      `${clock.format(account.lastSync)}, ${formatSpan(head - account.lastSync)} ago`,
      account.lastSync,
    );
    report.fact("syncDeadline", "sync at the latest", clock.format(account.syncDeadline), account.syncDeadline);
  }
  await reportOracle(context, head);
  const solvency = await nft.solvency(miner.address.id);
  report.fact(
    "solvency",
    "cash of all miners",
    `${formatFil(solvency.cash)} for ${formatFil(solvency.liabilities)} that can be claimed`,
    { cash: solvency.cash, liabilities: solvency.liabilities },
  );
  await reportNfts(context, nft, miner);

  if (!active)
    report.check(
      "active",
      "warn",
      `The vault is not the beneficiary: run \`miner propose ${miner.name}\`, then \`miner activate ${miner.name}\`.`,
    );
  if (solvency.cash < solvency.liabilities)
    report.check("solvency", "fail", "There is less cash than holders can claim: report this.");
  else report.check("solvency", "pass", "There is enough cash for everything that can be claimed");
  if (account.earned === account.covered + account.owed) report.check("identity", "pass", "earned = covered + owed");
  else report.check("identity", "fail", "earned is not covered + owed: report this.");
  if (account.arrears > 0n)
    report.check(
      "arrears",
      "warn",
      `${formatFil(account.arrears)} in arrears: no NFT can be minted until \`miner harvest ${miner.name}\` has covered it.`,
    );
  if (account.lastSync !== 0n && head > account.syncDeadline) {
    report.check(
      "deadline",
      "warn",
      `The deadline of the sync has passed: run \`miner harvest ${miner.name}\` now; the income of the gap may be counted in part only.`,
    );
  }
}

async function reportAvailable({ report, lotus }: TaskContext, miner: Miner): Promise<void> {
  try {
    const available = await lotus.stateMinerAvailableBalance(miner.address);
    report.fact("available", "available in the miner", formatFil(available), available);
  } catch (error) {
    if (!(error instanceof MethodUnavailableError)) throw error;
    report.fact("available", "available in the miner", "unknown: a public gateway does not tell", null);
  }
}

interface Listed {
  readonly id: bigint;
  readonly power: Power;
  readonly owner: Hex;
  readonly payable: bigint;
  readonly unpaid: bigint;
}

async function reportNfts(context: TaskContext, nft: PowerNftReader, miner: Miner): Promise<void> {
  const { report, network } = context;
  const minted = await nft.minted();
  if (minted > MAX_LISTED) {
    report.fact("nfts", "NFTs", `${minted} on all miners, too many to list: see \`nft show\``, null);
    return;
  }
  const ids = Array.from({ length: Number(minted) }, (_, index) => BigInt(index + 1));
  const found = (await inBatches(ids, (id) => readListed(context, nft, id, miner.address.id))).filter(
    (item) => item !== undefined,
  );
  if (found.length === 0) {
    report.fact("nfts", "NFTs", "none", []);
    return;
  }
  report.table(
    "nfts",
    `NFTs of ${miner.name}`,
    ["NFT", "weight", "of", "expires", "payable", "unpaid", "holder"],
    found.map(({ id, power, owner, payable, unpaid }) => [
      id.toString(),
      formatPower(power.weight),
      formatPower(power.nominalPower),
      network.clock.format(power.expiry).slice(0, 10),
      formatFil(payable, 4),
      formatFil(unpaid, 4),
      owner,
    ]),
    found.map(({ id, power, owner, payable, unpaid }) => ({ id, owner, ...power, payable, unpaid })),
  );
}

/** An NFT of the miner; undefined for one of another miner, or one that was burned. */
async function readListed(
  context: TaskContext,
  nft: PowerNftReader,
  id: bigint,
  minerId: bigint,
): Promise<Listed | undefined> {
  try {
    const power = await nft.powerOf(id);
    if (power.minerId !== minerId) return undefined;
    const [owner, payable, unpaid] = await Promise.all([nft.ownerOf(id), nft.payableOf(id), nft.unpaidOf(id)]);
    return { id, power, owner, payable, unpaid };
  } catch (error) {
    if (isUnknownNft(context, error)) return undefined;
    throw error;
  }
}

export default taskAction(status);
