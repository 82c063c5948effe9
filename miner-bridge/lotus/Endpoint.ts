import {
  createLotusClient,
  createTransport,
  type JsonRpcRequest,
  type LotusClient,
  type NetworkPrefix,
} from "../../lib/index.ts";
import { openStream, type StreamRequest } from "./openStream.ts";

/** Where a node is asked. */
export interface EndpointAddress {
  readonly url: string;
  /** Bearer token, where the node wants one. */
  readonly token?: string | undefined;
}

export interface EndpointLimits {
  /** How long one answer may take, milliseconds; of a streamed one, how long it may be silent. */
  readonly timeoutMs: number;
  /** The longest answer that is read as a whole, bytes. */
  readonly maxResponseBytes: number;
}

/** How an endpoint has been doing. */
export interface EndpointHealth {
  /** Host and port: paths and tokens are secrets. */
  readonly endpoint: string;
  /** Failures since the last answer. */
  readonly failures: number;
  /** Milliseconds since 1970; undefined where nothing was answered yet. */
  readonly lastAnswerAt: number | undefined;
  readonly lastError: string | undefined;
  /** Until then it is asked only when no other one answers; milliseconds since 1970. */
  readonly restsUntil: number;
}

/** The first rest after a failure, and the longest one, milliseconds. Each failure doubles it. */
const FIRST_REST = 1_000;
const LONGEST_REST = 60_000;

/** One node: asked once for each thing, and remembered for how it answered. */
export class Endpoint {
  readonly name: string;
  readonly lotus: LotusClient;
  readonly request: JsonRpcRequest;
  /** Asks for something whose answer is too long to be held. */
  readonly stream: StreamRequest;
  readonly #now: () => number;
  #failures = 0;
  #lastAnswerAt: number | undefined;
  #lastError: string | undefined;
  #restsUntil = 0;

  constructor(address: EndpointAddress, limits: EndpointLimits, prefix: NetworkPrefix, now: () => number) {
    this.name = new URL(address.url).host;
    this.request = createTransport({ ...address, ...limits, retries: 0 });
    this.lotus = createLotusClient(this.request, prefix);
    this.stream = openStream(address, limits.timeoutMs);
    this.#now = now;
  }

  get rests(): boolean {
    return this.#now() < this.#restsUntil;
  }

  answered(): void {
    this.#failures = 0;
    this.#restsUntil = 0;
    this.#lastAnswerAt = this.#now();
  }

  failed(error: Error): void {
    this.#failures += 1;
    this.#lastError = error.message;
    this.#restsUntil = this.#now() + Math.min(LONGEST_REST, FIRST_REST * 2 ** (this.#failures - 1));
  }

  get health(): EndpointHealth {
    return {
      endpoint: this.name,
      failures: this.#failures,
      lastAnswerAt: this.#lastAnswerAt,
      lastError: this.#lastError,
      restsUntil: this.#restsUntil,
    };
  }
}
