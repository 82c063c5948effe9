import { decode } from "@glif/filecoin-address";
import { getAddress, isAddress } from "ethers";

import { fromHex } from "../hex.ts";
import { Address, type NetworkPrefix } from "./Address.ts";
import { BadAddressError } from "./BadAddressError.ts";

const MAX_ID_DIGITS = 19;

/**
 * Reads an address in any form: f0, f1, f2, f3, f4 (f410f), the same with `t`, 0x, or 0xff..id.
 *
 * @param prefix The letter of the network in use; an address with the other letter is refused. Left out: either.
 * @throws {BadAddressError} with a sentence that says what is wrong with it.
 * @example parseAddress("f01234").id === 1234n
 */
export function parseAddress(text: string, prefix?: NetworkPrefix): Address {
  const typed = text.trim();
  if (typed.startsWith("0x") || typed.startsWith("0X")) return parseEvm(typed);
  const letter = typed[0];
  if (letter !== "f" && letter !== "t") {
    throw new BadAddressError(
      `"${typed}" is not an address: type f0, f1, f2, f3, f4 or 0x (t instead of f on Calibration).`,
    );
  }
  const address = typed[1] === "0" ? parseId(typed) : parseNative(typed);
  if (prefix !== undefined && letter !== prefix) {
    const [written, here] = letter === "t" ? ["a test network", "this network"] : ["mainnet", "this test network"];
    throw new BadAddressError(
      `${typed} is written for ${written}, but addresses of ${here} start with ${prefix}: ` +
        `check --network, or type ${address.toString(prefix)} if that is the one you mean.`,
    );
  }
  return address;
}

function parseId(typed: string): Address {
  const digits = typed.slice(2);
  if (!/^(0|[1-9]\d*)$/.test(digits) || digits.length > MAX_ID_DIGITS) {
    throw new BadAddressError(
      `"${typed}" is not an actor id: after ${typed.slice(0, 2)} come digits only, like f01234.`,
    );
  }
  try {
    return Address.fromId(BigInt(digits));
  } catch (cause) {
    throw new BadAddressError(`"${typed}" is not an actor id: the number is too large.`, { cause });
  }
}

function parseNative(typed: string): Address {
  if (!/^[1-4]$/.test(typed[1] ?? "")) {
    throw new BadAddressError(`"${typed}" is not an address: after ${typed[0] ?? "f"} comes 0, 1, 2, 3 or 4.`);
  }
  let address: Address;
  try {
    address = Address.fromBytes(decode(typed).bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new BadAddressError(
      reason.includes("checksum")
        ? `"${typed}" has a typing mistake: its checksum does not fit. Copy the address again.`
        : `"${typed}" is not a complete address (wrong length or letters): copy it again.`,
      { cause },
    );
  }
  // Several texts can decode to one address; only the canonical one is what somebody copied.
  if (address.toString(typed[0] as NetworkPrefix) !== typed) {
    throw new BadAddressError(`"${typed}" is not how this address is written: copy it again.`);
  }
  return address;
}

function parseEvm(typed: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(typed)) {
    throw new BadAddressError(`"${typed}" is not an address: 0x is followed by 40 hexadecimal digits.`);
  }
  const hasChecksum: boolean = isAddress(typed);
  if (!hasChecksum) {
    throw new BadAddressError(
      `"${typed}" has a typing mistake: its capital letters (checksum) do not fit. Copy it again.`,
    );
  }
  const bytes = fromHex(getAddress(typed));
  if (bytes.every((byte) => byte === 0)) throw new BadAddressError("The zero address belongs to nobody.");
  try {
    return Address.fromEvmBytes(bytes);
  } catch (cause) {
    throw new BadAddressError(`"${typed}" is a masked actor id that is too large.`, { cause });
  }
}
