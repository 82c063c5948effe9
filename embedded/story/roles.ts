import type { Stage } from "./Stage.ts";

/** Who is who, before the story begins. */
export async function introduce(stage: Stage): Promise<void> {
  const { print, cast, lotus, miner } = stage;
  const [info, power, count] = await Promise.all([
    lotus.stateMinerInfo(miner),
    lotus.stateMinerPower(miner),
    lotus.stateMinerSectorCount(miner),
  ]);
  const share = (power.MinerPower.QualityAdjPower * 1000n) / power.TotalPower.QualityAdjPower;
  print.heading("Who is who");
  print.text(
    `Miner ${miner.toString()} has been mining for half a year: ${count.Live} sectors of 32 GiB, ` +
      `${Number(share) / 10}% of a small network's power. Its owner ${info.Owner.toString()} is an f3 key. ` +
      "Alice, Carol and Dave hold 0x keys; Bob holds FIL on an f1 key, as with a Ledger.",
  );
  print.text("Below, ok is what was done, no what the contracts refused as they should, !! what went wrong.");
  print.table(
    [{ title: "name", align: "left" }, { title: "id" }, { title: "address", align: "left" }],
    (["owner", "operator", "Alice", "Bob", "Carol", "Dave", "keeper", "attestor", "governance"] as const).map(
      (role) => {
        const { id, robust, evm, wallet } = cast[role];
        const text = robust.toString();
        return [role, `f0${id}`, wallet === undefined ? shortened(text) : `${evm} = ${shortened(text)}`];
      },
    ),
  );
}

/** An address that is too long for a line. */
function shortened(text: string): string {
  return text.length <= 42 ? text : `${text.slice(0, 16)}...${text.slice(-6)}`;
}
