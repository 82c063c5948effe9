import { Interface, type Result } from "ethers";
import { z } from "zod";

import { BadAnswerError, type Hex, minerRegistryAbi, powerNftAbi } from "../../lib/index.ts";
import type { EthLog } from "../chain/index.ts";
import type { Discovery } from "../state/index.ts";

const EVENTS = new Interface(
  [...minerRegistryAbi, ...powerNftAbi].filter((line) =>
    /^event (VaultCreated|Minted|Burned|SectorsFreed)\(/.test(line),
  ),
);

/** The first topics of the events that are read. */
export const EVENT_TOPICS: readonly Hex[] = EVENTS.fragments
  .filter((fragment) => fragment.type === "event")
  .map((fragment) => EVENTS.getEvent(fragment.format())?.topicHash as Hex);

const uint = z.bigint();
const vaultCreated = z.object({ minerId: uint, vault: z.string() });
const minted = z.object({ id: uint, minerId: uint, nominalPower: uint, expiry: uint });
const runs = z.array(z.tuple([uint, uint]));
const ended = z.object({ id: uint });

/** @throws {BadAnswerError} when the log is not one of the contracts' events. */
export function discoveryOf(log: EthLog): Discovery {
  const epoch = log.blockNumber;
  try {
    const parsed = EVENTS.parseLog({ topics: log.topics, data: log.data });
    const { sectors, ...args }: Record<string, unknown> = parsed?.args.toObject() ?? {};
    switch (parsed?.name) {
      case "VaultCreated": {
        const { minerId, vault } = vaultCreated.parse(args);
        return { kind: "vault", vault: { minerId, address: vault as Hex }, epoch };
      }
      case "Minted": {
        const ranges = runs.parse((sectors as Result).toArray(true)).map(([start, count]) => ({ start, count }));
        return { kind: "minted", nft: { ...minted.parse(args), sectors: ranges }, epoch };
      }
      default:
        return { kind: parsed?.name === "Burned" ? "burned" : "freed", ...ended.parse(args), epoch };
    }
  } catch (cause) {
    throw new BadAnswerError("The node shows an event that the contracts do not have: use another node.", {
      details: `epoch ${epoch}, transaction ${log.transactionHash}`,
      cause,
    });
  }
}
