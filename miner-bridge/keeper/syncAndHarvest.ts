import { Interface } from "ethers";

import { Address, type Hex, type MinerAccount, PowerNftReader, formatFil, powerNftAbi } from "../../lib/index.ts";
import { filOf } from "../ops/index.ts";
import type { Vault } from "../state/index.ts";
import { eachMiner } from "./eachMiner.ts";
import { gasCost } from "./gasCost.ts";
import type { Duty, KeeperDeps } from "./KeeperDeps.ts";

const NFT = new Interface(powerNftAbi);

/** Measures each miner with NFTs before the deadline after which income could not be proven any more. */
export const syncMiners: Duty = async (deps, { head }, act) => {
  const { config, metrics, log } = deps;
  await eachMiner(deps, "syncMiners", async ({ minerId }) => {
    const account = await readerOf(deps).minerAccount(minerId);
    if (account.lastSync === 0n || account.living === 0n) return;
    const left = account.syncDeadline - head.Height;
    metrics.syncDeadline.set({ miner: `f0${minerId}` }, Number(left));
    metrics.arrears.set({ miner: `f0${minerId}` }, filOf(account.arrears));
    metrics.owed.set({ miner: `f0${minerId}` }, filOf(await owedOf(deps, minerId, account)));
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
    const account = await readerOf(deps).minerAccount(minerId);
    const harvestable = await harvestableOf(deps, vault, account);
    if (harvestable === 0n) return;
    const data = encode("settle", minerId);
    const call = { to: config.powerNft, data };
    const cost = await gasCost(eth, { from, ...call });
    log.debug(
      { event: "keeper.worth", minerId, harvestable, cost },
      `${formatFil(harvestable)} for ${formatFil(cost)}`,
    );
    if (harvestable < cost * BigInt(config.harvestGasFactor)) return;
    await act({ purpose: `settle:${minerId}:${account.lastSync}`, ...call });
  });
};

/**
 * What a measurement and a harvest now would bring, attoFIL: what is owed, of income and of guarantees, and, where that
 * can be paid in full, the holders' part of rewards that are not measured yet, as far as the miner has cash.
 */
async function harvestableOf(deps: KeeperDeps, vault: Vault, account: MinerAccount): Promise<bigint> {
  const { eth, pool } = deps;
  const { minerId, address } = vault;
  const owed = await owedOf(deps, minerId, account);
  const paid = owed === 0n ? 0n : await simulate(deps, "harvest", minerId);
  if (account.weight === 0n || paid < owed) return paid; // there is no more cash, or the chain refuses to pay it
  const rewards = await simulate(deps, "sync", minerId);
  const whole = account.qap > account.weight ? account.qap : account.weight;
  const unmeasured = (rewards * account.weight) / whole;
  const [available, cash] = await Promise.all([
    pool.lotus.stateMinerAvailableBalance(Address.fromId(minerId)),
    eth.balance(address),
  ]);
  const left = (available > 0n ? available : 0n) + cash - paid;
  return paid + (unmeasured < left ? unmeasured : left > 0n ? left : 0n);
}

/** What a miner still owes its holders, of income and of guarantees, attoFIL. */
async function owedOf(deps: KeeperDeps, minerId: bigint, account: MinerAccount): Promise<bigint> {
  return account.owed + (await readerOf(deps).guaranteesOf(minerId)).owed;
}

function readerOf({ pool, config }: KeeperDeps): PowerNftReader {
  return new PowerNftReader(pool.request, config.powerNft);
}

async function simulate({ eth, config }: KeeperDeps, name: "harvest" | "sync", minerId: bigint): Promise<bigint> {
  const answer = await eth.call({ to: config.powerNft, data: encode(name, minerId) });
  return NFT.decodeFunctionResult(name, answer)[0] as bigint;
}

function encode(name: "sync" | "harvest" | "settle", minerId: bigint): Hex {
  return NFT.encodeFunctionData(name, [minerId]) as Hex;
}
