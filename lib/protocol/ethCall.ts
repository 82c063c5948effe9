import { Interface, type ParamType } from "ethers";
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

  /** What a function returns: its only value, or an object of its values by name. */
  async read<T extends z.ZodType>(schema: T, method: string, args: readonly unknown[] = []): Promise<z.output<T>> {
    const data = this.#abi.encodeFunctionData(method, args);
    const answer = await this.#call(data);
    if (answer === "0x") {
      throw new BadAnswerError(`No contract answers at ${this.address}: check the network and its deployment.`, {
        details: `${method} returned nothing`,
      });
    }
    const outputs = this.#abi.getFunction(method)?.outputs ?? [];
    const parsed = schema.safeParse(valueOf(this.#decode(method, answer), outputs));
    if (parsed.success) return parsed.data;
    throw new BadAnswerError(
      `The contract at ${this.address} does not answer ${method} as expected: check the deployment.`,
      {
        details: z.prettifyError(parsed.error),
      },
    );
  }

  async #call(data: string): Promise<Hex> {
    const answer = hex.safeParse(await this.#request("eth_call", [{ to: this.address, data }, this.#block]));
    if (answer.success) return answer.data;
    throw new BadAnswerError(
      "The node's answer to eth_call is not what Lotus answers: check the URL and the version.",
      {
        details: z.prettifyError(answer.error),
      },
    );
  }

  /** undefined where the bytes are not what the interface says. */
  #decode(method: string, answer: Hex): readonly unknown[] | undefined {
    try {
      return this.#abi.decodeFunctionResult(method, answer).toArray(false) as unknown[];
    } catch {
      return undefined;
    }
  }
}

/** One value as it is; several as an object, by name. */
function valueOf(values: readonly unknown[] | undefined, outputs: readonly ParamType[]): unknown {
  const [only, ...others] = outputs;
  if (values === undefined || only === undefined) return undefined;
  if (others.length === 0) return plain(values[0], only);
  return Object.fromEntries(outputs.map((output, index) => [output.name, plain(values[index], output)]));
}

/** Turns the decoder's results into plain objects and lists, as the interface names them. */
export function plain(value: unknown, type: ParamType): unknown {
  if (!Array.isArray(value)) return value;
  const items: unknown[] = Array.from(value);
  const { arrayChildren, components } = type;
  if (arrayChildren !== null) return items.map((item) => plain(item, arrayChildren));
  return Object.fromEntries((components ?? []).map((field, index) => [field.name, plain(items[index], field)]));
}
