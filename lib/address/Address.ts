import { Address as GlifAddress, CoinType } from "@glif/filecoin-address";
import { getAddress } from "ethers";

import { type Hex, sameBytes, toHex } from "../hex.ts";

/** The letter that an address starts with: `f` where FIL has a price, `t` on Calibration. */
export type NetworkPrefix = "f" | "t";

/**
 * What an address is, by how it is made:
 * `id` f0, `secp256k1` f1 (a key), `actor` f2 (a multisig and the like), `bls` f3 (a key), `evm` f410f or 0x (an
 * Ethereum account or a contract), `delegated` any other f4.
 */
export type AddressKind = "id" | "secp256k1" | "actor" | "bls" | "evm" | "delegated";

const EVM_NAMESPACE = 10;
const MAX_ID = 2n ** 63n - 1n;

/** A Filecoin address in its one canonical form: the bytes that actors store and exchange. */
export class Address {
  /** Protocol byte, then the payload. */
  readonly bytes: Uint8Array;
  readonly kind: AddressKind;

  private constructor(bytes: Uint8Array, kind: AddressKind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /** @throws {RangeError} when the bytes are not a Filecoin address. */
  static fromBytes(bytes: Uint8Array): Address {
    const address = new Address(Uint8Array.from(bytes), kindOf(bytes));
    if (address.kind === "id" && !sameBytes(Address.fromId(address.id).bytes, bytes)) {
      throw new RangeError(`Not a canonical actor id: ${toHex(bytes)}`);
    }
    return address;
  }

  /** @throws {RangeError} when the id is negative or needs more than 63 bits. */
  static fromId(id: bigint): Address {
    if (id < 0n || id > MAX_ID) throw new RangeError(`Not an actor id: ${id}`);
    const bytes = [0];
    let rest = id;
    do {
      bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      rest >>= 7n;
    } while (rest > 0n);
    return new Address(Uint8Array.from(bytes), "id");
  }

  /** The address behind 20 Ethereum bytes: an actor id where they are masked (0xff, zeros, id), f410 otherwise. */
  static fromEvmBytes(evm: Uint8Array): Address {
    if (evm.length !== 20) throw new RangeError(`An Ethereum address has 20 bytes, not ${evm.length}`);
    if (isMask(evm)) return Address.fromId(new DataView(evm.buffer, evm.byteOffset).getBigUint64(12));
    return new Address(Uint8Array.of(4, EVM_NAMESPACE, ...evm), "evm");
  }

  /** The bytes after the protocol byte. */
  get payload(): Uint8Array {
    return this.bytes.slice(1);
  }

  /** @throws {RangeError} when this is not an f0 address. */
  get id(): bigint {
    if (this.kind !== "id") throw new RangeError(`${this.toString()} is not an id address`);
    return this.payload.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  }

  /** Whether it belongs to a key: an f1 or f3 account signs native messages. */
  get isKey(): boolean {
    return this.kind === "secp256k1" || this.kind === "bls";
  }

  /** How the EVM writes it: its own 0x address, a masked one for an id, nothing for the other kinds. */
  toEvm(): Hex | undefined {
    if (this.kind === "evm") return getAddress(toHex(this.bytes.slice(2))) as Hex;
    if (this.kind === "id") return getAddress(`0xff${this.id.toString(16).padStart(38, "0")}`) as Hex;
    return undefined;
  }

  /** How Filecoin tools write it. */
  toString(prefix: NetworkPrefix = "f"): string {
    if (this.kind === "id") return `${prefix}0${this.id}`;
    return new GlifAddress(this.bytes, prefix === "f" ? CoinType.MAIN : CoinType.TEST).toString();
  }

  equals(other: Address): boolean {
    return sameBytes(this.bytes, other.bytes);
  }
}

function isMask(evm: Uint8Array): boolean {
  return evm[0] === 0xff && evm.subarray(1, 12).every((byte) => byte === 0);
}

function kindOf(bytes: Uint8Array): AddressKind {
  const length = bytes.length - 1;
  switch (bytes[0]) {
    case 0:
      if (length >= 1 && length <= 9) return "id";
      break;
    case 1:
      if (length === 20) return "secp256k1";
      break;
    case 2:
      if (length === 20) return "actor";
      break;
    case 3:
      if (length === 48) return "bls";
      break;
    case 4:
      if (bytes[1] === EVM_NAMESPACE && length === 21 && !isMask(bytes.subarray(2))) return "evm";
      if (bytes[1] !== EVM_NAMESPACE && length >= 2 && length <= 64) return "delegated";
      break;
  }
  throw new RangeError(`Not a Filecoin address: ${toHex(bytes)}`);
}
