import { fromHex, toHex } from "../hex.ts";

/**
 * A TokenAmount or BigInt of an actor: a sign byte (0 plus, 1 minus), then the magnitude, most significant byte first;
 * zero is empty.
 */
export function encodeTokenAmount(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  const digits = (value < 0n ? -value : value).toString(16);
  return Uint8Array.of(value < 0n ? 1 : 0, ...fromHex(digits.length % 2 === 0 ? digits : `0${digits}`));
}

/** @throws {RangeError} when the bytes are no canonical amount. */
export function decodeTokenAmount(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const [sign, first] = bytes;
  if ((sign !== 0 && sign !== 1) || first === undefined || first === 0) {
    throw new RangeError(`Not a canonical amount: ${toHex(bytes)}`);
  }
  const magnitude = BigInt(toHex(bytes.subarray(1)));
  return sign === 1 ? -magnitude : magnitude;
}
