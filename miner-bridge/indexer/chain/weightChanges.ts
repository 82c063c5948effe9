import { frameOf } from "../../../lib/protocol/report.ts";
import type { ChainEvent } from "./contracts.ts";

/** Why a weight changed: an oracle's report was applied, or the chain proved sectors lost. */
export type WeightCause = "report" | "challenge";

export interface WeightChange {
  readonly frame: number;
  readonly cause: WeightCause;
}

/**
 * The frame and the cause of each WeightSet event. PowerNFT does not say them: the oracle does, with an event that
 * follows in the same transaction.
 *
 * @param events Of whole epochs, in the chain's order.
 */
export function weightChanges(events: readonly ChainEvent[]): Map<ChainEvent, WeightChange> {
  const changes = new Map<ChainEvent, WeightChange>();
  let waiting: ChainEvent[] = [];
  let transaction = "";
  const settle = (belongs: (event: ChainEvent) => boolean, change: WeightChange): void => {
    for (const event of waiting.filter(belongs)) changes.set(event, change);
    waiting = waiting.filter((event) => !belongs(event));
  };
  for (const event of events) {
    if (event.transaction !== transaction) waiting = [];
    transaction = event.transaction;
    const { args } = event;
    if (event.contract === "PowerNFT" && event.name === "WeightSet") {
      // until the oracle has spoken: what the frame of now would be
      changes.set(event, { frame: frameOf(event.epoch), cause: "report" });
      waiting.push(event);
    }
    if (event.contract !== "PowerOracle") continue;
    if (event.name === "Applied") {
      const [first, last] = [args["firstId"] as bigint, args["lastId"] as bigint];
      const inPage = ({ args: { id, minerId } }: ChainEvent): boolean =>
        minerId === args["minerId"] && (id as bigint) >= first && (id as bigint) <= last;
      settle(inPage, { frame: Number(args["frame"]), cause: "report" });
    }
    if (event.name === "Challenged") {
      settle(({ args: { id } }) => id === args["id"], { frame: frameOf(event.epoch), cause: "challenge" });
    }
  }
  return changes;
}
