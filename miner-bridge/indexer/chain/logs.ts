import { z } from "zod";

import { BadAnswerError, type Hex, type JsonRpcRequest, NodeRefusedError } from "../../../lib/index.ts";

/** Results that a Lotus node gives at once; as many may be a list that was cut. */
const MAX_RESULTS = 10_000;
/** Addresses that are asked for at once. */
const MAX_ADDRESSES = 100;

const bytes = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * length}}$`, "i"))
    .transform((text) => text.toLowerCase() as Hex);
const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,16}$/i)
  .transform(BigInt);

const rawLog = z.object({
  address: bytes(20),
  topics: z.array(bytes(32)).max(4),
  data: z
    .string()
    .regex(/^0x([0-9a-f]{2})*$/i)
    .transform((text) => text as Hex),
  blockNumber: quantity,
  transactionIndex: quantity.transform(Number),
  logIndex: quantity.transform(Number),
  transactionHash: bytes(32),
  removed: z.literal(false).optional(),
});
const rawLogs = z.array(rawLog).nullable();

export type RawLog = z.output<typeof rawLog>;

/** A node will not give the logs of so many epochs at once: ask for fewer. */
export class RangeRefusedError extends Error {
  override readonly name = "RangeRefusedError";
  readonly from: bigint;
  readonly to: bigint;
  override readonly cause: Error;

  constructor(from: bigint, to: bigint, cause: Error) {
    super(`The node refuses the logs of epochs ${from} to ${to}.`);
    this.cause = cause;
    this.from = from;
    this.to = to;
  }
}

/**
 * The logs of some contracts in the epochs [from, to], in the chain's order. Addresses are in lower case.
 *
 * @throws {RangeRefusedError} when the node will not give so many.
 */
export async function logsOf(
  request: JsonRpcRequest,
  addresses: readonly Hex[],
  from: bigint,
  to: bigint,
): Promise<RawLog[]> {
  const found: RawLog[] = [];
  for (let at = 0; at < addresses.length; at += MAX_ADDRESSES) {
    found.push(...(await someLogs(request, addresses.slice(at, at + MAX_ADDRESSES), from, to)));
  }
  return found.sort(
    (a, b) =>
      Number(a.blockNumber - b.blockNumber) || a.transactionIndex - b.transactionIndex || a.logIndex - b.logIndex,
  );
}

async function someLogs(
  request: JsonRpcRequest,
  addresses: readonly Hex[],
  from: bigint,
  to: bigint,
): Promise<RawLog[]> {
  const filter = { address: addresses, fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` };
  let answer: unknown;
  try {
    answer = await request("eth_getLogs", [filter]);
  } catch (error) {
    // What a node calls too much, and how it says so, differs; less is worth a try in any case.
    if (error instanceof NodeRefusedError || error instanceof BadAnswerError) {
      throw new RangeRefusedError(from, to, error);
    }
    throw error;
  }
  const parsed = rawLogs.safeParse(answer);
  if (!parsed.success) {
    throw new BadAnswerError("The node does not answer eth_getLogs like a Filecoin node: use another one.", {
      details: z.prettifyError(parsed.error).slice(0, 500),
    });
  }
  const logs = parsed.data ?? [];
  if (logs.length >= MAX_RESULTS) {
    const cut = new BadAnswerError(`The node answers ${logs.length} logs at once, which may be a list that it cut.`);
    throw new RangeRefusedError(from, to, cut);
  }
  const asked = new Set(addresses.map((address) => address.toLowerCase()));
  const stray = logs.find(({ address, blockNumber }) => !asked.has(address) || blockNumber < from || blockNumber > to);
  if (stray !== undefined) {
    throw new BadAnswerError("The node answers logs that it was not asked for: use another one.", {
      details: `epochs ${from} to ${to}, but ${stray.address} at ${stray.blockNumber}`,
    });
  }
  return logs;
}
