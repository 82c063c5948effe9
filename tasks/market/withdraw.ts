import { RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { readCoin } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import { marketReader, trader } from "../support/market.ts";
import { readPayee } from "../support/payee.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface WithdrawArguments extends SendingArguments {
  readonly coin: string | undefined;
  /** Who is paid; the sender where it is left out. */
  readonly to: string | undefined;
}

/** Takes out what outbid bids and sales have left as a credit. */
export async function withdraw(context: TaskContext, args: WithdrawArguments): Promise<void> {
  const { report } = context;
  const coin = await readCoin(context, args.coin);
  const market = await marketReader(context);
  report.title("Withdraw the credit of the market");
  const { sender, me } = await trader(context, args);
  const credit = await market.creditOf(coin.address, me);
  report.fact("credit", "credit", coin.format(credit), credit);
  const to = args.to === undefined ? me : (await readPayee(context, args.to, "FIL")).evm;
  report.fact("to", "paid to", args.to ?? to, to);
  if (credit === 0n)
    throw new RefusedError("There is no credit in this coin: name another one with --coin, or nothing is due.");
  const step = callStep(
    "PowerMarket",
    market.address,
    "withdraw",
    [coin.address, to],
    `Withdraw ${coin.format(credit)}`,
  );
  await execute(context, args, [step], sender);
}

export default taskAction(withdraw);
