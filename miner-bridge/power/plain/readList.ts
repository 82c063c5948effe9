import { BadAnswerError, NodeUnreachableError, readAnswer } from "../../../lib/index.ts";
import type { StreamEnd } from "../../lotus/index.ts";

/** Asks for a list, and hands the answer's bytes on as they come. */
export type ListSource = (take: (piece: Uint8Array) => void) => Promise<StreamEnd>;

/** What is done with a list while it comes. */
export interface ListTaker {
  readonly method: string;
  /** Takes what JSON has of one item. */
  readonly take: (item: unknown) => void;
  /**
   * Takes as many items as it can straight from the bytes, which begin with one and of which so many are known: returns
   * how many bytes it took, commas included.
   */
  readonly takeBytes?: (bytes: Uint8Array, length: number) => number;
}

/** Where items begin, and within how many bytes: nothing that is nested comes before them. */
const HEAD = /^\s*\{[^[{]*"result"\s*:\s*\[\s*/;
const MAX_HEAD = 2 ** 10;
/** The longest answer without items, and the longest item, bytes. */
const MAX_HELD = 2 ** 20;
const FIRST_ROOM = 2 ** 17;
const BORDER = "},{";
const OK = 200;

/**
 * Reads an answer that is a list of objects while it comes, so that memory does not grow with its length: what has come
 * is cut at a border of objects, and parsed. What looks like a border inside a text makes it unreadable, never wrong.
 *
 * @throws {NodeUnreachableError} when the answer ends too early.
 * @throws {BadAnswerError} when it is no list of objects.
 * @throws {ExplainedError} what a node's own error says.
 */
export async function readList(source: ListSource, taker: ListTaker): Promise<void> {
  const reader = new ListReader(taker);
  const end = await source((piece) => reader.read(piece));
  reader.end(end);
}

/** An answer that is not what Lotus answers. */
export function notFromLotus(method: string, details: string): BadAnswerError {
  return new BadAnswerError(
    `The node's answer to ${method.replace("Filecoin.", "")} is not what Lotus answers: check the URL and the version.`,
    { details },
  );
}

class ListReader {
  readonly #taker: ListTaker;
  /** What is not read yet lies at its beginning. What matters of an answer is ASCII: a byte is a letter. */
  #held = Buffer.alloc(FIRST_ROOM);
  #length = 0;
  /** Bytes of it that were looked at in vain: nothing is looked at again before as many more have come. */
  #tried = 0;
  #inItems = false;

  constructor(taker: ListTaker) {
    this.#taker = taker;
  }

  read(piece: Uint8Array): void {
    this.#hold(piece);
    if (this.#length < 2 * this.#tried) return;
    if (!this.#inItems) this.#findItems();
    if (this.#inItems) this.#readItems();
    this.#tried = this.#length;
    if (this.#length > MAX_HELD) throw this.#nonsense(`${this.#length} bytes without an item`);
  }

  /** The last items, and what closes the answer. */
  end({ url, status }: StreamEnd): void {
    const text = this.#text(0, this.#length);
    if (this.#inItems && status !== OK) throw this.#nonsense(`HTTP ${status}`);
    if (this.#inItems) this.#last(text, url).forEach(this.#taker.take);
    else if (readAnswer(status, text, this.#taker.method, url) !== null) throw this.#nonsense(text.slice(0, 200));
  }

  #hold(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#held.length) {
      const larger = Buffer.alloc(2 * length);
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    this.#held.set(piece, this.#length);
    this.#length = length;
  }

  #drop(count: number): void {
    this.#held.copyWithin(0, count, this.#length);
    this.#length -= count;
  }

  #findItems(): void {
    const [head] = HEAD.exec(this.#text(0, Math.min(this.#length, MAX_HEAD))) ?? [];
    if (head === undefined) return;
    this.#inItems = true;
    this.#drop(head.length);
  }

  #readItems(): void {
    const { take, takeBytes } = this.#taker;
    const start = takeBytes?.(this.#held, this.#length) ?? 0;
    const border = this.#held.subarray(start, this.#length).lastIndexOf(BORDER, undefined, "latin1");
    if (border < 0) {
      this.#drop(start);
      return;
    }
    const end = start + border + 1;
    this.#parse(`[${this.#text(start, end)}]`).forEach(take);
    this.#drop(end + 1);
  }

  #text(start: number, end: number): string {
    return this.#held.toString("latin1", start, end);
  }

  #parse(text: string): readonly unknown[] {
    try {
      return JSON.parse(text) as readonly unknown[];
    } catch (cause) {
      throw this.#nonsense((cause as Error).message);
    }
  }

  #last(text: string, url: string): readonly unknown[] {
    let end: unknown;
    try {
      end = JSON.parse(`{"result":[${text}`);
    } catch (cause) {
      throw new NodeUnreachableError(`The answer of ${new URL(url).host} was cut off: try again.`, {
        details: this.#taker.method,
        cause,
      });
    }
    const { result } = end as { readonly result: unknown };
    if (!Array.isArray(result)) throw this.#nonsense("two results");
    return result as readonly unknown[];
  }

  #nonsense(details: string): BadAnswerError {
    return notFromLotus(this.#taker.method, details);
  }
}
