import { z } from "zod";

import { type Clock, ExplainedError, type NetworkPrefix, UsageError, parseAddress } from "../../../lib/index.ts";
import { CONTRACT_NAMES, UNKNOWN } from "../chain/contracts.ts";

/** Rows of a page, unless fewer or more are asked for; and the most. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** A cursor or an id is an integer of SQLite. */
const MAX_INTEGER = 2n ** 63n - 1n;

/** A request that cannot be answered, with a sentence that says why. */
export class BadQueryError extends Error {
  override readonly name = "BadQueryError";
}

/** Reads a text with a function that throws sentences. */
function read<T>(how: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return how(text);
    } catch (error) {
      context.addIssue({
        code: "custom",
        message: error instanceof ExplainedError ? error.shortMessage : `"${text}" cannot be read.`,
      });
      return z.NEVER;
    }
  });
}

function integer(name: string, maximum = MAX_INTEGER) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,18})$/, `${name} is a whole number.`)
    .transform(BigInt)
    .refine((value) => value <= maximum, `${name} is at most ${maximum}.`);
}

const limit = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, `limit is a number from 1 to ${MAX_LIMIT}.`)
  .transform(Number)
  .refine((value) => value <= MAX_LIMIT, `limit is a number from 1 to ${MAX_LIMIT}.`)
  .default(DEFAULT_LIMIT);

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "A day is written like 2026-11-25.")
  .refine(isDay, "There is no such day in the calendar.");

/** The schemas of what can be asked, for one network. */
export function createQueries(clock: Clock, prefix: NetworkPrefix) {
  const epoch = read((text) => clock.parse(text)).refine(
    (value) => value >= 0n && value <= MAX_INTEGER,
    "An epoch is a whole number, and dates begin with the network.",
  );
  const minerId = read((text) => {
    const address = parseAddress(/^\d+$/.test(text) ? `${prefix}0${text}` : text, prefix);
    if (address.kind !== "id") throw new UsageError("A miner is named by its id, like f01234.");
    return address.id;
  });
  const account = read((text) => {
    const evm = parseAddress(text, text.startsWith("0x") ? undefined : prefix).toEvm();
    if (evm === undefined) {
      throw new UsageError("The history knows actors by 0x, f410 or id: name an f1, f2 or f3 address by its id, f0...");
    }
    return evm;
  });
  const cursor = integer("cursor").optional();
  return {
    minerId,
    nftId: integer("The id of an NFT"),
    one: z.strictObject({}),
    miners: z.strictObject({ cursor, limit }),
    nfts: z.strictObject({ holder: account.optional(), miner: minerId.optional(), cursor, limit }),
    incomes: z
      .strictObject({ from: day.optional(), to: day.optional(), cursor: day.optional(), limit })
      .refine(({ from, to }) => from === undefined || to === undefined || from <= to, "from is after to."),
    weights: z.strictObject({ cursor, limit }),
    events: z
      .strictObject({
        contract: z.enum(CONTRACT_NAMES, `contract is one of ${CONTRACT_NAMES.join(", ")}.`).optional(),
        event: z
          .string()
          .regex(/^[A-Z][A-Za-z]{0,49}$/, `event is the name of an event, like Synced (or ${UNKNOWN}).`)
          .optional(),
        miner: minerId.optional(),
        nft: integer("nft").optional(),
        account: account.optional(),
        from: epoch.optional(),
        to: epoch.optional(),
        order: z.enum(["oldest", "newest"], "order is oldest or newest.").default("oldest"),
        cursor,
        limit,
      })
      .refine(({ from, to }) => from === undefined || to === undefined || from <= to, "from is after to."),
  };
}

export type Queries = ReturnType<typeof createQueries>;

/** @throws {BadQueryError} */
export function readQuery<T extends z.ZodType>(schema: T, search: URLSearchParams): z.output<T> {
  const names = [...search.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new BadQueryError(`${shown(twice)} is given twice: give it once.`);
  return check(schema, Object.fromEntries(search));
}

/** @throws {BadQueryError} */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    throw new BadQueryError(
      `There is no parameter ${issue.keys.map(shown).join(", ")} here: see the README of the API.`,
    );
  }
  throw new BadQueryError(issue?.message ?? "The request cannot be read.");
}

/** What a client sent, as it may stand in a sentence. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 50));
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}
