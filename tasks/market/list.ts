import { formatPercent, formatPower, RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { readCoin } from "../support/coin.ts";
import { execute } from "../support/execute.ts";
import {
  approvalSteps,
  marketReader,
  orderEnd,
  reportNft,
  reportSplit,
  requireHolder,
  splitOf,
  trader,
} from "../support/market.ts";
import { nftReader, parseIds, readNft } from "../support/nft.ts";
import { taskAction } from "../support/runTask.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface ListArguments extends SendingArguments {
  readonly id: string;
  readonly price: string;
  /** FIL where it is left out. */
  readonly coin: string | undefined;
  /** 30 days from now where it is left out. */
  readonly until: string | undefined;
}

/** Offers an NFT at a fixed price. It stays with its holder, and earns for it, until it is sold. */
export async function list(context: TaskContext, args: ListArguments): Promise<void> {
  const { report, network } = context;
  const [id = 0n] = parseIds(args.id);
  const coin = await readCoin(context, args.coin);
  const price = coin.parse(args.price);
  const [nft, market] = await Promise.all([nftReader(context), marketReader(context)]);
  const held = await readNft(context, nft, id);
  const until = await orderEnd(context, args.until);

  report.title(`List NFT ${id}`);
  const { sender, me } = await trader(context, args, held.owner);
  await reportNft(context, nft, held);
  const feeBps = await market.feeBps();
  const split = splitOf(price, feeBps, held.power.royaltyBps);
  report.fact("price", "price", coin.format(price), price);
  reportSplit(context, coin, split);
  report.fact("until", "until", `${network.clock.format(until)} (epoch ${until})`, until);
  requireHolder(context, held, me);
  if (held.power.attestedAt === 0n) {
    throw new RefusedError(`Not attested yet: NFT ${id} earns after the next report; list it then.`);
  }
  report.check("attested", "pass", `Attested with ${formatPower(held.power.weight)}`);
  if (held.power.royaltyBps > 0) {
    const rate = formatPercent(held.power.royaltyBps);
    report.check("royalty", "warn", `The royalty of ${rate} goes to the minter: none is taken from its own sale.`);
  }
  // listed before it is approved: an older listing, with another price, never stands
  const call = [id, coin.address, price, until, held.power.weight];
  const first = callStep("PowerMarket", market.address, "list", call, `List NFT ${id}`);
  const rest = await approvalSteps(context, nft, held);
  await execute(context, args, [first, ...rest], sender);
}

export default taskAction(list);
