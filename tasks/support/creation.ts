import { Interface } from "ethers";

import { type Hex, UsageError } from "../../lib/index.ts";
import { link } from "../../lib/protocol/link.ts";
import type { PlannedContract } from "../../lib/protocol/planDeployment.ts";
import type { Step } from "./execute.ts";
import { reportSender, type Sender } from "./Sender.ts";
import type { SendingArguments, TaskContext } from "./TaskContext.ts";

/** Who deploys: only an Ethereum transaction creates a contract. @throws {UsageError} for anybody else. */
export async function deployer(
  context: TaskContext,
  sending: SendingArguments,
): Promise<{ readonly sender: Sender; readonly from: Hex }> {
  const sender = await reportSender(context, sending);
  const from = sender?.address.toEvm();
  if (sender?.way === "ethereum" && from !== undefined) return { sender, from };
  throw new UsageError("Contracts are deployed by an Ethereum key: set PRIVATE_KEY, or name its address with --from.");
}

/** The table of what is deployed, and where it comes to lie. */
export function reportContracts({ report }: TaskContext, contracts: readonly PlannedContract[]): void {
  report.table(
    "contracts",
    "Contracts, in this order",
    ["contract", "address"],
    contracts.map(({ name, address }) => [name, address]),
    contracts.map(({ name, address }) => ({ name, address })),
  );
}

/** @param standsAlone Whether its constructor asks no contract that is deployed in the same plan. */
export async function creation(
  context: TaskContext,
  { name, address, args, libraries }: PlannedContract,
  standsAlone: boolean,
): Promise<Step> {
  const compiled = await context.compiled(name);
  const code = link(compiled, libraries);
  const data = (code + new Interface(compiled.abi).encodeDeploy(args).slice(2)) as Hex;
  return { to: undefined, data, title: `Deploy ${name}`, creates: address as Hex, standsAlone };
}
