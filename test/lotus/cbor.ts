/** The little CBOR that actors speak. Amounts are signed bigints in byte strings: a sign byte, then the magnitude. */

export type CborValue = bigint | Uint8Array | string | boolean | null | CborValue[];

function head(major: number, value: bigint): Buffer {
  const type = major << 5;
  if (value < 24n) return Buffer.from([type | Number(value)]);
  for (const [bytes, tag] of [
    [1, 24],
    [2, 25],
    [4, 26],
    [8, 27],
  ] as const) {
    if (value < 1n << BigInt(8 * bytes)) {
      return Buffer.concat([
        Buffer.from([type | tag]),
        Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex"),
      ]);
    }
  }
  throw new Error("integer above 64 bits");
}

export function encodeCbor(value: CborValue | number): Buffer {
  if (typeof value === "number") return encodeCbor(BigInt(value));
  if (typeof value === "bigint") return value >= 0n ? head(0, value) : head(1, -1n - value);
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === "string") return Buffer.concat([head(3, BigInt(Buffer.byteLength(value))), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([head(4, BigInt(value.length)), ...value.map(encodeCbor)]);
  return Buffer.concat([head(2, BigInt(value.length)), value]);
}

/** Decodes exactly one value; what follows it is an error. */
export function decodeCbor(data: Uint8Array): CborValue {
  const buffer = Buffer.from(data);
  let at = 0;
  const read = (): CborValue => {
    const first = buffer.readUInt8(at++);
    const major = first >> 5;
    const low = first & 31;
    if (major === 7) {
      if (first === 0xf4 || first === 0xf5) return first === 0xf5;
      if (first === 0xf6) return null;
      throw new Error(`unexpected simple value ${first.toString(16)}`);
    }
    let value = BigInt(low);
    if (low >= 24) {
      const bytes = 1 << (low - 24);
      if (low > 27) throw new Error("unexpected length");
      value = BigInt(`0x${buffer.subarray(at, at + bytes).toString("hex")}`);
      at += bytes;
    }
    if (major === 0) return value;
    if (major === 1) return -1n - value;
    if (major === 2 || major === 3) {
      const part = buffer.subarray(at, at + Number(value));
      if (part.length !== Number(value)) throw new Error("cut short");
      at += Number(value);
      return major === 2 ? part : part.toString();
    }
    if (major === 4) return Array.from({ length: Number(value) }, read);
    throw new Error(`unexpected major type ${major}`);
  };
  const value = read();
  if (at !== buffer.length) throw new Error("trailing bytes");
  return value;
}

/** An amount as actors encode it; zero is empty. */
export function encodeAmount(amount: bigint): Buffer {
  if (amount === 0n) return Buffer.alloc(0);
  const hex = (amount < 0n ? -amount : amount).toString(16);
  return Buffer.concat([
    Buffer.from([amount < 0n ? 1 : 0]),
    Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex"),
  ]);
}

export function decodeAmount(data: CborValue): bigint {
  if (!(data instanceof Uint8Array)) throw new Error("an amount is a byte string");
  if (data.length === 0) return 0n;
  const magnitude = data.length === 1 ? 0n : BigInt(`0x${Buffer.from(data.subarray(1)).toString("hex")}`);
  return data[0] === 1 ? -magnitude : magnitude;
}
