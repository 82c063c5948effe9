import { formatFil, inBatches, RefusedError, UsageError } from "../../lib/index.ts";
import { callStep, eventSum } from "../support/calls.ts";
import { execute, type Step } from "../support/execute.ts";
import { type HeldNft, holderText, isUnknownNft, nftReader, parseIds, readNft } from "../support/nft.ts";
import { readPayee } from "../support/payee.ts";
import { taskAction } from "../support/runTask.ts";
import { evmFormOf, resolveSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface ClaimArguments extends SendingArguments {
  /** Numbers of NFTs, or nothing with --all. */
  readonly ids: string | undefined;
  /** Everything of the sender: all its NFTs, and its credit. */
  readonly all: boolean;
  /** Who is paid; the sender when left out. */
  readonly to: string | undefined;
}

/** So many NFTs are claimed in one transaction. */
const PER_TRANSACTION = 100;

/** Pays out what NFTs have earned and cash has covered, and with --all the sender's credit too. */
export async function claim(context: TaskContext, args: ClaimArguments): Promise<void> {
  const { report } = context;
  if ((args.ids === undefined) !== args.all)
    throw new UsageError("Say which NFTs: their numbers, like 17 or 3,5-8, or --all.");
  const nft = await nftReader(context);
  const named = args.ids === undefined ? [] : parseIds(args.ids);
  const held = await inBatches(named, (id) => readNft(context, nft, id));
  const sender = await resolveSender(context, args, held[0]?.owner);
  if (sender === undefined) throw new UsageError("Say whose NFTs: set PRIVATE_KEY, or name the holder with --from.");
  const me = await evmFormOf(context, sender.address);
  const mine = args.all ? await allOf(context, me) : held;
  const credit = args.all ? await nft.creditOf(me) : 0n;

  report.title(args.all ? "Claim everything" : `Claim ${mine.length === 1 ? "one NFT" : `${mine.length} NFTs`}`);
  report.fact("from", "holder", sender.address.toString(context.network.prefix), me);
  const payee =
    args.to === undefined
      ? { evm: me, text: sender.address.toString(context.network.prefix) }
      : await readPayee(context, args.to, "FIL");
  report.fact("to", "paid to", payee.text, payee.evm);
  const payable = await inBatches(mine, ({ id }) => nft.payableOf(id));
  const unpaid = await inBatches(mine, ({ id }) => nft.unpaidOf(id));
  const sum = payable.reduce((total, amount) => total + amount, 0n);
  if (mine.length > 0) {
    report.table(
      "nfts",
      "NFTs",
      ["NFT", "payable", "still to be covered"],
      mine.map(({ id }, i) => [id.toString(), formatFil(payable[i] ?? 0n), formatFil(unpaid[i] ?? 0n)]),
      mine.map(({ id }, i) => ({ id, payable: payable[i] ?? 0n, unpaid: unpaid[i] ?? 0n })),
    );
  }
  if (credit > 0n) report.fact("credit", "credit of sold NFTs", formatFil(credit), credit);
  report.fact("sum", "in all", formatFil(sum + credit), sum + credit);

  const foreign = mine.find(({ ownerEvm }) => ownerEvm.toLowerCase() !== me.toLowerCase());
  if (foreign !== undefined) {
    throw new RefusedError(
      `NFT ${foreign.id} belongs to ${holderText(context, foreign.owner)}, not to ${sender.address.toString(context.network.prefix)}: claim only your own, or send from its holder with --from.`,
    );
  }
  const steps: Step[] = [];
  const paying = mine.filter((_, i) => (payable[i] ?? 0n) > 0n).map(({ id }) => id);
  for (let at = 0; at < paying.length; at += PER_TRANSACTION) {
    const ids = paying.slice(at, at + PER_TRANSACTION);
    steps.push(
      callStep(
        "PowerNFT",
        nft.address,
        "claim",
        [ids, payee.evm],
        ids.length === 1 ? "Claim one NFT" : `Claim ${ids.length} NFTs`,
      ),
    );
  }
  if (credit > 0n) steps.push(callStep("PowerNFT", nft.address, "claimCredit", [payee.evm], "Claim the credit"));
  const [first, ...rest] = steps;
  if (first === undefined) {
    throw new RefusedError(
      "Nothing can be paid yet: earned income is paid after a harvest has covered it (`miner harvest`).",
    );
  }
  const outcome = await execute(context, args, [first, ...rest], sender);
  if (!outcome.sent) return;
  const paid =
    eventSum(outcome.logs, "PowerNFT", "Claimed", "amount") +
    eventSum(outcome.logs, "PowerNFT", "CreditClaimed", "amount");
  report.lines("");
  report.fact("paid", "paid out", formatFil(paid), paid);
}

/** All NFTs of a holder; the contract keeps no list, so each one is asked for. */
async function allOf(context: TaskContext, holder: string): Promise<HeldNft[]> {
  const nft = await nftReader(context);
  const ids = Array.from({ length: Number(await nft.minted()) }, (_, index) => BigInt(index + 1));
  const found = await inBatches(ids, async (id) => {
    try {
      return (await nft.ownerOf(id)).toLowerCase() === holder.toLowerCase()
        ? await readNft(context, nft, id)
        : undefined;
    } catch (error) {
      if (isUnknownNft(context, error)) return undefined; // burned
      throw error;
    }
  });
  return found.filter((item) => item !== undefined);
}

export default taskAction(claim);
