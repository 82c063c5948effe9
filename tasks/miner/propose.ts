import {
  type ActorKind,
  type Address,
  changeBeneficiaryParams,
  type Cid,
  FatalError,
  MethodUnavailableError,
  MinerMethod,
  NodeRefusedError,
  RefusedError,
  TemporaryError,
  toBase64,
  UsageError,
  VAULT_EXPIRATION,
  VAULT_QUOTA,
} from "../../lib/index.ts";
import { messageLinks } from "../../lib/index.ts";
import {
  bareHex,
  ENROLMENT,
  firstSigner,
  type Proposal,
  proposeCommand,
  RETURN,
  robustAddress,
} from "../support/commands.ts";
import { type Miner, readContracts, readMiner, readParty, requireVault } from "../support/miner.ts";
import { compareProposal } from "../support/proposal.ts";
import { taskAction } from "../support/runTask.ts";
import { toKey } from "../support/Sender.ts";
import type { CommonArguments, TaskContext } from "../support/TaskContext.ts";

export interface ProposeArguments extends CommonArguments {
  readonly miner: string;
  /** Which tool holds the owner's key; chosen by the kind of owner when left out. */
  readonly cli: string | undefined;
  /** Propose to take the role back instead. */
  readonly return: boolean;
  /** Send by the Lotus node, whose wallet holds the owner's key. */
  readonly send: boolean;
  readonly reallyDoIt: boolean;
}

const TOOLS = ["lotus-miner", "sptool", "shed", "msig", "offline"] as const;
type Tool = (typeof TOOLS)[number];

/** Prints what the owner has to sign so that the vault becomes the beneficiary, or sends it by a Lotus node. */
export async function propose(context: TaskContext, args: ProposeArguments): Promise<void> {
  const { report } = context;
  const tool = parseTool(args.cli);
  const miner = await readMiner(context, args.miner);
  const contracts = await readContracts(context, miner);
  const vaultId = requireVault(miner, contracts);
  const owner = await readParty(context, miner.info.Owner);
  const enrolled = miner.info.Beneficiary.equals(vaultId);
  if (args.return && !enrolled)
    throw new RefusedError(`The vault is not the beneficiary of ${miner.name}: there is nothing to take back.`);
  if (!args.return && enrolled)
    throw new RefusedError(`The vault is the beneficiary of ${miner.name} already: nothing is left to do.`);

  const nominee = args.return ? miner.info.Owner : contracts.vaultAddress;
  const proposal: Proposal = {
    miner: miner.address,
    nominee,
    ...(args.return ? RETURN : ENROLMENT),
    overwrite: miner.info.PendingBeneficiaryTerm !== null,
  };
  report.title(
    args.return
      ? `Propose that ${miner.name} goes back to its owner`
      : `Propose the vault as beneficiary of ${miner.name}`,
  );
  report.fact("owner", "signed by the owner", owner.text);
  report.fact("nominee", "nominee", (await readParty(context, nominee)).text);
  report.fact("quota", "quota", `${proposal.quotaFil} FIL`, proposal.quotaFil * 10n ** 18n);
  report.fact("expiration", "expiration", `epoch ${proposal.expiration}`, proposal.expiration);
  if (!args.return) {
    report.lines(
      "",
      "The quota is a ceiling that never runs out: the vault takes only what is owed to holders and the protocol.",
      "The terms are always these, so a signature never goes stale.",
    );
  }
  if (await isPending(context, miner, vaultId, args.return)) {
    report.check(
      "pending",
      "pass",
      `Exactly this is proposed already: go on with \`miner ${args.return ? "release" : "activate"} ${miner.name}\`.`,
    );
    return;
  }
  refuseOwner(owner.kind, owner.text);
  if (args.send) await send(context, miner, proposal, owner.kind, args.reallyDoIt);
  else await print(context, miner, proposal, tool ?? (owner.kind === "multisig" ? "msig" : "lotus-miner"), owner.kind);
}

function parseTool(text: string | undefined): Tool | undefined {
  if (text === undefined) return undefined;
  const tool = TOOLS.find((name) => name === text);
  if (tool === undefined) throw new UsageError(`--cli ${text} is unknown: use ${TOOLS.join(", ")}.`);
  return tool;
}

async function isPending(context: TaskContext, { info }: Miner, vaultId: Address, back: boolean): Promise<boolean> {
  const pending = info.PendingBeneficiaryTerm;
  if (pending === null) return false;
  if (back) return pending.NewBeneficiary.equals(info.Owner) && pending.NewQuota === 0n && pending.NewExpiration === 0n;
  const head = (await context.lotus.chainHead()).Height;
  return compareProposal(context, pending, vaultId, head).every(({ ok }) => ok);
}

function refuseOwner(kind: ActorKind, text: string): void {
  if (kind === "evm") {
    throw new RefusedError(
      `Owner is a contract, such as a GLIF Agent (${text}): remove the miner there first, so that an account or a multisig owns it.`,
    );
  }
  if (kind === "ethaccount" || kind === "placeholder") {
    throw new RefusedError(
      `Owner is an Ethereum account (${text}), which cannot send native messages: change the owner to an f1, f3 or f2 address first.`,
    );
  }
}

function paramsOf({ nominee, quotaFil, expiration }: Proposal): Uint8Array {
  return changeBeneficiaryParams({
    beneficiary: nominee,
    quota: quotaFil === 0n ? 0n : VAULT_QUOTA,
    expiration: expiration === 0n ? 0n : VAULT_EXPIRATION,
  });
}

async function print(
  context: TaskContext,
  miner: Miner,
  proposal: Proposal,
  tool: Tool,
  kind: ActorKind,
): Promise<void> {
  const { report } = context;
  const multisig = kind === "multisig";
  if (multisig && (tool === "lotus-miner" || tool === "sptool" || tool === "shed")) {
    throw new RefusedError(
      `The owner is a multisig: ${tool} would fail with "actor code is not account: multisig". Use --cli msig.`,
    );
  }
  if (!multisig && tool === "msig" && kind === "account") {
    throw new RefusedError("The owner is an account, not a multisig: use --cli lotus-miner, sptool, shed or offline.");
  }
  report.lines(
    "",
    tool === "offline" ? "Sign this with the owner's key:" : "Run this where the owner's key is (it sends at once):",
  );
  if (tool === "msig") report.command(await msigCommand(context, miner, proposal));
  else if (tool === "offline") await printOffline(context, miner, proposal);
  else report.command(proposeCommand(context, tool, proposal));
  if (tool === "lotus-miner" || tool === "sptool" || tool === "shed") {
    report.lines('If it says "failed to sign message: key not found", the key is elsewhere: use --cli offline.');
  }
  report.lines(`Then: \`miner ${proposal.quotaFil === 0n ? "release" : "watch"} ${miner.name}\`.`);
}

async function msigCommand(context: TaskContext, miner: Miner, proposal: Proposal): Promise<string> {
  const { prefix } = context.network;
  const multisig = await robustAddress(context, miner.info.Owner);
  const signer = await firstSigner(context, miner.info.Owner);
  const params = bareHex(paramsOf(proposal));
  return `lotus msig propose --from ${signer} ${multisig.toString(prefix)} ${miner.name} 0 ${MinerMethod.ChangeBeneficiary} ${params}`;
}

/** The message that an offline signer signs. A node fills in the gas where it can. */
async function printOffline(context: TaskContext, miner: Miner, proposal: Proposal): Promise<void> {
  const { report, lotus, network } = context;
  const from = await toKey(context, miner.info.Owner);
  const params = paramsOf(proposal);
  const gas = await estimateGas(context, miner, from, params);
  const message = {
    Version: 0,
    To: miner.name,
    From: from.toString(network.prefix),
    Nonce: Number((await lotus.stateGetActor(miner.info.Owner)).Nonce),
    Value: "0",
    ...gas,
    Method: MinerMethod.ChangeBeneficiary,
    Params: toBase64(params),
  };
  report.command(JSON.stringify(message, undefined, 2));
  if (gas.GasLimit === 0)
    report.lines("This node does not estimate gas: fill in GasLimit, GasFeeCap and GasPremium before signing.");
  report.fact("params", "its parameters (hex)", bareHex(params));
  report.lines("", "Push the signed message with Filecoin.MpoolPush of any node.");
}

async function estimateGas(context: TaskContext, miner: Miner, from: Address, params: Uint8Array) {
  try {
    const estimate = await context.lotus.gasEstimateMessageGas({
      from,
      to: miner.address,
      value: 0n,
      method: MinerMethod.ChangeBeneficiary,
      params,
    });
    return {
      GasLimit: Number(estimate.GasLimit),
      GasFeeCap: estimate.GasFeeCap.toString(),
      GasPremium: estimate.GasPremium.toString(),
    };
  } catch (error) {
    if (!(error instanceof MethodUnavailableError)) throw error;
    return { GasLimit: 0, GasFeeCap: "0", GasPremium: "0" };
  }
}

async function send(
  context: TaskContext,
  miner: Miner,
  proposal: Proposal,
  kind: ActorKind,
  really: boolean,
): Promise<void> {
  const { report, lotus, network } = context;
  if (kind === "multisig") {
    throw new RefusedError(
      "The owner is a multisig: its signers propose with the command of --cli msig, a node cannot send for it.",
    );
  }
  const from = await toKey(context, miner.info.Owner);
  if (!(await lotus.walletHas(from))) {
    throw new RefusedError(
      `The wallet of the node does not hold the key of ${from.toString(network.prefix)}: print the command with --cli instead.`,
    );
  }
  const message = {
    from,
    to: miner.address,
    value: 0n,
    method: MinerMethod.ChangeBeneficiary,
    params: paramsOf(proposal),
  };
  const simulated = await lotus.stateCall(message);
  if (simulated.MsgRct.ExitCode !== 0n) {
    throw new RefusedError(`${miner.name} would refuse the proposal: see \`miner check ${miner.name}\`.`, {
      details: `exit code ${simulated.MsgRct.ExitCode}: ${simulated.Error}`,
    });
  }
  report.check("simulation", "pass", "Propose: simulated, works");
  if (!really) {
    report.lines("", "Nothing was sent. Add --really-do-it to send.");
    return;
  }
  const pushed = await push(context, message);
  const cid = pushed.CID["/"];
  report.sent(
    { step: "Propose", hash: cid, from: from.toString(network.prefix), nonce: Number(pushed.Message.Nonce) },
    messageLinks(network.public, cid),
  );
  await waitForMessage(context, pushed.CID);
  report.lines("", `Next: \`miner ${proposal.quotaFil === 0n ? "release" : "activate"} ${miner.name}\`.`);
}

async function push(context: TaskContext, message: Parameters<TaskContext["lotus"]["mpoolPushMessage"]>[0]) {
  try {
    return await context.lotus.mpoolPushMessage(message);
  } catch (cause) {
    if (cause instanceof NodeRefusedError && cause.shortMessage.includes("key not found")) {
      throw new RefusedError(
        "The wallet of the node does not hold the owner's key: print the command with --cli instead.",
        { cause },
      );
    }
    throw cause;
  }
}

async function waitForMessage(context: TaskContext, cid: Cid): Promise<void> {
  const pauseMs = context.network.public === undefined ? 500 : 10_000;
  for (let left = 30 * 60_000; left > 0; left -= pauseMs) {
    const found = await context.lotus.stateSearchMsg(cid);
    if (found !== null) {
      const success = found.Receipt.ExitCode === 0n;
      context.report.included({
        epoch: Number(found.Height),
        success,
        gasUsed: found.Receipt.GasUsed.toString(),
        final: false,
      });
      if (!success)
        throw new FatalError(`The proposal was included, but failed with exit code ${found.Receipt.ExitCode}.`);
      return;
    }
    await context.pause(pauseMs);
  }
  throw new TemporaryError(
    `The message ${cid["/"]} was not included within 30 minutes: look for it with \`miner watch\`.`,
  );
}

export default taskAction(propose);
