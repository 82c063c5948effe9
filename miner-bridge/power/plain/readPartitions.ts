import { partition } from "../../../lib/lotus/answers.ts";
import type { Partition } from "../../../lib/index.ts";
import { type ListSource, notFromLotus, readList } from "./readList.ts";

export const STATE_MINER_PARTITIONS = "Filecoin.StateMinerPartitions";

/**
 * Reads the partitions of `StateMinerPartitions` while they come: of a ragged miner, those of one deadline are megabytes.
 *
 * @param take Gets every partition, in order.
 * @throws as `readList`, and {BadAnswerError} for what is no partition.
 */
export function readPartitions(source: ListSource, take: (partition: Partition) => void): Promise<void> {
  return readList(source, {
    method: STATE_MINER_PARTITIONS,
    take: (item) => {
      const parsed = partition.safeParse(item);
      if (!parsed.success) throw notFromLotus(STATE_MINER_PARTITIONS, parsed.error.message);
      take(parsed.data);
    },
  });
}
