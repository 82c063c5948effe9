import type { Address } from "../../lib/index.ts";
import { type Call, requireTarget } from "./simulate.ts";
import type { TaskContext } from "./TaskContext.ts";

/** Calls as a file for the Transaction Builder of a Safe, which sends them together. */
export async function safeBatch(context: TaskContext, calls: readonly Call[], safe: Address): Promise<string> {
  const { network, report, lotus } = context;
  const { Height: head } = await lotus.chainHead();
  const batch = {
    version: "1.0",
    chainId: network.chainId.toString(),
    createdAt: network.clock.dateOf(head).getTime(),
    meta: { name: report.heading, createdFromSafeAddress: safe.toEvm() },
    transactions: calls.map((call) => ({
      to: requireTarget(call),
      value: (call.value ?? 0n).toString(),
      data: call.data,
    })),
  };
  return JSON.stringify(batch, undefined, 2);
}
