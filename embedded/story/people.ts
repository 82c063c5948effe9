import { HDNodeWallet, type Provider, type Wallet } from "ethers";

import { Address, type Hex } from "../../lib/index.ts";
import { HOLDER, OWNER } from "../chain/genesis.ts";

/** The phrase of Hardhat's test keys, which everybody knows: never send anything of value to them. */
const PHRASE = "test test test test test test test test test test test junk";

/** Somebody in the story. */
export interface Person {
  readonly name: string;
  /** Where the EVM sees the account: its own 0x address, or the masked id of a native account. */
  readonly evm: Hex;
  /** f1, f3 or f4. */
  readonly robust: Address;
  readonly id: bigint;
  /** Signs Ethereum transactions; a native account sends native messages instead. */
  readonly wallet: Wallet | HDNodeWallet | undefined;
}

/** The order of the test keys. */
export const ROLES = [
  "deployer",
  "governance",
  "guardian",
  "attestor",
  "Alice",
  "Carol",
  "Dave",
  "keeper",
  "operator",
] as const;
export type Role = (typeof ROLES)[number];
export type Cast = Readonly<Record<Role | "owner" | "Bob", Person>>;

export function testKey(index: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${index}`);
}

/** Everybody, with the ids that the chain knows them by. */
export async function gather(provider: Provider, idOf: (address: Address) => Promise<bigint>): Promise<Cast> {
  const people: [string, Person][] = [
    ["owner", native("owner", OWNER.id, OWNER.robust)],
    ["Bob", native("Bob", HOLDER.id, HOLDER.robust)],
  ];
  for (const [index, name] of ROLES.entries()) {
    const wallet = testKey(index).connect(provider);
    const robust = Address.fromEvmBytes(Uint8Array.from(Buffer.from(wallet.address.slice(2), "hex")));
    people.push([name, { name, evm: wallet.address as Hex, robust, id: await idOf(robust), wallet }]);
  }
  return Object.fromEntries(people) as Cast;
}

function native(name: string, id: bigint, robust: Address): Person {
  const evm = Address.fromId(id).toEvm();
  if (evm === undefined) throw new RangeError(`No masked address for ${id}`);
  return { name, evm, robust, id, wallet: undefined };
}
