/** The little of CBOR that actor parameters and answers need. */

export type Cbor = number | bigint | boolean | null | Uint8Array | Cbor[];

function head(major: number, value: bigint): number[] {
  const first = major << 5;
  if (value < 24n) return [first | Number(value)];
  const size = value < 1n << 8n ? 1 : value < 1n << 16n ? 2 : value < 1n << 32n ? 4 : 8;
  const out = [first | (24 + Math.log2(size))];
  for (let i = size - 1; i >= 0; i--) out.push(Number((value >> BigInt(8 * i)) & 255n));
  return out;
}

function write(value: Cbor): number[] {
  if (value === null) return [0xf6];
  if (typeof value === "boolean") return [value ? 0xf5 : 0xf4];
  if (typeof value === "number" || typeof value === "bigint") {
    const n = BigInt(value);
    return n >= 0n ? head(0, n) : head(1, -1n - n);
  }
  if (value instanceof Uint8Array) return [...head(2, BigInt(value.length)), ...value];
  return [...head(4, BigInt(value.length)), ...value.flatMap(write)];
}

export function encodeCbor(value: Cbor): string {
  return "0x" + Buffer.from(write(value)).toString("hex");
}

/** Reads one whole CBOR item; integers come as bigint. Tags are passed over. */
export function decodeCbor(hex: string): Cbor {
  const data = bytes(hex);
  let at = 0;
  const next = (): number => {
    const b = data[at++];
    if (b === undefined) throw new Error("CBOR ends too early");
    return b;
  };
  const read = (): Cbor => {
    const first = next();
    const major = first >> 5;
    const info = first & 31;
    let value = BigInt(info);
    if (info >= 24 && major !== 7) {
      value = 0n;
      for (let i = 0; i < 1 << (info - 24); i++) value = (value << 8n) | BigInt(next());
    }
    if (major === 0) return value;
    if (major === 1) return -1n - value;
    if (major === 2) return data.slice(at, (at += Number(value)));
    if (major === 4) return Array.from({ length: Number(value) }, read);
    if (major === 6) return read();
    if (major === 7 && info === 20) return false;
    if (major === 7 && info === 21) return true;
    if (major === 7 && info === 22) return null;
    throw new Error(`unknown CBOR item ${first}`);
  };
  const out = read();
  if (at !== data.length) throw new Error("CBOR goes on");
  return out;
}

export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replace(/^0x/, ""), "hex"));
}

export function hex(data: Uint8Array): string {
  return "0x" + Buffer.from(data).toString("hex");
}

/** TokenAmount and BigInt: a sign byte and the magnitude, nothing at all for zero. */
export function bigIntBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array();
  const magnitude = (value < 0n ? -value : value).toString(16);
  return bytes((value < 0n ? "01" : "00") + (magnitude.length % 2 ? "0" : "") + magnitude);
}

export function bigIntFromBytes(data: Cbor): bigint {
  if (!(data instanceof Uint8Array)) throw new Error("not a CBOR byte string");
  if (data.length === 0) return 0n;
  const magnitude = BigInt("0x0" + Buffer.from(data.slice(1)).toString("hex"));
  return data[0] === 1 ? -magnitude : magnitude;
}

export function idBytes(id: bigint): Uint8Array {
  const out = [0];
  do {
    out.push(Number(id & 127n) | (id > 127n ? 128 : 0));
    id >>= 7n;
  } while (id > 0n);
  return new Uint8Array(out);
}
