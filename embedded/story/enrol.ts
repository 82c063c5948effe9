import {
  Address,
  MinerMethod,
  VAULT_EXPIRATION,
  VAULT_QUOTA,
  changeBeneficiaryParams,
  formatFil,
  fromHex,
  withdrawBalanceParams,
} from "../../lib/index.ts";
import { inFil } from "../print/figures.ts";
import type { Stage } from "./Stage.ts";

/** The vault becomes the miner's beneficiary: the owner signs one message, anybody does the rest. */
export async function enrol(stage: Stage): Promise<void> {
  const { cast, lotus, miner, print } = stage;
  print.heading(`2. Enrolling ${miner.toString()}`);

  const savings = await lotus.stateMinerAvailableBalance(miner);
  await stage.native(cast.owner, miner, MinerMethod.WithdrawBalance, withdrawBalanceParams(savings));
  print.done(`the owner first takes out what the miner earned before: ${inFil(savings)}`);

  const created = await stage.send(cast.keeper, "registry", "createVault", [miner.id]);
  stage.vault = stage.event(created, "registry", "VaultCreated")?.["vault"] as typeof stage.vault;
  const vault = Address.fromEvmBytes(fromHex(stage.vault));
  print.done("anybody creates the miner's vault, at an address that follows from the miner's id");
  print.facts([
    ["vault", (await lotus.stateLookupID(vault)).toString()],
    ["", vault.toString()],
    ["", stage.vault],
  ]);

  const early = await stage.refusalOf(cast.keeper, "vault", "activate", []);
  print.refused(`activating before the owner has proposed anything is refused: ${early.error}`);
  const terms = { beneficiary: vault, quota: VAULT_QUOTA, expiration: VAULT_EXPIRATION };
  await stage.native(cast.owner, miner, MinerMethod.ChangeBeneficiary, changeBeneficiaryParams(terms));
  print.done(
    `the owner proposes the vault as beneficiary by a native message from its f3 key: quota ` +
      `${formatFil(VAULT_QUOTA)}, expiration epoch ${VAULT_EXPIRATION}; always these terms, so that they never run out`,
  );
  await stage.send(cast.keeper, "vault", "activate", []);
  const info = await lotus.stateMinerInfo(miner);
  print.done(`anybody activates the vault; the chain now names ${info.Beneficiary.toString()} as beneficiary`);

  await stage.send(cast.owner, "vault", "setOperator", [cast.operator.evm]);
  print.done(
    "the owner names an operator, whose 0x key may mint and withdraw for it; the f3 key can go back to the safe",
  );
}
