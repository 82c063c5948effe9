import { wordlists } from "ethers";

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** A longer text is cut: an answer of a hostile node must not fill the disk. Characters. */
const MAX_TEXT = 4_096;
/** So much of it is looked through, so that no secret is cut in two. */
const MAX_SEARCHED = 4 * MAX_TEXT;
/** Deeper objects are not followed. */
const MAX_DEPTH = 8;
/** Longer lists are cut. */
const MAX_ITEMS = 100;

/** A field whose name has one of these words holds a secret. */
const SECRET_WORDS = new Set(
  (
    "key keys keystore privatekey secretkey apikey password passwd passphrase pwd pin secret secrets token tokens " +
    "jwt bearer authorization auth cookie credential credentials mnemonic seed phrase ciphertext"
  ).split(" "),
);
/** Unless its last word is one of these: `tokenId`, `keyFile`. */
const HARMLESS_ENDINGS = new Set(["id", "ids", "file", "path", "count"]);
/** Names that only look like it. */
const HARMLESS_NAMES = new Set(["tipsetkey", "publickey"]);
/** A field with one of these as its last word may hold 32 bytes in hexadecimal; elsewhere they are taken for a key. */
const HASH_WORDS = new Set(
  "hash hashes root roots tx transaction transactions topic topics leaf leaves proof block digest".split(" "),
);

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // a key as Lotus exports it: JSON, and the same as hexadecimal
  [/("?private_?key"?\s*[:=]\s*)"[^"]*"/gi, `$1"${REDACTED}"`],
  [/7b2254797065[0-9a-f]+/gi, REDACTED],
  // JSON web tokens, and what follows "Bearer" or "Basic"
  [/eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [/\b(Bearer|Basic)\s+[^\s"',]+/gi, `$1 ${REDACTED}`],
  // user, password, query and key-like parts of the path of a URL
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']+@/gi, `$1${REDACTED}@`],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s?"']+)\?[^\s"']+/gi, `$1?${REDACTED}`],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"']*?\/)[\w-]{20,}(?=[/?\s"']|$)/gi, `$1${REDACTED}`],
  // name=value and "name": "value"
  [
    /\b((?:[\w-]*[_-])?(?:password|passwd|passphrase|secret|token|jwt|mnemonic|api[_-]?key|private[_-]?key|key)["']?\s*[:=]\s*["']?)[^\s"',;&}]+/gi,
    `$1${REDACTED}`,
  ],
  // 32 bytes in base64
  [/(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{43}=(?!=)/g, REDACTED],
];

const THIRTY_TWO_BYTES = /(?<![0-9a-fA-F])(?:0x)?[0-9a-fA-F]{64}(?![0-9a-fA-F])/g;
const TWELVE_WORDS = /\b[a-z]{3,8}(?:\s+[a-z]{3,8}){11,}\b/g;

/**
 * Takes secrets out of what is logged: by the field's name, by what the text looks like, and by the very values that
 * `hide` was told. Bytes are never shown. A hash is shown only in a field that is named as one.
 */
export class Redactor {
  readonly #hidden = new Map<string, RegExp>();

  /** Never lets this value out again, however it is written: with or without 0x, in any case. */
  hide(secret: string): void {
    for (const text of [secret, secret.trim(), secret.trim().replace(/^0x/i, "")]) {
      if (text !== "") this.#hidden.set(text, new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"));
    }
  }

  /** A copy of a value that may be written. */
  value(value: unknown, name = "", depth = 0): unknown {
    if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") {
      return isSecret(name) && value !== null && value !== undefined ? REDACTED : value;
    }
    if (isSecret(name)) return REDACTED;
    if (typeof value === "string") return this.text(value, isHash(name));
    if (typeof value === "bigint") return value.toString();
    if (typeof value !== "object") return undefined;
    if (depth >= MAX_DEPTH) return "[deep]";
    return this.#object(value, name, depth + 1);
  }

  /** A text without secrets. */
  text(text: string, mayHoldHash = false): string {
    let clean = text.slice(0, MAX_SEARCHED);
    for (const secret of this.#hidden.values()) clean = clean.replace(secret, REDACTED);
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    if (!mayHoldHash) clean = clean.replace(THIRTY_TWO_BYTES, REDACTED);
    clean = clean.replace(TWELVE_WORDS, (words) => (isMnemonic(words) ? REDACTED : words));
    return clean.length > MAX_TEXT || text.length > MAX_SEARCHED ? `${clean.slice(0, MAX_TEXT)}…` : clean;
  }

  #object(value: object, name: string, depth: number): unknown {
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
      const items: unknown[] = Array.from(value as Iterable<unknown>);
      const shown = items.slice(0, MAX_ITEMS).map((item) => this.value(item, name, depth));
      return items.length > MAX_ITEMS ? [...shown, `[${items.length - MAX_ITEMS} more]`] : shown;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.#instance(value, name);
    return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, this.value(item, field, depth)]));
  }

  /** Of a class only what it says of itself: what it holds may be a key. */
  #instance(value: object, name: string): string {
    const { toString } = value as { toString?: () => string };
    const said = toString === Object.prototype.toString ? undefined : toString?.call(value);
    return said === undefined ? `[${value.constructor.name}]` : this.text(said, isHash(name));
  }

  #error(error: Error, depth: number): object {
    const own = Object.entries(error).filter(([field]) => !["name", "message", "stack", "cause"].includes(field));
    return {
      name: error.name,
      message: this.text(error.message),
      ...Object.fromEntries(own.map(([field, item]) => [field, this.value(item, field, depth)])),
      ...(error.stack === undefined ? {} : { stack: this.text(error.stack) }),
      ...(error.cause === undefined ? {} : { cause: this.value(error.cause, "cause", depth) }),
    };
  }
}

function wordsOf(name: string): string[] {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return spaced
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function isSecret(name: string): boolean {
  const words = wordsOf(name);
  if (HARMLESS_NAMES.has(words.join("")) || HARMLESS_ENDINGS.has(words.at(-1) ?? "")) return false;
  return words.some((word) => SECRET_WORDS.has(word));
}

function isHash(name: string): boolean {
  return HASH_WORDS.has(wordsOf(name).at(-1) ?? "");
}

function isMnemonic(words: string): boolean {
  return words.split(/\s+/).every((word) => wordlists["en"]?.getWordIndex(word) !== -1);
}
