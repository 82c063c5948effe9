import { existsSync } from "node:fs";

import { readDeployment, writeDeployment } from "../lib/deployments.ts";
import { actorKind, type Hex, RefusedError, UsageError } from "../lib/index.ts";
import { planDeployment } from "../lib/protocol/planDeployment.ts";
import { creation, deployer, reportContracts } from "./support/creation.ts";
import { execute, nonceOf } from "./support/execute.ts";
import { KIND_TEXT, readParty } from "./support/miner.ts";
import { taskAction } from "./support/runTask.ts";
import { evmFormOf } from "./support/Sender.ts";
import type { CommonArguments, SendingArguments, TaskContext } from "./support/TaskContext.ts";

export interface DeployArguments extends CommonArguments {
  readonly governance: string;
  readonly guardian: string;
  readonly members: string;
  readonly quorum: string;
  readonly reallyDoIt: boolean;
  readonly from: string | undefined;
}

const MAX_MEMBERS = 32;
/** These ask a contract that is deployed before them while they are constructed. */
const NEEDS_OTHERS: ReadonlySet<string> = new Set(["MinerRegistry", "PowerNFT", "JointMiningPool"]);

/** Deploys the contracts, and writes down where they are. The deployer holds no role afterwards. */
export async function deploy(context: TaskContext, args: DeployArguments): Promise<void> {
  const { report, network } = context;
  report.title(`Deploy the contracts on ${network.name}, chain ${network.chainId}`);
  const sending: SendingArguments = { ...args, output: "send" };
  const { sender, from } = await deployer(context, sending);
  const holders = {
    governance: await readRole(context, "governance", args.governance, from),
    guardian: await readRole(context, "guardian", args.guardian, from),
  };
  const members = await readMembers(context, args.members);
  const quorum = readQuorum(args.quorum, members.length);
  report.fact("members", "attestors", members.join(", "), members);
  report.fact("quorum", "quorum", `${quorum} of ${members.length} must agree on a report`, quorum);
  report.fact("file", "addresses go to", context.deploymentPath);

  const firstNonce = await nonceOf(context, from, "pending");
  const { contracts, addresses } = planDeployment(
    from,
    firstNonce,
    holders,
    { members, quorum },
    network.public?.wrappedFil,
  );
  reportContracts(context, contracts);
  await checkFile(context);
  const steps = await Promise.all(
    contracts.map((contract) => creation(context, contract, !NEEDS_OTHERS.has(contract.name))),
  );
  const [first, ...others] = steps;
  if (first === undefined) throw new TypeError("A deployment without contracts");
  const outcome = await execute(context, sending, [first, ...others], sender);
  if (!outcome.sent) return;
  await writeDeployment(context.deploymentPath, {
    chainId: Number(network.chainId),
    ...addresses,
    libraries: { ...addresses.libraries },
  });
  report.check("written", "pass", `The addresses are in ${context.deploymentPath}: keep it, every task reads it.`);
}

/** An address as contracts see it; who it is goes into the plan. */
async function readRole(
  context: TaskContext,
  role: "governance" | "guardian",
  text: string,
  deployedBy: Hex,
): Promise<Hex> {
  if (text === "") throw new UsageError(`Say who holds the role: --${role} with any address.`);
  const address = context.parseAddress(text);
  const party = await readParty(context, address);
  const evm = await evmFormOf(context, address);
  context.report.fact(role, role, `${party.text}, ${KIND_TEXT[party.kind]}`, evm);
  if (party.kind === "storageminer") {
    throw new RefusedError(
      `${text} is a miner, which sends nothing by itself: name a multisig or an account for --${role}.`,
    );
  }
  if (role === "governance" && party.kind !== "multisig" && party.kind !== "evm") {
    context.report.check(
      role,
      "warn",
      `Governance is one key: on a public network name a multisig, native or a Safe.${evm.toLowerCase() === deployedBy.toLowerCase() ? " It is the deployer's own." : ""}`,
    );
  }
  return evm;
}

async function readMembers(context: TaskContext, text: string): Promise<Hex[]> {
  if (text === "")
    throw new UsageError("Say who attests weights: --members with one or more addresses, like f1...,0x...");
  const members: Hex[] = [];
  for (const part of text.split(",")) {
    const address = context.parseAddress(part.trim());
    const evm = await evmFormOf(context, address);
    if ((await actorKind(context.lotus, address)) === "storageminer") {
      throw new RefusedError(`${part.trim()} is a miner, which sends nothing by itself: name accounts for --members.`);
    }
    if (members.some((other) => other.toLowerCase() === evm.toLowerCase())) {
      throw new UsageError(`${part.trim()} is named twice among --members: name every member once.`);
    }
    members.push(evm);
  }
  if (members.length > MAX_MEMBERS) {
    throw new UsageError(`${members.length} members are too many: name at most ${MAX_MEMBERS}.`);
  }
  return members;
}

function readQuorum(text: string, members: number): number {
  const least = Math.floor(members / 2) + 1;
  const quorum = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(quorum >= least && quorum <= members)) {
    throw new UsageError(
      `--quorum ${text === "" ? "is missing" : `${text} does not fit`}: of ${members} members, ${least} to ${members} must agree.`,
    );
  }
  return quorum;
}

/** A file of a public network is never written over: what it names holds people's money. */
async function checkFile({ report, network, deploymentPath: path }: TaskContext): Promise<void> {
  if (!existsSync(path)) return;
  if (network.public === undefined) {
    report.check("file", "warn", `${path} names an earlier deployment: it is written over.`);
    return;
  }
  const { powerNFT } = await readDeployment(path, network.chainId);
  report.check(
    "file",
    "fail",
    `${path} names a deployment already (PowerNFT ${powerNFT}): name another file with --deployments to deploy again.`,
  );
}

export default taskAction(deploy);
