import type { Hex } from "../../lib/index.ts";
import type { NodePosition } from "../chain/index.ts";
import { activateVaults } from "./activateVaults.ts";
import { announceSkips, applyReports } from "./applyReports.ts";
import type { Deed, Duty, DutyName, KeeperDeps } from "./KeeperDeps.ts";
import { bookLosses, buyMachines, collectIncome, payTickets, settlePools, startLots } from "./pools/index.ts";
import { settleExpiries } from "./settleExpiries.ts";
import { harvestMiners, syncMiners } from "./syncAndHarvest.ts";

/** What each duty came to: transactions that were sent, and those that a contract would have refused. */
export type Kept = Readonly<Partial<Record<DutyName, { readonly sent: number; readonly refused: number }>>>;

/** In this order: what moves money last; pools when their miners were seen to. */
const DUTIES: Readonly<Record<DutyName, Duty>> = {
  applyReports,
  announceSkips,
  activateVaults,
  settleExpiries,
  syncMiners,
  harvestMiners,
  settlePools,
  bookLosses,
  collectIncome,
  payTickets,
  buyMachines,
  startLots,
};

/** Does every duty that is switched on, once. */
export async function keep(deps: KeeperDeps, position: NodePosition): Promise<Kept> {
  const round = { ...deps, silentPools: new Set<Hex>() };
  const kept: Partial<Record<DutyName, { sent: number; refused: number }>> = {};
  for (const [name, duty] of Object.entries(DUTIES) as [DutyName, Duty][]) {
    if (!deps.config[name]) continue;
    const counts = { sent: 0, refused: 0 };
    await duty(round, position, async ({ purpose, to, data }: Deed) => {
      const sent = await deps.outbox.send(purpose, { to, data });
      if (sent.outcome === "sent") counts.sent += 1;
      if (sent.reason !== undefined) {
        counts.refused += 1;
        deps.log.warn({ event: "keeper.notSent", purpose, ...sent }, `${purpose} is not sent: ${sent.reason}`);
      }
    });
    const outcome = counts.sent > 0 ? "done" : counts.refused > 0 ? "failed" : "nothing";
    deps.metrics.duties.inc({ duty: name, outcome });
    kept[name] = counts;
  }
  return kept;
}
