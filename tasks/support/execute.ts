import { z } from "zod";

import {
  Address,
  FatalError,
  fromHex,
  type Hex,
  INVOKE_EVM,
  invokeEvmParams,
  type Links,
  messageLinks,
  parseAddress,
  RefusedError,
  TemporaryError,
  transactionLinks,
  UsageError,
} from "../../lib/index.ts";
import { hexText, quantity } from "./answers.ts";
import { contractCommand } from "./commands.ts";
import { safeBatch } from "./safeBatch.ts";
import type { ReceiptReport } from "./Report.ts";
import type { Sender } from "./Sender.ts";
import { type Call, refusal, requireTarget, simulate } from "./simulate.ts";
import type { SendingArguments, TaskContext } from "./TaskContext.ts";

/** One transaction of a plan. */
export interface Step extends Call {
  /** What it does, in a few words. */
  readonly title: string;
  /** For a creation: where the contract must come to lie. */
  readonly creates?: Hex;
  /** Whether it works without the steps before it: then it is simulated before anything is sent. */
  readonly standsAlone?: boolean;
  /** Looks at what the step would return, before it is sent. @throws {RefusedError} when that will not do. */
  readonly accepts?: (returned: Hex) => void;
}

/** An event that a contract emitted. */
export interface Log {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** What a run came to: a plan, a printed command, or receipts' events. */
export type Outcome = { readonly sent: false } | { readonly sent: true; readonly logs: readonly Log[] };

/** How long an inclusion is waited for: blocks can be full for a while. */
const PATIENCE_MS = 30 * 60_000;

const receiptSchema = z.object({
  status: quantity,
  blockNumber: quantity,
  gasUsed: quantity,
  contractAddress: hexText.nullish(),
  logs: z.array(z.object({ address: hexText, topics: z.array(hexText), data: hexText })),
});
type EthReceipt = z.output<typeof receiptSchema>;

/**
 * Carries a plan out, as far as the user asked: refuses when a check failed, simulates, then prints the command, stops
 * at the plan, or sends each step once the one before is included, and follows the last one until it is final.
 */
export async function execute(
  context: TaskContext,
  args: SendingArguments,
  steps: readonly [Step, ...Step[]],
  sender: Sender | undefined,
): Promise<Outcome> {
  const { report } = context;
  const failed = report.checks.find((check) => check.result === "fail");
  if (failed !== undefined) throw new RefusedError(failed.text);
  // Later steps may build on earlier ones: those are simulated when it is their turn.
  const early = steps.filter((step, index) => index === 0 || step.standsAlone === true);
  for (const step of early) await simulateStep(context, step, sender);
  if (args.output === "lotus" && sender !== undefined) {
    if (args.reallyDoIt)
      throw new UsageError("--output lotus prints the command: run it yourself, without --really-do-it.");
    for (const step of steps) report.command(await contractCommand(context, step, sender.address));
    return { sent: false };
  }
  if (args.output === "safe" && sender !== undefined) {
    if (args.reallyDoIt)
      throw new UsageError("--output safe prints the batch: load it into your Safe, without --really-do-it.");
    report.command(await safeBatch(context, steps, sender.address));
    return { sent: false };
  }
  if (!args.reallyDoIt) {
    report.lines("", "Nothing was sent. Add --really-do-it to send.");
    return { sent: false };
  }
  if (sender === undefined) {
    throw new UsageError("No key to sign with: set PRIVATE_KEY, or name an address of the node's wallet with --from.");
  }
  const logs: Log[] = [];
  let last: ReceiptReport | undefined;
  for (const step of steps) {
    if (!early.includes(step)) await simulateStep(context, step, sender);
    const receipt = await sendStep(context, step, sender);
    logs.push(...receipt.logs);
    last = receipt.reported;
  }
  if (last !== undefined) await waitUntilFinal(context, last);
  return { sent: true, logs };
}

/** Tells what a plan of several transactions does, one after the other. */
export function reportSteps({ report }: TaskContext, steps: readonly Step[]): void {
  if (steps.length < 2) return;
  const titles = steps.map(({ title }) => title);
  const rows = titles.map((title, index) => [`${index + 1}.`, title]);
  report.table("steps", "Transactions, one after the other", ["", ""], rows, titles);
}

async function simulateStep(context: TaskContext, step: Step, sender: Sender | undefined): Promise<void> {
  const returned = await simulate(context, step, sender);
  if (returned !== undefined) step.accepts?.(returned);
  context.report.check(
    "simulation",
    returned === undefined ? "warn" : "pass",
    returned === undefined
      ? `${step.title}: this node cannot simulate for such a sender`
      : `${step.title}: simulated, works`,
  );
}

async function sendStep(
  context: TaskContext,
  step: Step,
  sender: Sender,
): Promise<{ readonly logs: readonly Log[]; readonly reported: ReceiptReport }> {
  const receipt =
    sender.way === "ethereum"
      ? await sendEthereum(context, step, sender.address)
      : await sendNative(context, step, sender.address);
  const reported: ReceiptReport = {
    epoch: Number(receipt.blockNumber),
    success: receipt.status === 1n,
    gasUsed: receipt.gasUsed.toString(),
    final: false,
  };
  context.report.included(reported);
  if (!reported.success) throw await failure(context, step, sender);
  const created = receipt.contractAddress ?? undefined;
  if (step.creates !== undefined && created?.toLowerCase() !== step.creates.toLowerCase()) {
    throw new FatalError(
      `${step.title}: the contract lies at ${created ?? "no address"} instead of ${step.creates}, which the others were told. ` +
        "Another transaction of this key came in between: begin again, with nothing else sending from it.",
    );
  }
  return { logs: receipt.logs, reported };
}

/** Receipts carry no reason: what the same call answers now is the best that can be said. */
async function failure(context: TaskContext, step: Step, sender: Sender): Promise<FatalError> {
  const context_ = `${step.title} was included, but failed`;
  try {
    await simulate(context, step, sender);
  } catch (cause) {
    if (cause instanceof RefusedError) return new FatalError(`${context_}: ${cause.shortMessage}`, { cause });
  }
  return new FatalError(`${context_}; it would work now, so the state has changed in between: try again.`);
}

async function sendEthereum(context: TaskContext, step: Step, address: Address): Promise<EthReceipt> {
  const from = address.toEvm();
  if (from === undefined) throw new UsageError(`${address.toString()} cannot sign Ethereum transactions.`);
  const nonce = await nonceOf(context, from, "pending");
  let hash: Hex;
  try {
    hash = await context.sendTransaction({ from, to: step.to, data: step.data, value: step.value ?? 0n, nonce });
  } catch (error) {
    throw sendingFailed(context, error);
  }
  context.report.sent({ step: step.title, hash, from, nonce }, transactionLinks(context.network.public, hash));
  return waitForReceipt(context, () => receiptOf(context, hash), {
    replaced: async () => (await nonceOf(context, from, "latest")) > nonce,
    what: `transaction ${hash} (nonce ${nonce})`,
  });
}

async function sendNative(context: TaskContext, step: Step, from: Address): Promise<EthReceipt> {
  const message = await context.lotus.mpoolPushMessage({
    from,
    to: parseAddress(requireTarget(step)),
    value: step.value ?? 0n,
    method: INVOKE_EVM,
    params: invokeEvmParams(fromHex(step.data)),
  });
  const cid = message.CID["/"];
  const links: Links = messageLinks(context.network.public, cid);
  const sender = from.toString(context.network.prefix);
  context.report.sent({ step: step.title, hash: cid, from: sender, nonce: Number(message.Message.Nonce) }, links);
  const lookup = async (): Promise<EthReceipt | null> => {
    const found = await context.lotus.stateSearchMsg(message.CID);
    if (found === null) return null;
    const hash = await context.lotus.ethGetTransactionHashByCid(found.Message);
    return hash === null ? null : receiptOf(context, hash);
  };
  return waitForReceipt(context, lookup, { replaced: () => Promise.resolve(false), what: `message ${cid}` });
}

async function receiptOf(context: TaskContext, hash: Hex): Promise<EthReceipt | null> {
  return receiptSchema.nullable().parse(await context.eth("eth_getTransactionReceipt", [hash]));
}

async function waitForReceipt(
  context: TaskContext,
  lookup: () => Promise<EthReceipt | null>,
  { replaced, what }: { replaced: () => Promise<boolean>; what: string },
): Promise<EthReceipt> {
  const pauseMs = pollMs(context);
  for (let waited = 0; waited <= PATIENCE_MS; waited += pauseMs) {
    const receipt = await lookup();
    if (receipt !== null) return receipt;
    if (await replaced()) {
      // The nonce is used: either by this transaction, whose receipt must then be there, or by its replacement.
      await context.pause(pauseMs);
      const late = await lookup();
      if (late !== null) return late;
      throw new RefusedError(
        `The ${what} was replaced by another one with the same nonce: look at the wallet that sent it.`,
      );
    }
    await context.pause(pauseMs);
  }
  throw new TemporaryError(`The ${what} was not included within 30 minutes: raise its fee in the wallet, or wait.`);
}

/** Public networks are waited for; a local one may never finalize, so it is asked once. */
async function waitUntilFinal(context: TaskContext, receipt: ReceiptReport): Promise<void> {
  const pauseMs = pollMs(context);
  for (let waited = 0; waited <= PATIENCE_MS; waited += pauseMs) {
    if ((await finalEpoch(context)) >= receipt.epoch) {
      context.report.included({ ...receipt, final: true });
      return;
    }
    if (context.network.public === undefined) return;
    await context.pause(pauseMs);
  }
}

async function finalEpoch(context: TaskContext): Promise<number> {
  try {
    return Number((await context.lotus.chainGetFinalizedTipSet()).Height);
  } catch (error) {
    if (error instanceof RefusedError) return -1; // a young network has no final tipset yet
    throw error;
  }
}

export async function nonceOf(context: TaskContext, account: Hex, block: "latest" | "pending"): Promise<number> {
  return Number(quantity.parse(await context.eth("eth_getTransactionCount", [account, block])));
}

function pollMs(context: TaskContext): number {
  return context.network.public === undefined ? 500 : 10_000;
}

/** A node refuses a transaction before it takes it: the gas estimate reverts, or the money does not suffice. */
function sendingFailed(context: TaskContext, error: unknown): unknown {
  const parsed = z.object({ message: z.string(), data: z.unknown() }).safeParse(error);
  if (!(error instanceof Error) || !parsed.success) return error;
  const data = z.string().regex(/^0x/).safeParse(parsed.data.data);
  if (data.success) return refusal(context, data.data as Hex, error);
  if (/insufficient funds|not enough funds/i.test(error.message)) {
    return new RefusedError("The sender has not enough FIL for the gas: send it some.", {
      details: error.message,
      cause: error,
    });
  }
  return error;
}
