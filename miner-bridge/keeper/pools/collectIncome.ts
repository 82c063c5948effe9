import { PowerNftReader, formatFil, frameOf, inBatches } from "../../../lib/index.ts";
import type { Duty } from "../KeeperDeps.ts";
import { callOf, isWorthGas } from "./calls.ts";
import { eachPool } from "./eachPool.ts";

/** Takes into a pool what its machines can be paid, when it is so many times the gas; once is enough while somebody waits. */
export const collectIncome: Duty = async (deps, { head }, act) => {
  const { config, log } = deps;
  const nft = new PowerNftReader(deps.pool.request, config.powerNft);
  await eachPool(deps, "collectIncome", async (pool) => {
    const machines = await inBatches(await pool.machineIds(), async (id) => {
      const [income, guarantee, paid] = await Promise.all([nft.payableOf(id), nft.guaranteeOf(id), nft.paidOf(id)]);
      return { id, payable: income + guarantee.payableNow, paid: paid + guarantee.paid };
    });
    const paying = machines.filter(({ payable }) => payable > 0n);
    if (paying.length === 0) return;
    const amount = paying.reduce((sum, { payable }) => sum + payable, 0n);
    const { waiting } = await pool.accounts();
    const call = callOf(
      pool.address,
      "collect",
      paying.map(({ id }) => id),
    );
    const times = waiting > 0n ? 1 : config.harvestGasFactor;
    const worth = await isWorthGas(deps, call, amount, times);
    log.debug(
      { event: "keeper.collectable", pool: pool.address, amount, times, worth },
      `${formatFil(amount)} can be collected`,
    );
    if (!worth) return;
    // what was paid before tells one collection of a day from the next
    const paid = machines.reduce((sum, machine) => sum + machine.paid, 0n);
    await act({ purpose: `collect:${pool.address}:${frameOf(head.Height)}:${paid}`, ...call });
  });
};
