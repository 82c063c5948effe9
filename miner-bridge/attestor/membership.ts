import { type Hex, OracleReader, inBatches } from "../../lib/index.ts";

/**
 * The member that a key speaks for: itself, or the one that delegated to it.
 *
 * @returns undefined when the key is neither a member nor a delegate.
 */
export async function memberOf(oracle: OracleReader, key: Hex): Promise<Hex | undefined> {
  const members = await oracle.members();
  const own = members.find((member) => same(member, key));
  if (own !== undefined) return own;
  const delegates = await inBatches(members, (member) => oracle.delegateOf(member));
  return members.find((_, index) => same(delegates[index], key));
}

function same(a: Hex | undefined, b: Hex): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}
