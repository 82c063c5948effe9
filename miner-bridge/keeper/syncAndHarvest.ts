import { Interface } from "ethers";

import { Address, type Hex, type MinerAccount, PowerNftReader, formatFil, powerNftAbi } from "../../lib/index.ts";
import type { Vault } from "../state/index.ts";
import { eachMiner } from "./eachMiner.ts";
import type { Duty, KeeperDeps } from "./KeeperDeps.ts";

const NFT = new Interface(powerNftAbi);

/** Measures each miner with NFTs before the deadline after which income could not be proven any more. */
export const syncMiners: Duty = async (deps, { head }, act) => {
  const { config, metrics, log } = deps;
  await eachMiner(deps, "syncMiners", async ({ minerId }) => {
    const account = await accountOf(deps, minerId);
    if (account.lastSync === 0n || account.living === 0n) return;
    const left = account.syncDeadline - head.Height;
    metrics.syncDeadline.set({ miner: `f0${minerId}` }, Number(left));
    metrics.arrears.set({ miner: `f0${minerId}` }, Number(account.arrears) / 1e18);
    metrics.owed.set({ miner: `f0${minerId}` }, Number(account.owed) / 1e18);
    if (left > config.syncMarginEpochs) return;
    log.warn({ event: "keeper.deadline", minerId, left }, `f0${minerId} has to be measured within ${left} epochs`);
    await act({ purpose: `sync:${minerId}:${account.lastSync}`, to: config.powerNft, data: encode("sync", minerId) });
  });
};

/** Measures and harvests where what comes to holders is so many times the gas. */
export const harvestMiners: Duty = async (deps, _, act) => {
  const { config, eth, log, outbox } = deps;
  const from = outbox.address;
  if (from === undefined) return; // gas is estimated for who pays it
  await eachMiner(deps, "harvestMiners", async (vault) => {
    const { minerId } = vault;
    const account = await accountOf(deps, minerId);
    const harvestable = await harvestableOf(deps, vault, account);
    if (harvestable === 0n) return;
    const data = encode("settle", minerId);
    const call = { to: config.powerNft, data };
    const [gas, baseFee, priorityFee] = await Promise.all([
      eth.estimateGas({ from, ...call }),
      eth.baseFee(),
      eth.priorityFee(),
    ]);
    const cost = gas * (baseFee + priorityFee);
    log.debug(
      { event: "keeper.worth", minerId, harvestable, cost },
      `${formatFil(harvestable)} for ${formatFil(cost)}`,
    );
    if (harvestable < cost * BigInt(config.harvestGasFactor)) return;
    await act({ purpose: `settle:${minerId}:${account.lastSync}`, ...call });
  });
};

/**
 * What a measurement and a harvest now would bring, attoFIL: what is owed and, where that can be paid in full, the
 * holders' part of rewards that are not measured yet, as far as the miner has cash.
 */
async function harvestableOf(deps: KeeperDeps, vault: Vault, account: MinerAccount): Promise<bigint> {
  const { eth, pool } = deps;
  const { minerId, address } = vault;
  const owed = account.owed === 0n ? 0n : await simulate(deps, "harvest", minerId);
  if (account.weight === 0n || owed < account.owed) return owed; // there is no more cash, or the chain refuses to pay it
  const rewards = await simulate(deps, "sync", minerId);
  const whole = account.qap > account.weight ? account.qap : account.weight;
  const unmeasured = (rewards * account.weight) / whole;
  const [available, cash] = await Promise.all([
    pool.lotus.stateMinerAvailableBalance(Address.fromId(minerId)),
    eth.balance(address),
  ]);
  const left = (available > 0n ? available : 0n) + cash - owed;
  return owed + (unmeasured < left ? unmeasured : left > 0n ? left : 0n);
}

function accountOf({ pool, config }: KeeperDeps, minerId: bigint): Promise<MinerAccount> {
  return new PowerNftReader(pool.request, config.powerNft).minerAccount(minerId);
}

async function simulate({ eth, config }: KeeperDeps, name: "harvest" | "sync", minerId: bigint): Promise<bigint> {
  const answer = await eth.call({ to: config.powerNft, data: encode(name, minerId) });
  return NFT.decodeFunctionResult(name, answer)[0] as bigint;
}

function encode(name: "sync" | "harvest" | "settle", minerId: bigint): Hex {
  return NFT.encodeFunctionData(name, [minerId]) as Hex;
}
