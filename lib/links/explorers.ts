import type { Hex } from "../hex.ts";
import type { PublicNetwork } from "../networks.ts";

/** Pages about one thing, by the name of the explorer. */
export type Links = Readonly<Record<string, string>>;

export function transactionLinks(network: PublicNetwork | undefined, hash: Hex): Links {
  if (network === undefined) return {};
  return { Filfox: `${network.filfox}/message/${hash}`, Blockscout: `${network.blockscout}/tx/${hash}` };
}

/** A native message, which Blockscout does not know. */
export function messageLinks(network: PublicNetwork | undefined, cid: string): Links {
  return network === undefined ? {} : { Filfox: `${network.filfox}/message/${cid}` };
}
