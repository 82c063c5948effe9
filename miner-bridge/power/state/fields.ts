import {
  blockCid,
  type Cid,
  CborLink,
  type DagCborValue,
  decodeRlePlus,
  decodeTokenAmount,
  type SectorRange,
} from "../../../lib/index.ts";
import { BadStateError } from "../errors.ts";

/** Reads a list of exactly so many fields. @throws {BadStateError} for anything else; so do all below. */
export function tuple(
  value: DagCborValue | undefined,
  what: string,
  ...lengths: readonly number[]
): readonly DagCborValue[] {
  if (isList(value) && lengths.includes(value.length)) return value;
  throw new BadStateError(`${what}: not a list of ${lengths.join(" or ")}`);
}

export function list(value: DagCborValue | undefined, what: string): readonly DagCborValue[] {
  if (isList(value)) return value;
  throw new BadStateError(`${what}: not a list`);
}

export function bytes(value: DagCborValue | undefined, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new BadStateError(`${what}: not bytes`);
}

/** An integer that may be negative, as epochs are. */
export function integer(value: DagCborValue | undefined, what: string): bigint {
  if (typeof value === "bigint") return value;
  throw new BadStateError(`${what}: not an integer`);
}

/** A whole number that arithmetic can hold exactly. */
export function count(value: DagCborValue | undefined, what: string): number {
  if (typeof value === "bigint" && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new BadStateError(`${what}: not a number of things`);
}

/** A link to another block of state. */
export function link(value: DagCborValue | undefined, what: string): Cid {
  if (!(value instanceof CborLink)) throw new BadStateError(`${what}: not a link`);
  return reading(what, () => blockCid(value.cid));
}

/** A BigInt of an actor that cannot be negative: an amount, a weight, power. */
export function amount(value: DagCborValue | undefined, what: string): bigint {
  const read = reading(what, () => decodeTokenAmount(bytes(value, what)));
  if (read < 0n) throw new BadStateError(`${what}: negative`);
  return read;
}

export function sectorSet(value: DagCborValue | undefined, what: string): SectorRange[] {
  return reading(what, () => decodeRlePlus(bytes(value, what)));
}

export function isList(value: DagCborValue | undefined): value is readonly DagCborValue[] {
  return Array.isArray(value);
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new BadStateError(`${what}: ${cause.message}`, { cause });
  }
}
