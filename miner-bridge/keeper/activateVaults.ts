import { Interface } from "ethers";

import { Address, type Hex, frameOf, minerVaultAbi } from "../../lib/index.ts";
import { eachMiner } from "./eachMiner.ts";
import type { Duty, KeeperDeps } from "./KeeperDeps.ts";

const VAULT = new Interface(minerVaultAbi);
const ACTIVATE = VAULT.encodeFunctionData("activate") as Hex;

/** Activates vaults that their miner's owner has proposed as beneficiary, at most once a day each. */
export const activateVaults: Duty = async (deps, { head }, act) => {
  await eachMiner(deps, "activateVaults", async ({ minerId, address }) => {
    if (await isActive(deps, address)) return;
    const pending = (await deps.pool.lotus.stateMinerInfo(Address.fromId(minerId))).PendingBeneficiaryTerm;
    if (pending === null || pending.ApprovedByNominee) return; // nothing to approve, or the vault has approved
    const purpose = `activate:${minerId}:${frameOf(head.Height)}`;
    await deps.targets.allowVault(minerId, address);
    await act({ purpose, to: address, data: ACTIVATE });
  });
};

async function isActive({ eth }: KeeperDeps, vault: Hex): Promise<boolean> {
  const answer = await eth.call({ to: vault, data: VAULT.encodeFunctionData("isActive") as Hex });
  return Boolean(VAULT.decodeFunctionResult("isActive", answer)[0]);
}
