/** What a storage provider does natively with its miner. */
import type { MinerVault } from "../../types/ethers-contracts/index.ts";
import { bigIntBytes, bytes, encodeCbor, idBytes } from "../filecoin/cbor.ts";
import { FIL, type Filecoin, type Receipt, rawOf } from "../filecoin/index.ts";

export const QUOTA = FIL(1_000_000_000_000);
export const EXPIRATION = 100_000_000n;

const WITHDRAW_BALANCE = 16n;
export const CHANGE_OWNER = 1010589339n;
const CHANGE_BENEFICIARY = 30n;

export interface Terms {
  readonly quota?: bigint;
  readonly expiration?: bigint;
}

/** A proposal by the owner, or an approval by anybody who repeats it. `nominee` is an id or an Ethereum address. */
export async function changeBeneficiary(
  fil: Filecoin,
  message: { miner: bigint; from: bigint | string; nominee: bigint | string } & Terms,
): Promise<Receipt> {
  const { miner, from, nominee, quota = QUOTA, expiration = EXPIRATION } = message;
  const params = encodeCbor([bytes(rawOf(nominee)), bigIntBytes(quota), expiration]);
  return succeeded(await fil.native({ from, to: miner, method: CHANGE_BENEFICIARY, params }));
}

/** The owner proposes the vault, on the terms that it requires unless said otherwise. */
export async function proposeVault(
  fil: Filecoin,
  miner: bigint,
  owner: bigint,
  vault: MinerVault,
  terms: Terms = {},
): Promise<void> {
  await changeBeneficiary(fil, { miner, from: owner, nominee: await vault.getAddress(), ...terms });
}

/** The owner proposes to take the role back. */
export async function proposeReturn(fil: Filecoin, miner: bigint, owner: bigint): Promise<void> {
  await changeBeneficiary(fil, { miner, from: owner, nominee: owner, quota: 0n, expiration: 0n });
}

/** The first step of a change of owner. */
export async function proposeOwner(fil: Filecoin, miner: bigint, from: bigint | string, to: bigint): Promise<void> {
  succeeded(await fil.native({ from, to: miner, method: CHANGE_OWNER, params: encodeCbor(idBytes(to)) }));
}

/** Both steps of a change of owner; the new one sends from `sender` where its id cannot. */
export async function changeOwner(
  fil: Filecoin,
  miner: bigint,
  from: bigint,
  to: bigint,
  sender: bigint | string = to,
): Promise<void> {
  await proposeOwner(fil, miner, from, to);
  await proposeOwner(fil, miner, sender, to);
}

/** The owner's own withdrawal: the chain pays the beneficiary. */
export async function withdrawBalance(fil: Filecoin, miner: bigint, from: bigint, amount: bigint): Promise<void> {
  const params = encodeCbor([bigIntBytes(amount)]);
  succeeded(await fil.native({ from, to: miner, method: WITHDRAW_BALANCE, params }));
}

function succeeded(receipt: Receipt): Receipt {
  if (receipt.exitCode !== 0n) throw new Error(`the message failed with exit code ${receipt.exitCode}`);
  return receipt;
}
