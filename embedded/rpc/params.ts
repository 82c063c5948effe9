import { z } from "zod";

import { parseAddress } from "../../lib/index.ts";
import { RpcCode, RpcError } from "./RpcError.ts";

/** What the parameters of methods look like; Lotus is generous with null. */

export const address = z.string().transform((text, context) => {
  try {
    return parseAddress(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

export const cid = z.object({ "/": z.string() });
/** null or empty: the head. */
export const tipsetKey = z
  .array(cid)
  .nullish()
  .transform((key) => key ?? []);
export const epoch = z.int().transform(BigInt);
export const sectorNumber = z.int().nonnegative().transform(BigInt);
export const bitfield = z.array(z.int().nonnegative()).nullish();
export const ignored = z.unknown();

const amount = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

export const message = z.object({
  To: address,
  From: address,
  Value: amount.nullish().transform((value) => value ?? 0n),
  Method: z.int().nonnegative(),
  /** 0: the node estimates. */
  GasLimit: z
    .int()
    .nonnegative()
    .nullish()
    .transform((limit) => limit ?? 0),
  Params: z
    .base64()
    .nullish()
    .transform((params) => new Uint8Array(Buffer.from(params ?? "", "base64"))),
});
export type NativeMessage = z.output<typeof message>;

/** What a method is: it reads its own parameters. */
export type Method = (params: readonly unknown[]) => Promise<unknown>;

/** A method with the shapes of its parameters. */
export function method<T extends readonly [] | readonly z.ZodType[]>(
  name: string,
  schemas: T,
  answer: (...params: { [K in keyof T]: T[K] extends z.ZodType ? z.output<T[K]> : never }) => unknown,
): readonly [string, Method] {
  return [name, (params) => Promise.resolve(params).then((given) => answer(...readParams(name, schemas, given)))];
}

/** Reads the parameters of a method; missing ones at the end count as null. */
function readParams<T extends readonly [] | readonly z.ZodType[]>(
  name: string,
  schemas: T,
  params: readonly unknown[],
): { [K in keyof T]: T[K] extends z.ZodType ? z.output<T[K]> : never } {
  if (params.length > schemas.length) {
    throw new RpcError(
      RpcCode.invalidParams,
      `wrong param count (method '${name}'): ${params.length} != ${schemas.length}`,
    );
  }
  const read = schemas.map((schema, i) => {
    const result = schema.safeParse(params[i]);
    if (result.success) return result.data;
    if (params[i] === undefined) {
      throw new RpcError(
        RpcCode.invalidParams,
        `wrong param count (method '${name}'): ${params.length} != ${schemas.length}`,
      );
    }
    throw new RpcError(
      RpcCode.unreadable,
      `unmarshaling params for '${name}' (param ${i}): ${result.error.issues.map((issue) => issue.message).join("; ")}`,
    );
  });
  return read as { [K in keyof T]: T[K] extends z.ZodType ? z.output<T[K]> : never };
}
