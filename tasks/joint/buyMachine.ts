import { RefusedError } from "../../lib/index.ts";
import { callStep, eventValue } from "../support/calls.ts";
import { coinAt } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import { marketReader, reportNft, sameAddress } from "../support/market.ts";
import { nftReader, parseIds, readNft } from "../support/nft.ts";
import { openPool, type PoolArguments } from "../support/pool.ts";
import { policyChecks } from "../support/purchase.ts";
import { taskAction } from "../support/runTask.ts";
import { reportSender } from "../support/Sender.ts";
import { simulate } from "../support/simulate.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface BuyMachineArguments extends SendingArguments, PoolArguments {
  readonly id: string;
}

/** Lets the pool buy a listed NFT with its own money, if it satisfies the policy. Anyone may. */
export async function buyMachine(context: TaskContext, args: BuyMachineArguments): Promise<void> {
  const { report } = context;
  const [id = 0n] = parseIds(args.id);
  const [pool, nft, market] = await Promise.all([openPool(context, args), nftReader(context), marketReader(context)]);
  const held = await readNft(context, nft, id);
  report.title(`Let the pool ${pool.symbol} buy NFT ${id}`);
  const sender = await reportSender(context, args);
  await reportNft(context, nft, held);
  const listing = await market.listing(id);
  if (listing.price === 0n) {
    throw new RefusedError(
      `NFT ${id} is not listed: its holder lists it with \`market list ${id} --price ...\` first.`,
    );
  }
  const coin = await coinAt(context, listing.coin);
  report.fact("price", "price", coin.format(listing.price), listing.price);
  if (!sameAddress(listing.coin, pool.asset.address)) {
    throw new RefusedError(
      `NFT ${id} is listed for ${coin.symbol}, but the pool ${pool.symbol} pays ${pool.asset.symbol}: name a pool over ${coin.symbol} with --pool, or let its holder list it again.`,
    );
  }

  const step = callStep("JointMiningPool", pool.address, "buyMachine", [id], `Buy NFT ${id} for the pool`);
  // The purchase measures the miner, settles and pays tickets first: it may work where today's figures say no.
  const works = await simulate(context, step, sender).then(
    (returned) => returned !== undefined,
    (error: unknown) => {
      if (error instanceof RefusedError) return false;
      throw error;
    },
  );
  for (const { name, holds, text } of await policyChecks(context, { pool, nft }, held, listing)) {
    report.check(name, holds ? "pass" : works ? "warn" : "fail", text);
  }
  const outcome = await execute(context, args, [step], sender);
  if (!outcome.sent) return;
  const price = eventValue(outcome.logs, "JointMiningPool", "MachineBought", "price");
  if (typeof price !== "bigint") return;
  report.lines("");
  report.fact("bought", "bought for", pool.asset.format(price), price);
}

export default taskAction(buyMachine);
