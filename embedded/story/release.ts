import { MinerMethod, changeBeneficiaryParams, withdrawBalanceParams } from "../../lib/index.ts";
import { inFil } from "../print/figures.ts";
import { claim, claimProtocolFees } from "./claims.ts";
import { showSolvency } from "./standing.ts";
import type { Stage } from "./Stage.ts";

/**
 * The owner takes the role of beneficiary back: nobody is owed anything, so the vault lets go.
 *
 * @returns what the owner then withdraws from the miner directly, attoFIL.
 */
export async function release(stage: Stage): Promise<bigint> {
  const { cast, lotus, miner, print } = stage;
  print.heading("7. Release");
  const back = { beneficiary: (await lotus.stateMinerInfo(miner)).Owner, quota: 0n, expiration: 0n };
  await stage.native(cast.owner, miner, MinerMethod.ChangeBeneficiary, changeBeneficiaryParams(back));
  print.done("the owner proposes natively to take the role of beneficiary back");
  await stage.send(cast.keeper, "vault", "release", []);
  const { Beneficiary } = await lotus.stateMinerInfo(miner);
  print.done(
    `anybody lets the vault approve, since no NFT lives and nothing is owed: beneficiary is ${Beneficiary.toString()}`,
  );
  await showSolvency(stage);
  print.text("Bob has not claimed for a while: what is payable stays his, release or not.", 5);
  await claim(stage, cast.Bob, 2n);
  await claimProtocolFees(stage);
  const rest = await lotus.stateMinerAvailableBalance(miner);
  await stage.native(cast.owner, miner, MinerMethod.WithdrawBalance, withdrawBalanceParams(rest));
  print.done(`the owner withdraws directly from the miner again: ${inFil(rest)}`);
  return rest;
}
