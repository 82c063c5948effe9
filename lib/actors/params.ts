import type { Address } from "../address/Address.ts";
import { decodeCbor } from "../cbor/decode.ts";
import { encodeCbor } from "../cbor/encode.ts";
import { encodeTokenAmount } from "../cbor/tokenAmount.ts";

/** Terms under which a beneficiary may withdraw. */
export interface BeneficiaryTerms {
  readonly beneficiary: Address;
  /** attoFIL that it may withdraw in all. */
  readonly quota: bigint;
  /** The epoch at which its right ends. */
  readonly expiration: bigint;
}

export function changeBeneficiaryParams({ beneficiary, quota, expiration }: BeneficiaryTerms): Uint8Array {
  return encodeCbor([beneficiary.bytes, encodeTokenAmount(quota), expiration]);
}

export function withdrawBalanceParams(amount: bigint): Uint8Array {
  return encodeCbor([encodeTokenAmount(amount)]);
}

/** Calldata as InvokeEVM takes it; bare calldata fails with exit code 21. */
export function invokeEvmParams(calldata: Uint8Array): Uint8Array {
  return encodeCbor(calldata);
}

/** What InvokeEVM returned; a contract that returns nothing leaves no bytes at all. */
export function invokeEvmReturn(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const value = decodeCbor(bytes);
  if (!(value instanceof Uint8Array)) throw new RangeError("InvokeEVM did not return a byte string");
  return value;
}
