import { inFil } from "../print/figures.ts";
import type { Person } from "./people.ts";
import type { Done, Stage } from "./Stage.ts";

function amountOf(stage: Stage, done: Done, event: string): bigint {
  return (stage.event(done, "powerNFT", event)?.["amount"] ?? 0n) as bigint;
}

/** A holder takes out what its NFT can be paid. */
export async function claim(stage: Stage, who: Person, id: bigint): Promise<void> {
  const done = await stage.send(who, "powerNFT", "claim", [[id], who.evm]);
  const how = who.wallet === undefined ? "by a native message from its f1 key" : "to its 0x address";
  stage.print.done(`${who.name} claims NFT #${id} ${how}: ${inFil(amountOf(stage, done, "Claimed"))}`);
}

/** A former holder takes out what was payable when it gave its NFT away. */
export async function claimCredit(stage: Stage, who: Person): Promise<void> {
  const done = await stage.send(who, "powerNFT", "claimCredit", [who.evm]);
  stage.print.done(`${who.name} takes out its credit: ${inFil(amountOf(stage, done, "CreditClaimed"))}`);
}

/** Governance takes out the protocol's fees. */
export async function claimProtocolFees(stage: Stage): Promise<void> {
  const { governance } = stage.cast;
  const done = await stage.send(governance, "powerNFT", "claimProtocolFees", [governance.evm]);
  stage.print.done(`governance takes out the protocol's fees: ${inFil(amountOf(stage, done, "ProtocolFeesClaimed"))}`);
}

/** The owner's own money: everything that nobody else is owed. */
export async function withdrawSurplus(stage: Stage): Promise<void> {
  const { cast, lotus, miner, print } = stage;
  const surplus = await lotus.stateMinerAvailableBalance(miner);
  await stage.send(cast.operator, "vault", "withdrawToOwner", [surplus]);
  print.done(`the operator withdraws what holders are not owed, to the owner: ${inFil(surplus)}`);
}
