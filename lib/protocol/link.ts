import type { InterfaceAbi } from "ethers";

/** What the compiler leaves of a contract: its interface, and code with holes for the addresses of libraries. */
export interface CompiledContract {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  /** Where the addresses of libraries go in the code, in bytes, by source and name. */
  readonly linkReferences: Readonly<Record<string, Readonly<Record<string, readonly { readonly start: number }[]>>>>;
}

/** Addresses of linked libraries by name. */
export type Libraries = Readonly<Record<string, string>>;

/**
 * The code of a contract with the addresses of its libraries.
 *
 * @throws {TypeError} when a library is missing.
 */
export function link({ bytecode, linkReferences }: CompiledContract, libraries: Libraries): string {
  let code = bytecode.slice(2);
  for (const [library, places] of Object.values(linkReferences).flatMap((of) => Object.entries(of))) {
    const address = libraries[library]?.slice(2).toLowerCase();
    if (address === undefined) throw new TypeError(`The library ${library} is missing`);
    for (const { start } of places) code = code.slice(0, 2 * start) + address + code.slice(2 * start + address.length);
  }
  return `0x${code}`;
}
