import { EPOCHS_PER_DAY, EPOCH_SECONDS, type Hex, formatPercent } from "../../lib/index.ts";
import { deployProtocol } from "../../lib/protocol/deploy.ts";
import { grouped } from "../print/figures.ts";
import type { Stage } from "./Stage.ts";

/** The protocol's part of holders' income. */
const PROTOCOL_FEE_BPS = 100;
/** Between scheduling and carrying out a change of a parameter. */
const PARAMETER_DELAY = 3n * EPOCHS_PER_DAY;

/** Contracts, and whoever may change what. */
export async function deploy(stage: Stage): Promise<void> {
  const { cast, print } = stage;
  const { deployer, governance, guardian, attestor } = cast;
  if (deployer.wallet === undefined) throw new TypeError("The deployer needs a key");
  print.heading("1. The contracts");
  const rows: string[][] = [];
  stage.protocol = await deployProtocol(
    stage.machines.factoryOf,
    deployer.wallet,
    { governance: governance.evm, guardian: guardian.evm },
    { members: [attestor.evm], quorum: 1 },
    (name, address, receipt) => {
      rows.push([name, address, grouped(receipt.gasUsed)]);
    },
  );
  for (const row of rows) {
    const id = await stage.forms(row[1] as Hex);
    row.splice(1, 0, id.split(" ")[0] ?? "");
  }
  print.table(
    [{ title: "contract", align: "left" }, { title: "id" }, { title: "address", align: "left" }, { title: "EVM gas" }],
    rows,
  );
  print.text("The deployer holds no role. Every parameter has a hard range, and waits before it changes:");

  const fee = stage.calldata("powerNFT", "setProtocolFee", [PROTOCOL_FEE_BPS]);
  const target = stage.addressOf("powerNFT");
  const scheduled = await stage.epoch();
  // A little later than the delay: the transaction itself takes an epoch.
  const ready = scheduled + PARAMETER_DELAY + 2n;
  const when = stage.clock.genesis + ready * EPOCH_SECONDS;
  await stage.send(governance, "accessManager", "schedule", [target, fee, when]);
  print.done(`governance schedules a protocol fee of ${formatPercent(PROTOCOL_FEE_BPS)} of holders' income`);
  await stage.advanceTo(ready);
  await stage.send(governance, "accessManager", "execute", [target, fee]);
  print.done("three days later it carries the change out; NFTs minted earlier would keep their fee");
}
