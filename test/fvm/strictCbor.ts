/** CBOR as the chain writes it, decoded without any help from the contracts: whatever is not in the one right form is
 * an error. */

export type Item = bigint | boolean | null | Uint8Array | Tagged | Item[];

export class Tagged {
  readonly tag: bigint;
  readonly value: Item;
  constructor(tag: bigint, value: Item) {
    this.tag = tag;
    this.value = value;
  }
}

export class Malformed extends Error {}

export function toBytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/^0x/, ""), "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return "0x" + Buffer.from(bytes).toString("hex");
}

function number(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

/** Decodes exactly one item that fills all bytes. */
export function decode(bytes: Uint8Array): Item {
  let at = 0;
  function take(length: number): Uint8Array {
    if (at + length > bytes.length) throw new Malformed("it ends too early");
    at += length;
    return bytes.subarray(at - length, at);
  }
  function item(): Item {
    const first = Number(number(take(1)));
    const major = first >> 5;
    const low = first & 0x1f;
    if (major === 7) {
      if (low === 20) return false;
      if (low === 21) return true;
      if (low === 22) return null;
      throw new Malformed(`simple value ${low}`);
    }
    if (low > 27) throw new Malformed(`length form ${low}`);
    let argument = BigInt(low);
    if (low > 23) {
      argument = number(take(2 ** (low - 24)));
      const least = low === 24 ? 24n : 1n << (8n << BigInt(low - 25));
      if (argument < least) throw new Malformed("not the shortest form");
    }
    if (major === 0) return argument;
    if (major === 1) return -1n - argument;
    if (major === 6) return new Tagged(argument, item());
    if (argument > BigInt(bytes.length)) throw new Malformed("longer than the answer");
    if (major === 2) return take(Number(argument));
    if (major === 4) return Array.from({ length: Number(argument) }, item);
    throw new Malformed(`major type ${major}`);
  }
  const decoded = item();
  if (at !== bytes.length) throw new Malformed("bytes behind the end");
  return decoded;
}

function head(major: number, argument: bigint): Uint8Array {
  if (argument < 24n) return Uint8Array.of((major << 5) | Number(argument));
  const form = [8n, 16n, 32n, 64n].findIndex((bits) => argument >> bits === 0n);
  const digits = argument.toString(16).padStart(2 << form, "0");
  return Uint8Array.of((major << 5) | (24 + form), ...toBytes(digits));
}

export function encode(value: Item): Uint8Array {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "bigint") return value < 0n ? head(1, -1n - value) : head(0, value);
  if (value instanceof Uint8Array) return Uint8Array.of(...head(2, BigInt(value.length)), ...value);
  if (value instanceof Tagged) return Uint8Array.of(...head(6, value.tag), ...encode(value.value));
  return Uint8Array.from(Buffer.concat([head(4, BigInt(value.length)), ...value.map(encode)]));
}

/** A token amount: a sign and a magnitude without leading zeros, at most 256 bits; nothing for zero. */
export function amountOf(value: Item): bigint {
  if (!(value instanceof Uint8Array)) throw new Malformed("not a byte string");
  if (value.length === 0) return 0n;
  const [sign, top] = value;
  if (sign === undefined || sign > 1 || top === undefined || top === 0 || value.length > 33) {
    throw new Malformed("not an amount");
  }
  const magnitude = number(value.subarray(1));
  return sign === 1 ? -magnitude : magnitude;
}

export function amountBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array();
  const digits = (value < 0n ? -value : value).toString(16);
  return Uint8Array.of(value < 0n ? 1 : 0, ...toBytes(digits.padStart(digits.length + (digits.length % 2), "0")));
}

/** The id in an id address: a zero byte and a canonical unsigned LEB128 of 64 bits. */
export function idOf(value: Item): bigint {
  if (!(value instanceof Uint8Array) || value[0] !== 0 || value.length < 2) throw new Malformed("not an id address");
  const groups = [...value.subarray(1)];
  const last = groups.length - 1;
  if (groups.some((group, i) => group >= 0x80 !== i < last)) throw new Malformed("groups go on or stop early");
  if (last > 0 && groups[last] === 0) throw new Malformed("padded");
  const id = groups.reduceRight((sum, group) => (sum << 7n) | BigInt(group & 0x7f), 0n);
  if (id >> 64n !== 0n) throw new Malformed("too large");
  return id;
}

export function idBytes(id: bigint): Uint8Array {
  const groups: number[] = [];
  for (let rest = id; groups.length === 0 || rest > 0n; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80);
  groups.push((groups.pop() ?? 0) & 0x7f);
  return Uint8Array.of(0, ...groups);
}
