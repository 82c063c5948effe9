import { formatFil, formatPower, RefusedError } from "../../lib/index.ts";
import { callStep } from "../support/calls.ts";
import { execute } from "../support/execute.ts";
import { readDue } from "../support/guarantee.ts";
import { holderText, nftReader, parseIds, readNft } from "../support/nft.ts";
import { readPayee } from "../support/payee.ts";
import { taskAction } from "../support/runTask.ts";
import { evmFormOf, reportSender } from "../support/Sender.ts";
import type { SendingArguments, TaskContext } from "../support/TaskContext.ts";

export interface TransferArguments extends SendingArguments {
  readonly id: string;
  readonly to: string;
}

/** Gives an NFT to somebody else. What is payable becomes the sender's credit, what is unpaid goes along. */
export async function transfer(context: TaskContext, args: TransferArguments): Promise<void> {
  const { report, network } = context;
  const [id = 0n] = parseIds(args.id);
  const nft = await nftReader(context);
  const { power, owner, ownerEvm } = await readNft(context, nft, id);
  report.title(`Transfer NFT ${id}`);
  const payee = await readPayee(context, args.to, "NFT");
  if (payee.evm.toLowerCase() === ownerEvm.toLowerCase()) throw new RefusedError(`${args.to} holds NFT ${id} already.`);
  const { payable, unpaid } = await readDue(nft, id);
  report.fact("holder", "holder", holderText(context, owner));
  report.fact("to", "new holder", payee.text, payee.evm);
  report.fact("power", "power", `${formatPower(power.weight)} of ${network.prefix}0${power.minerId}`, power.weight);
  report.fact("payable", "becomes your credit", formatFil(payable), payable);
  report.fact("unpaid", "goes along, unpaid", formatFil(unpaid), unpaid);
  const sender = await reportSender(context, args, owner);
  const me = sender === undefined ? undefined : await evmFormOf(context, sender.address);
  if (sender !== undefined && me?.toLowerCase() !== ownerEvm.toLowerCase()) {
    throw new RefusedError(
      `NFT ${id} belongs to ${holderText(context, owner)}, not to ${sender.address.toString(network.prefix)}: only its holder can move it; send from there with --from.`,
    );
  }
  const step = callStep("PowerNFT", nft.address, "transferFrom", [ownerEvm, payee.evm, id], `Transfer NFT ${id}`);
  const outcome = await execute(context, args, [step], sender);
  if (outcome.sent && payable > 0n) report.lines("", "Your credit: `nft claim --all` pays it out.");
}

export default taskAction(transfer);
