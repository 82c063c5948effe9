import { Interface } from "ethers";
import { z } from "zod";

import { type Hex } from "../hex.ts";
import { BadAnswerError } from "../lotus/errors.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";

export const hex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform((text) => text as Hex);

/** Reads one contract: encodes the call, decodes and validates the answer. */
export class ContractReader {
  readonly address: Hex;
  readonly #request: JsonRpcRequest;
  readonly #abi: Interface;
  readonly #block: string;

  constructor(request: JsonRpcRequest, address: Hex, abi: readonly string[], block = "latest") {
    this.#request = request;
    this.address = address;
    this.#abi = new Interface(abi);
    this.#block = block;
  }

  async read<T extends z.ZodType>(schema: T, method: string, args: readonly unknown[] = []): Promise<z.output<T>> {
    const data = this.#abi.encodeFunctionData(method, args);
    const answer = hex.parse(await this.#request("eth_call", [{ to: this.address, data }, this.#block]));
    if (answer === "0x") {
      throw new BadAnswerError(`No contract answers at ${this.address}: check the network and its deployment.`, {
        details: `${method} returned nothing`,
      });
    }
    const result = this.#abi.decodeFunctionResult(method, answer);
    const parsed = schema.safeParse(result.length === 1 ? plain(result[0]) : plain(result));
    if (parsed.success) return parsed.data;
    throw new BadAnswerError(
      `The contract at ${this.address} does not answer ${method} as expected: check the deployment.`,
      {
        details: z.prettifyError(parsed.error),
      },
    );
  }
}

/** Turns the decoder's lists with names into plain objects, and unnamed ones into plain lists. */
function plain(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const named = value as unknown[] & { toObject?: () => Record<string, unknown> };
  const entries = Object.entries(toObject(named));
  if (entries.length === value.length && value.length > 0) {
    return Object.fromEntries(entries.map(([name, item]) => [name, plain(item)]));
  }
  return Array.from(value, plain);
}

function toObject(value: { toObject?: () => Record<string, unknown> }): Record<string, unknown> {
  try {
    return value.toObject?.() ?? {};
  } catch {
    return {}; // a list whose items have no names
  }
}
