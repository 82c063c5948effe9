import pRetry from "p-retry";

import {
  BadAnswerError,
  ExplainedError,
  isSentOnce,
  type JsonRpcRequest,
  type LotusClient,
  MethodUnavailableError,
  type NetworkPrefix,
  NodeRefusedError,
  NotAuthorizedError,
  TemporaryError,
  UsageError,
} from "../../lib/index.ts";
import type { Metrics } from "../ops/createMetrics.ts";
import type { Log } from "../ops/types.ts";
import { Endpoint, type EndpointAddress, type EndpointHealth } from "./Endpoint.ts";
import { EndpointsDisagreeError, type Testimony } from "./errors.ts";

export interface EndpointPoolOptions {
  /** The first is asked first; the others when it does not answer. */
  readonly endpoints: readonly EndpointAddress[];
  readonly log: Log;
  readonly metrics?: Pick<Metrics["chain"], "endpointRequests" | "endpointErrors" | "disagreements"> | undefined;
  readonly prefix?: NetworkPrefix | undefined;
  /** How long one answer may take, milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The longest answer that is read as a whole, bytes. */
  readonly maxResponseBytes?: number | undefined;
  /** Further rounds over all endpoints after one in which none answered. */
  readonly retries?: number | undefined;
  /** The least pause between rounds, milliseconds; each is twice as long as the last, and up to twice that by chance. */
  readonly pauseMs?: number | undefined;
  /** Ends the waiting between rounds: from then on each question is asked once more at most, and answered as ever. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

const TIMEOUT = 30_000;
const MAX_RESPONSE = 64 * 2 ** 20;
const RETRIES = 4;
const PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A bearer token (RFC 6750). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** A contract reverted: the same everywhere. */
const REVERTED = 3;

/**
 * Several nodes of one network as one. A question goes to the first that is well; where that one fails, refuses or
 * lacks the method, the next is asked at once; where none answers, all are asked again after a pause. What takes effect
 * when it arrives is sent once, to one.
 */
export class EndpointPool {
  readonly endpoints: readonly Endpoint[];
  /** Lotus' methods, by whichever endpoint answers. */
  readonly lotus: LotusClient;
  /** Any method, `eth_*` included, by whichever endpoint answers. */
  readonly request: JsonRpcRequest;
  readonly #options: EndpointPoolOptions;

  /** @throws {UsageError} without endpoints, or for a URL or a token that is none. */
  constructor(options: EndpointPoolOptions) {
    const { endpoints, timeoutMs = TIMEOUT, maxResponseBytes = MAX_RESPONSE, prefix = "f", now = Date.now } = options;
    if (endpoints.length === 0) throw new UsageError("No Lotus endpoint is configured: name at least one.");
    if (endpoints.some(({ url }) => !URL.canParse(url))) {
      throw new UsageError("The URL of a Lotus endpoint cannot be read: it looks like http://127.0.0.1:1234/rpc/v1.");
    }
    if (endpoints.some(({ token }) => token !== undefined && !TOKEN.test(token))) {
      throw new UsageError("The token of a Lotus endpoint is none: it is one line of letters, digits and -._~+/=.");
    }
    this.#options = options;
    this.endpoints = endpoints.map((address) => new Endpoint(address, { timeoutMs, maxResponseBytes }, prefix, now));
    this.request = (method, params) =>
      this.first((endpoint) => endpoint.request(method, params), { once: isSentOnce(method) });
    this.lotus = new Proxy({} as LotusClient, {
      get: (_, name) => {
        const method = name as keyof LotusClient;
        return (...params: never[]) =>
          this.first((endpoint) => (endpoint.lotus[method] as (...of: never[]) => Promise<unknown>)(...params), {
            once: method === "mpoolPushMessage",
          });
      },
    });
  }

  get health(): readonly EndpointHealth[] {
    return this.endpoints.map(({ health }) => health);
  }

  /**
   * The first good answer.
   *
   * @param ask Throws an `ExplainedError` where the answer is no good: then another endpoint is asked.
   * @throws {ExplainedError} a refusal where one refused; else what may pass; else what will not.
   */
  async first<T>(ask: (endpoint: Endpoint) => Promise<T>, { once = false } = {}): Promise<T> {
    if (once) return this.#try(this.#inOrder()[0] as Endpoint, ask);
    return this.#patiently(() => this.#round(ask));
  }

  /**
   * Asks every endpoint, and answers only what all that answer say.
   *
   * @param question What is asked, for who reads the error.
   * @throws {EndpointsDisagreeError} where two answers differ.
   * @throws {ExplainedError} where none answers.
   */
  async agreed<T>(question: string, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const outcomes = await Promise.allSettled(
      this.endpoints.map((endpoint) => this.#patiently(() => this.#try(endpoint, ask))),
    );
    const answers: { value: T; testimony: Testimony }[] = [];
    const errors: Error[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const endpoint = (this.endpoints[index] as Endpoint).name;
      if (outcome.status === "fulfilled") {
        answers.push({ value: outcome.value, testimony: { endpoint, answer: asText(outcome.value) } });
      } else {
        const error = outcome.reason as Error;
        errors.push(error);
        if (this.endpoints.length > 1) {
          this.#options.log.warn({ event: "endpoint.silent", endpoint, question, error: error.message });
        }
      }
    }
    const [first] = answers;
    if (first === undefined) throw mostTelling(errors);
    const testimonies = answers.map(({ testimony }) => testimony);
    if (testimonies.some(({ answer }) => answer !== first.testimony.answer)) {
      // which of them is wrong nobody knows yet
      for (const { endpoint } of testimonies) this.#options.metrics?.disagreements.inc({ endpoint });
      throw new EndpointsDisagreeError(question, testimonies);
    }
    return first.value;
  }

  async #round<T>(ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const errors: Error[] = [];
    for (const endpoint of this.#inOrder()) {
      try {
        return await this.#try(endpoint, ask);
      } catch (error) {
        if (!(error instanceof ExplainedError)) throw error;
        if (isRevert(error)) throw error;
        errors.push(error);
      }
    }
    throw mostTelling(errors);
  }

  async #try<T>(endpoint: Endpoint, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    this.#options.metrics?.endpointRequests.inc({ endpoint: endpoint.name });
    try {
      const answer = await ask(endpoint);
      endpoint.answered();
      return answer;
    } catch (error) {
      const kind = kindOf(error);
      if (kind !== undefined) this.#options.metrics?.endpointErrors.inc({ endpoint: endpoint.name, kind });
      if (error instanceof NodeRefusedError || error instanceof MethodUnavailableError) {
        endpoint.answered();
      } else if (error instanceof ExplainedError) {
        endpoint.failed(error);
        this.#options.log.warn({ event: "endpoint.failed", endpoint: endpoint.name, error: error.message });
      }
      throw error;
    }
  }

  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    const { retries = RETRIES, pauseMs = PAUSE, signal } = this.#options;
    const isStopped = (): boolean => signal?.aborted ?? false;
    if (isStopped()) return ask();
    let last: Promise<T> | undefined;
    const attempt = (): Promise<T> => (last = ask());
    try {
      return await pRetry(attempt, {
        retries,
        minTimeout: pauseMs,
        maxTimeout: LONGEST_PAUSE,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => error instanceof TemporaryError,
      });
    } catch (error) {
      // told to stop: the round that runs still needs its answers
      if (isStopped() && last !== undefined) return last;
      throw error;
    }
  }

  /** Those that rest come last: they are still better than nobody. */
  #inOrder(): Endpoint[] {
    return [...this.endpoints].sort((a, b) => Number(a.rests) - Number(b.rests));
  }
}

function isRevert(error: unknown): boolean {
  return error instanceof NodeRefusedError && error.code === REVERTED;
}

/** How the metrics name a failure; undefined for what is no failure of the endpoint. */
function kindOf(error: unknown): string | undefined {
  if (error instanceof NodeRefusedError) return isRevert(error) ? undefined : "refused";
  if (error instanceof MethodUnavailableError) return "missing";
  if (error instanceof NotAuthorizedError) return "unauthorized";
  if (error instanceof BadAnswerError) return "nonsense";
  return error instanceof TemporaryError ? "unreachable" : undefined;
}

/** A refusal is an answer; what may pass is worth another round; a missing method tells least. */
function mostTelling(errors: readonly Error[]): Error {
  const found =
    errors.find((error) => error instanceof NodeRefusedError) ??
    errors.find((error) => error instanceof TemporaryError) ??
    errors.find((error) => !(error instanceof MethodUnavailableError)) ??
    errors[0];
  return found ?? new UsageError("No Lotus endpoint is configured: name at least one.");
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}
