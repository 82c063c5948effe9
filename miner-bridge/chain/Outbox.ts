import { Interface } from "ethers";

import { type Hex, NodeRefusedError, explainRevert, formatFil, powerOracleAbi, revertData } from "../../lib/index.ts";
import type { Config } from "../config/index.ts";
import { type Log, type Metrics, filOf } from "../ops/index.ts";
import type { Attempt, Call, Intent, Journal } from "../state/index.ts";
import type { Account } from "./Account.ts";
import type { EthNode, EthReceipt } from "./EthNode.ts";
import { type Fees, presentFees, replacementFees } from "./Fees.ts";
import type { Targets } from "./Targets.ts";

export interface OutboxOptions {
  readonly eth: EthNode;
  readonly journal: Journal;
  readonly targets: Targets;
  /** Without one nothing is sent. */
  readonly account: Account | undefined;
  readonly settings: Pick<
    Config,
    "chainId" | "powerOracle" | "confirmations" | "stuckAfterEpochs" | "maxFeePerGas" | "maxOpenTransactions"
  >;
  readonly log: Log;
  readonly metrics: Metrics["transactions"];
}

/**
 * What became of a wish to send. `sent`: on its way. `waiting`: was sent before and is not settled. `done`: did what it
 * should, long ago enough. `dry`: no key is set. `refused`: the contract would refuse it, `reason` says why. `full`: too
 * many wait. `expensive`: gas costs more than the limit. `unfunded`: the account cannot pay the gas. `givenUp`: failed on
 * chain too often.
 */
export interface Sent {
  readonly outcome: "sent" | "waiting" | "done" | "dry" | "refused" | "full" | "expensive" | "unfunded" | "givenUp";
  readonly reason?: string;
}

/** How many transactions came to what, in one look at those that are open. */
export interface Reconciled {
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly lost: number;
  readonly open: number;
}

/** A transaction that did nothing but cost gas: a question to the oracle. */
const FILLER = new Interface(powerOracleAbi).encodeFunctionData("currentFrame") as Hex;

/** After so many failures on chain a purpose is given up. */
const MAX_FAILURES = 3;

/** Each failure on chain adds so much gas: the usual reason is that there was too little. */
const MORE_GAS_PERCENT = 50n;

/**
 * Sends calls of contracts, each purpose once. What is sent is signed and written to the journal first, so that after a
 * kill the very same bytes are sent again: they have the same nonce and hash, and cannot be included twice. A transaction
 * that is not included in time is replaced with the same nonce and a higher fee, one that would be refused by now by one
 * that does nothing.
 */
export class Outbox {
  readonly #o: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#o = options;
  }

  /** Without a key the bridge only says what it would do. */
  get isDry(): boolean {
    return this.#o.account === undefined;
  }

  get address(): Hex | undefined {
    return this.#o.account?.address;
  }

  /** Whether a transaction to a contract is under way, or included too lately to count as done. */
  awaits(to: Hex): boolean {
    const { account, journal } = this.#o;
    if (account === undefined) return false;
    return journal.open(account.address).some(({ call }) => call.to.toLowerCase() === to.toLowerCase());
  }

  /** Purposes that begin so and failed on chain, each as often as it did. */
  failed(beginning: string): readonly string[] {
    const { account, journal } = this.#o;
    return account === undefined ? [] : journal.failed(account.address, beginning);
  }

  /** Looks what became of everything that is open; sends again, replaces and fills gaps. Measures what is left for gas. */
  async reconcile(): Promise<Reconciled> {
    const counts = { done: 0, failed: 0, cancelled: 0, lost: 0, open: 0 };
    const { account, eth, journal, metrics, settings } = this.#o;
    if (account === undefined) return counts;
    await this.#balanceOf(account);
    const open = journal.open(account.address);
    if (open.length > 0) {
      const now = await eth.blockNumber();
      const deep = now > settings.confirmations ? now - settings.confirmations : 0n;
      const [next, settled] = await Promise.all([
        eth.nonce(account.address, "latest"),
        eth.nonce(account.address, deep),
      ]);
      for (const intent of open) counts[await this.#settle(account, intent, { now, next, settled })] += 1;
      await this.#fillGap(account, open, next, now);
    }
    metrics.pending.set(counts.open);
    return counts;
  }

  /**
   * Sends a call, if it was not sent for this purpose before and the contract does not refuse it.
   *
   * @throws {ForbiddenTargetError} when the contract is not one of the settings.
   */
  async send(purpose: string, call: Call): Promise<Sent> {
    const { account, eth, journal, log, metrics, settings, targets } = this.#o;
    targets.check(call.to);
    const before = account === undefined ? undefined : journal.last(account.address, purpose);
    if (before?.status === "open") return { outcome: "waiting" };
    if (before?.status === "done") return { outcome: "done" };
    const reason = await this.#refusalOf(call);
    if (reason !== undefined) return { outcome: "refused", reason };
    if (account === undefined) {
      log.info({ event: "transaction.dry", purpose, to: call.to }, `would send ${purpose}: no key is set`);
      return { outcome: "dry" };
    }
    const open = journal.open(account.address);
    if (open.length >= settings.maxOpenTransactions) return { outcome: "full" };
    const failures = journal.failures(account.address, purpose);
    if (failures >= MAX_FAILURES) return { outcome: "givenUp", reason: `failed ${failures} times on chain` };
    const fees = await presentFees(eth, settings.maxFeePerGas);
    if (fees === undefined) return { outcome: "expensive", reason: "gas costs more than maxFeePerGas" };
    const gasLimit = await this.#gasLimit(account, call, failures);
    const balance = await this.#balanceOf(account);
    const reserved = open.reduce((sum, { attempts }) => sum + costOf(attempts.at(-1)), 0n);
    if (balance < reserved + gasLimit * fees.maxFee) {
      const needed = formatFil(reserved + gasLimit * fees.maxFee);
      return { outcome: "unfunded", reason: `${account.address} has ${formatFil(balance)}, gas may take ${needed}` };
    }
    const pending = await eth.nonce(account.address, "pending");
    const nonce = open.reduce((highest, intent) => (intent.nonce >= highest ? intent.nonce + 1n : highest), pending);
    const epoch = await eth.blockNumber();
    const attempt = await this.#sign(account, call, { nonce, gasLimit, fees, epoch, fills: false });
    journal.begin(account.address, purpose, call, nonce, attempt);
    await this.#broadcast(attempt, purpose);
    metrics.sent.inc({ deed: deedOf(purpose) });
    log.info({ event: "transaction.sent", purpose, hash: attempt.hash, nonce }, `sent ${purpose}`);
    return { outcome: "sent" };
  }

  /** attoFIL. */
  async #balanceOf({ address }: Account): Promise<bigint> {
    const balance = await this.#o.eth.balance(address);
    this.#o.metrics.walletBalance.set({ address }, filOf(balance));
    return balance;
  }

  async #settle(
    account: Account,
    intent: Intent,
    { now, next, settled }: { now: bigint; next: bigint; settled: bigint },
  ): Promise<keyof Reconciled> {
    const { eth, journal, log, metrics, settings } = this.#o;
    const { purpose, nonce } = intent;
    for (const attempt of intent.attempts) {
      const receipt = await eth.receipt(attempt.hash);
      if (receipt === null) continue;
      if (receipt.blockNumber + settings.confirmations > now) return "open";
      return this.#end(intent, attempt, receipt);
    }
    if (settled > nonce) {
      journal.end(intent.id, "lost");
      metrics.failed.inc({ deed: deedOf(purpose) });
      log.error(
        { event: "transaction.lost", purpose, nonce },
        `another transaction of ${account.address} took the nonce of ${purpose}: give each bridge a key of its own`,
      );
      return "lost";
    }
    const newest = intent.attempts.at(-1);
    if (newest === undefined || next > nonce) return "open"; // included, but not long enough ago to say how
    if (next === nonce && now >= newest.epoch + settings.stuckAfterEpochs) {
      await this.#replace(account, intent, newest, now);
    } else if ((await eth.transaction(newest.hash)) === null) {
      await this.#broadcast(newest, purpose);
    }
    return "open";
  }

  #end(intent: Intent, attempt: Attempt, receipt: EthReceipt): keyof Reconciled {
    const { journal, log, metrics } = this.#o;
    const { purpose } = intent;
    const outcome = attempt.fills ? "cancelled" : receipt.status === 1n ? "done" : "failed";
    journal.end(intent.id, outcome);
    metrics.gasSpent.inc({ deed: deedOf(purpose) }, filOf(receipt.gasUsed * receipt.effectiveGasPrice));
    (outcome === "done" ? metrics.confirmed : metrics.failed).inc({ deed: deedOf(purpose) });
    const fields = { event: `transaction.${outcome}`, purpose, hash: attempt.hash, epoch: receipt.blockNumber };
    if (outcome === "failed") {
      const outOfGas = receipt.gasUsed >= attempt.gasLimit;
      log.error({ ...fields, outOfGas }, `${purpose} failed on chain${outOfGas ? ": it ran out of gas" : ""}`);
    } else log.info(fields, `${purpose} is ${outcome}`);
    return outcome;
  }

  async #replace(account: Account, intent: Intent, newest: Attempt, now: bigint): Promise<void> {
    const { eth, journal, log, metrics, settings } = this.#o;
    const { purpose, nonce } = intent;
    const present = await presentFees(eth, settings.maxFeePerGas);
    const fees = present === undefined ? undefined : replacementFees(newest, present, settings.maxFeePerGas);
    if (fees === undefined) {
      log.warn(
        { event: "transaction.stuck", purpose, nonce },
        `${purpose} waits: a higher fee would exceed maxFeePerGas`,
      );
      await this.#broadcast(newest, purpose);
      return;
    }
    const reason = await this.#refusalOf(intent.call);
    const fills = reason !== undefined;
    const call = fills ? this.#filler() : intent.call;
    const gasLimit = await this.#gasLimit(account, call, 0);
    const attempt = await this.#sign(account, call, { nonce, gasLimit, fees, epoch: now, fills });
    journal.addAttempt(intent.id, attempt);
    await this.#broadcast(attempt, purpose);
    metrics.replaced.inc({ deed: deedOf(purpose) });
    const text = fills
      ? `cancels ${purpose}, which would be refused by now`
      : `sent ${purpose} again with a higher fee`;
    log.warn({ event: "transaction.replaced", purpose, hash: attempt.hash, nonce, reason }, text);
  }

  /** Nonces that nobody's transaction uses hold up all later ones, silently. */
  async #fillGap(account: Account, open: readonly Intent[], next: bigint, now: bigint): Promise<void> {
    const { eth, journal, log, settings } = this.#o;
    const first = open[0];
    const since = first?.attempts.at(-1)?.epoch;
    if (first === undefined || since === undefined || first.nonce <= next) return;
    if (now < since + settings.stuckAfterEpochs || (await eth.nonce(account.address, "pending")) > next) return;
    const fees = await presentFees(eth, settings.maxFeePerGas);
    if (fees === undefined) return;
    const call = this.#filler();
    const gasLimit = await this.#gasLimit(account, call, 0);
    const attempt = await this.#sign(account, call, { nonce: next, gasLimit, fees, epoch: now, fills: true });
    journal.begin(account.address, `gap:${next}`, call, next, attempt);
    await this.#broadcast(attempt, `gap:${next}`);
    log.warn({ event: "transaction.gap", nonce: next }, `no transaction uses nonce ${next}: filled the gap`);
  }

  /** The node may know the transaction already, or find it unfit now: the next look decides. */
  async #broadcast({ raw, hash }: Attempt, purpose: string): Promise<void> {
    try {
      await this.#o.eth.sendRaw(raw);
    } catch (error) {
      if (!(error instanceof NodeRefusedError)) throw error;
      const reason = error.shortMessage;
      this.#o.log.warn({ event: "transaction.notTaken", purpose, hash, reason }, `the node did not take ${purpose}`);
    }
  }

  async #sign(
    account: Account,
    call: Call,
    {
      nonce,
      gasLimit,
      fees,
      epoch,
      fills,
    }: Pick<Attempt, "gasLimit" | "epoch" | "fills"> & { nonce: bigint; fees: Fees },
  ): Promise<Attempt> {
    const chainId = BigInt(this.#o.settings.chainId);
    const signed = await account.sign({ ...call, nonce, chainId, gasLimit, ...fees });
    return { ...signed, fills, gasLimit, ...fees, epoch };
  }

  #filler(): Call {
    return { to: this.#o.settings.powerOracle, data: FILLER };
  }

  async #gasLimit(account: Account, call: Call, failures: number): Promise<bigint> {
    const estimate = await this.#o.eth.estimateGas({ from: account.address, ...call });
    return (estimate * (100n + MORE_GAS_PERCENT * BigInt(failures))) / 100n;
  }

  /** Why the contract would refuse a call; undefined when it would not. */
  async #refusalOf(call: Call): Promise<string | undefined> {
    try {
      await this.#o.eth.call({ from: this.address, ...call });
      return undefined;
    } catch (error) {
      if (!(error instanceof NodeRefusedError)) throw error;
      const data = revertData(error.data);
      return (data === undefined ? undefined : explainRevert(data, { prefix: "f" })?.sentence) ?? error.shortMessage;
    }
  }
}

/** `submit` of `submit:412:0xab…`. */
function deedOf(purpose: string): string {
  return purpose.split(":", 1)[0] ?? purpose;
}

function costOf(attempt: Attempt | undefined): bigint {
  return attempt === undefined ? 0n : attempt.gasLimit * attempt.maxFee;
}
