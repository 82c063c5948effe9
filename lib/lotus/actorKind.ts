import type { Address } from "../address/Address.ts";
import { MethodUnavailableError, NodeRefusedError } from "./errors.ts";
import type { LotusClient } from "./LotusClient.ts";

/** Built-in actors by name; `unknown` where the node cannot tell; `missing` where there is no actor. */
export type ActorKind =
  "account" | "multisig" | "storageminer" | "evm" | "ethaccount" | "placeholder" | "other" | "unknown" | "missing";

const NAMED = ["account", "multisig", "storageminer", "evm", "ethaccount", "placeholder"] as const;

/** Tells what kind of actor an address belongs to. */
export async function actorKind(lotus: LotusClient, address: Address): Promise<ActorKind> {
  let code: string;
  try {
    code = (await lotus.stateGetActor(address)).Code["/"];
  } catch (error) {
    if (error instanceof NodeRefusedError && error.shortMessage.includes("not found")) return "missing";
    throw error;
  }
  try {
    const codes = await lotus.stateActorCodeCIDs(await lotus.stateNetworkVersion());
    return NAMED.find((name) => codes[name]?.["/"] === code) ?? "other";
  } catch (error) {
    if (error instanceof MethodUnavailableError) return "unknown";
    throw error;
  }
}
