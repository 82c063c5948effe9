import { z } from "zod";

import { cidOfMessage, GAS_FEE_CAP, GAS_PREMIUM, type Messages, messageJson, receiptJson } from "./Messages.ts";
import { type Method, address, cid, epoch, ignored, message, method, tipsetKey } from "./params.ts";
import type { Tipsets } from "./Tipsets.ts";

/** As if signed: keys are simulated, so any signature of a known account will do. */
const signed = z.object({ Message: message, Signature: z.object({ Type: z.int(), Data: z.base64() }) });
const SIGNATURE = { Type: 2, Data: Buffer.alloc(96).toString("base64") };
const SIMULATED_NONCE = 0n;

/** Sending native messages, looking them up, and trying them out. */
export function messageMethods(tipsets: Tipsets, messages: Messages): (readonly [string, Method])[] {
  return [
    method("Filecoin.MpoolPushMessage", [message, ignored], async (native) => {
      const { message: json, cid: id } = await messages.push(native);
      return { Message: json, Signature: SIGNATURE, CID: id };
    }),
    method("Filecoin.MpoolPush", [signed], async ({ Message: native }) => (await messages.push(native)).cid),
    method("Filecoin.MpoolGetNonce", [address], async (sender) => Number(await messages.nonceOf(sender))),
    // What is sent is included at once.
    method("Filecoin.MpoolPending", [tipsetKey], () => []),

    method("Filecoin.StateSearchMsg", [tipsetKey, cid, ignored, ignored], (_from, sent) => messages.lookup(sent)),
    method("Filecoin.StateWaitMsg", [cid, epoch, ignored, ignored], (sent, confidence) =>
      messages.wait(sent, confidence),
    ),
    method("Filecoin.ChainGetMessage", [cid], (sent) => messages.get(sent)),

    method("Filecoin.EthGetTransactionHashByCid", [cid], (sent) => messages.hashOf(sent)),

    method("Filecoin.StateCall", [message, tipsetKey], async (native, key) => {
      const outcome = await messages.simulate(native, await tipsets.stateBlock(key));
      const id = cidOfMessage(native, SIMULATED_NONCE);
      return {
        MsgCid: id,
        Msg: messageJson(native, SIMULATED_NONCE, id),
        MsgRct: receiptJson(outcome),
        Error: outcome.exitCode === 0n ? "" : `message failed (RetCode=${outcome.exitCode})`,
        Duration: 0,
      };
    }),

    method("Filecoin.GasEstimateMessageGas", [message, ignored, tipsetKey], async (native) => {
      const nonce = await messages.nonceOf(native.From);
      return messageJson(native, nonce, cidOfMessage(native, nonce));
    }),
    method("Filecoin.GasEstimateGasLimit", [message, tipsetKey], async (native, key) =>
      Number((await messages.simulate(native, await tipsets.stateBlock(key))).gasUsed),
    ),
    method("Filecoin.GasEstimateFeeCap", [ignored, ignored, ignored], () => String(GAS_FEE_CAP)),
    method("Filecoin.GasEstimateGasPremium", [ignored, ignored, ignored, ignored], () => String(GAS_PREMIUM)),
  ];
}
