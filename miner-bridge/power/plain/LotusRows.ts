import { NUMBER_DIGITS, type SectorRow, WEIGHT_DIGITS } from "./SectorRow.ts";

/**
 * What a value looks like. `whole` and `weight` are kept; passed over are `digits` that may have a sign, an `amount` (digits
 * in quotes, or null), a `text` without anything escaped up to its quote, and a `key` (a content id, or null).
 */
type Form = "whole" | "weight" | "digits" | "amount" | "text" | "key";

/** Letters that are compared at once: one by one takes several times as long. */
const WORD = 4;

/** A text of at least one word. */
class Literal {
  readonly length: number;
  readonly words: Int32Array;
  /** Its last letters, some of which the words before may hold too. */
  readonly last: number;

  constructor(text: string) {
    const view = new DataView(new TextEncoder().encode(text).buffer);
    this.length = text.length;
    this.words = Int32Array.from({ length: Math.floor(text.length / WORD) }, (_, at) => view.getInt32(WORD * at));
    this.last = view.getInt32(text.length - WORD);
  }
}

/** A row as Lotus writes it: what stands before each value, and what the value looks like. */
const ROW = (
  [
    ['{"SectorNumber":', "whole"],
    [',"SealProof":', "digits"],
    [',"SealedCID":{"/":"', "text"],
    ['"},"Activation":', "digits"],
    [',"Expiration":', "whole"],
    [',"DealWeight":"', "digits"],
    ['","VerifiedDealWeight":"', "weight"],
    ['","InitialPledge":"', "digits"],
    ['","ExpectedDayReward":', "amount"],
    [',"ExpectedStoragePledge":', "amount"],
    [',"PowerBaseEpoch":', "whole"],
    [',"ReplacedDayReward":', "amount"],
    [',"SectorKeyCID":', "key"],
    [',"Flags":', "digits"],
    [',"DailyFee":"', "digits"],
  ] as const
).map(([before, form]): { readonly before: Literal; readonly form: Form } => ({ before: new Literal(before), form }));
/** What ends a row that another one follows, whose brace is the last letter. */
const BORDER = new Literal('"},{');
const NULL = new Literal("null");
const KEY = new Literal('{"/":"');

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** Four ones, and four highest bits: by both together it shows whether one of four bytes is zero. */
const ONES = 0x01010101;
const HIGHEST = 0x80808080;
const QUOTES = QUOTE * ONES;
const BACKSLASHES = BACKSLASH * ONES;
/** No place: what should be there is not. */
const NOWHERE = -1;

/**
 * Reads rows in the very form in which Lotus writes them from the bytes of an answer, without building the objects that
 * they are. Each letter of a row is looked at.
 */
export class LotusRows {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #start = 0;
  /** The whole numbers of the row that is read, in its order. */
  readonly #wholes = [0, 0, 0];

  /** @param length Bytes that are known; they begin with a row. */
  constructor(bytes: Uint8Array, length: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = length;
  }

  /** Where the next row begins. */
  get start(): number {
    return this.#start;
  }

  /** The next row; undefined where it has another form, or the beginning of the one after it is not known yet. */
  next(): SectorRow | undefined {
    const wholes = this.#wholes;
    let [at, count, high, low] = [this.#start, 0, 0, 0];
    for (const { before, form } of ROW) {
      const from = this.#after(before, at);
      at = from === NOWHERE ? NOWHERE : this.#afterValue(form, from);
      if (at === NOWHERE) return undefined;
      if (form === "whole") {
        if (at - from > NUMBER_DIGITS) return undefined;
        wholes[count] = this.#valueOf(from, at);
        count += 1;
      } else if (form === "weight") {
        if (at - from > WEIGHT_DIGITS) return undefined;
        const middle = Math.max(from, at - NUMBER_DIGITS);
        high = this.#valueOf(from, middle);
        low = this.#valueOf(middle, at);
      }
    }
    const end = this.#after(BORDER, at);
    if (end === NOWHERE) return undefined;
    this.#start = end - 1;
    const [number, expiration, powerBaseEpoch] = wholes as [number, number, number];
    return { number, expiration, powerBaseEpoch, verified: { high, low } };
  }

  /** Where a text ends that begins here. */
  #after({ words, length, last }: Literal, start: number): number {
    const view = this.#view;
    const end = start + length;
    if (end > this.#end) return NOWHERE;
    for (let at = 0; at < words.length; at += 1) if (view.getInt32(start + WORD * at) !== words[at]) return NOWHERE;
    return view.getInt32(end - WORD) === last ? end : NOWHERE;
  }

  #afterValue(form: Form, at: number): number {
    switch (form) {
      case "whole":
      case "weight":
        return this.#afterDigits(at);
      case "digits":
        return this.#afterDigits(this.#bytes[at] === MINUS ? at + 1 : at);
      case "text":
        return this.#afterText(at);
      case "amount":
        return this.#bytes[at] === QUOTE ? this.#afterOne(QUOTE, this.#afterDigits(at + 1)) : this.#after(NULL, at);
      case "key":
        return this.#bytes[at] === BRACE ? this.#afterKey(at) : this.#after(NULL, at);
    }
  }

  #afterDigits(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = start;
    while (at < end && isDigit(bytes[at] as number)) at += 1;
    return at > start ? at : NOWHERE;
  }

  #afterText(start: number): number {
    const bytes = this.#bytes;
    const view = this.#view;
    const end = this.#end;
    let at = start;
    while (at + WORD <= end && !mayEnd(view.getInt32(at))) at += WORD;
    while (at < end && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at += 1;
    return at;
  }

  #afterKey(start: number): number {
    const text = this.#after(KEY, start);
    const end = text === NOWHERE ? NOWHERE : this.#afterText(text);
    return this.#afterOne(CLOSING_BRACE, this.#afterOne(QUOTE, end));
  }

  #afterOne(byte: number, at: number): number {
    return at !== NOWHERE && at < this.#end && this.#bytes[at] === byte ? at + 1 : NOWHERE;
  }

  #valueOf(start: number, end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] as number) - ZERO;
    return value;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Whether a quote or a backslash is among four letters. */
function mayEnd(word: number): boolean {
  return hasZero(word ^ QUOTES) || hasZero(word ^ BACKSLASHES);
}

function hasZero(word: number): boolean {
  return ((word - ONES) & ~word & HIGHEST) !== 0;
}
