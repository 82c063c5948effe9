/** What the network answered, call by call: test/fixtures/golden*.json. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { z } from "zod";

const label = z.string();
const hex = z.string().regex(/^0x([0-9a-f]{2})*$/i);
const integer = z.coerce.bigint();

/** A contract called an actor: `peek` without, `call` with a transaction. */
const actorCall = z.object({
  label,
  kind: z.enum(["peek", "call"]),
  target: integer,
  method: integer,
  flags: integer,
  params: hex,
  /** Whether the machine made the call. */
  ok: z.boolean().default(true),
  exit: integer,
  codec: integer,
  ret: hex,
});

/** A native message. */
const native = z.object({
  label,
  kind: z.literal("native"),
  to: z.string(),
  method: integer,
  params: hex.default("0x"),
  exit: integer.optional(),
  ret: hex.default("0x"),
  /** What the node said of a message that it would not send. */
  error: z.string().optional(),
});

/** An EVM call with value. */
const evmCall = z.object({ label, kind: z.literal("evmcall"), to: z.string(), value: integer, ok: z.boolean() });

/** What the EVM sees of an actor at its masked address. */
const external = z.object({ label, codehash: hex, size: integer, balance: integer });

/** A static call of a precompile. */
const precompile = z.object({ label, in: hex, ok: z.boolean(), out: hex });

/** What became of a native message. */
const receipt = z.object({ label, receipt: z.unknown() });

/** Whom a contract saw as its caller, and the value. */
const caller = z.object({ label, who: z.tuple([z.string()]).transform(([who]) => who) });

const row = z.union([actorCall, native, evmCall, external, precompile, receipt, caller]);

export type ActorCallRow = z.infer<typeof actorCall>;
export type NativeRow = z.infer<typeof native>;
export type PrecompileRow = z.infer<typeof precompile>;
export type ExternalRow = z.infer<typeof external>;
export type Row = z.infer<typeof row>;

function load(file: string): Row[] {
  const text = readFileSync(path.join(import.meta.dirname, "../fixtures", file), "utf8");
  return z.array(row).parse(JSON.parse(text));
}

export const RECORDINGS = [...load("golden.json"), ...load("golden2.json")];

export function isActorCall(row: Row): row is ActorCallRow {
  return "kind" in row && (row.kind === "peek" || row.kind === "call");
}
