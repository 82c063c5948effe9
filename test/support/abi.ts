/** Looking at all functions of a contract at once. */
import { type BaseContract, type FunctionFragment, type ParamType, ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { ethers } from "./network.ts";

/** The functions that can write. */
export function writers(contract: BaseContract): FunctionFragment[] {
  const all: FunctionFragment[] = [];
  contract.interface.forEachFunction((fragment) => {
    if (!fragment.constant) all.push(fragment);
  });
  return all;
}

type Value = string | bigint | boolean | Value[];

/** The zero of a type. */
function zeroOf(type: ParamType): Value {
  if (type.isArray()) return [];
  if (type.isTuple()) return type.components.map(zeroOf);
  if (type.type === "address") return ZeroAddress;
  if (type.type === "bool") return false;
  if (type.type === "string") return "";
  if (type.type.startsWith("bytes")) return "0x" + "00".repeat(Number(type.type.slice(5) || "0"));
  return 0n;
}

/** The name of the error with which a call of zeros by somebody fails, undefined when it succeeds. */
export async function errorOf(
  contract: BaseContract,
  fragment: FunctionFragment,
  by: HardhatEthersSigner,
): Promise<string | undefined> {
  const data = contract.interface.encodeFunctionData(fragment, fragment.inputs.map(zeroOf));
  try {
    await ethers.provider.call({ from: by.address, to: await contract.getAddress(), data });
    return undefined;
  } catch (error) {
    const thrown = error !== null && typeof error === "object" && "data" in error ? error.data : undefined;
    if (typeof thrown !== "string") throw error;
    return contract.interface.parseError(thrown)?.name ?? thrown;
  }
}
