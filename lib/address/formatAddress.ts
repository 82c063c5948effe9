import type { Address, NetworkPrefix } from "./Address.ts";

/** The forms of one address, as far as they are known. */
export interface AddressForms {
  readonly id?: Address | undefined;
  /** f1, f2, f3 or f4: the form that does not depend on the order of creation. */
  readonly robust?: Address | undefined;
}

/**
 * All known forms of one address: `f0 · f1/f2/f3 · f410 · 0x`.
 *
 * An actor without an f4 address shows the masked form that the EVM knows it by.
 */
export function formatAddress(address: Address | AddressForms, prefix: NetworkPrefix = "f"): string {
  const { id, robust } = "bytes" in address ? split(address) : address;
  const forms = [id, robust].filter((form) => form !== undefined);
  const evm = robust?.toEvm() ?? id?.toEvm();
  return [...forms.map((form) => form.toString(prefix)), ...(evm === undefined ? [] : [evm])].join(" · ");
}

function split(address: Address): AddressForms {
  return address.kind === "id" ? { id: address } : { robust: address };
}
