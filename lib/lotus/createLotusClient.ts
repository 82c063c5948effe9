import { LotusRPC } from "@filecoin-shipyard/lotus-client-rpc";
import { mainnet } from "@filecoin-shipyard/lotus-client-schema";
import { z } from "zod";

import type { Address, NetworkPrefix } from "../address/Address.ts";
import { type Hex, toBase64 } from "../hex.ts";
import { toBitfield } from "../sectors/bitfield.ts";
import * as answers from "./answers.ts";
import { BadAnswerError } from "./errors.ts";
import type { LotusClient, OutgoingMessage, TipsetKey } from "./LotusClient.ts";
import type { JsonRpcRequest } from "./transport.ts";

/** Methods that are younger than the library's schema. */
const NEWER_METHODS = {
  ChainGetFinalizedTipSet: {},
  ChainGetTipSetAfterHeight: {},
  EthGetTransactionHashByCid: {},
  StateActorCodeCIDs: {},
  StateLookupRobustAddress: {},
};

/** Search for messages as far back as the node can. */
const NO_LIMIT = -1;

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);

type Method = (...params: readonly unknown[]) => Promise<unknown>;

/**
 * A typed Lotus client over any transport.
 *
 * @param prefix The letter that the node writes addresses with; Lotus reads both.
 * @example const head = await createLotusClient(createTransport({ url })).chainHead();
 */
export function createLotusClient(request: JsonRpcRequest, prefix: NetworkPrefix = "f"): LotusClient {
  // The library's types are frozen at an old Lotus; what it really is: a proxy that has every method of its schema.
  const rpc = new LotusRPC(providerOver(request), {
    schema: { methods: { ...mainnet.fullNode.methods, ...NEWER_METHODS } },
  }) as unknown as Readonly<Record<string, Method>>;

  const ask = async <T extends z.ZodType>(schema: T, method: string, ...params: unknown[]): Promise<z.output<T>> => {
    const call = rpc[method];
    if (call === undefined) throw new TypeError(`${method} is not in the schema of the Lotus client`);
    const parsed = schema.safeParse(await call(...params));
    if (parsed.success) return parsed.data;
    throw new BadAnswerError(
      `The node's answer to ${method} is not what Lotus answers: check the URL and the version.`,
      {
        details: z.prettifyError(parsed.error),
      },
    );
  };
  const text = (address: Address): string => address.toString(prefix);
  const message = (outgoing: OutgoingMessage): object => ({
    Version: 0,
    To: text(outgoing.to),
    From: text(outgoing.from),
    Nonce: 0,
    Value: outgoing.value.toString(),
    GasLimit: 0,
    GasFeeCap: "0",
    GasPremium: "0",
    Method: outgoing.method,
    Params: toBase64(outgoing.params),
  });
  const head: TipsetKey = [];

  return {
    chainHead: () => ask(answers.tipset, "ChainHead"),
    chainGetFinalizedTipSet: () => ask(answers.tipset, "ChainGetFinalizedTipSet"),
    chainGetTipSetByHeight: (epoch, tipset = head) =>
      ask(answers.tipset, "ChainGetTipSetByHeight", Number(epoch), tipset),
    chainGetTipSetAfterHeight: (epoch, tipset = head) =>
      ask(answers.tipset, "ChainGetTipSetAfterHeight", Number(epoch), tipset),
    chainReadObj: (block) => ask(answers.bytes, "ChainReadObj", block),
    version: () => ask(answers.version, "Version"),
    stateNetworkName: () => ask(z.string(), "StateNetworkName"),
    stateNetworkVersion: (tipset = head) => ask(answers.integer, "StateNetworkVersion", tipset),
    stateActorCodeCIDs: (networkVersion) =>
      ask(z.record(z.string(), answers.cid), "StateActorCodeCIDs", Number(networkVersion)),

    stateMinerInfo: (miner, tipset = head) => ask(answers.minerInfo, "StateMinerInfo", text(miner), tipset),
    stateMinerPower: (miner, tipset = head) => ask(answers.minerPower, "StateMinerPower", text(miner), tipset),
    stateMinerAvailableBalance: (miner, tipset = head) =>
      ask(answers.amount, "StateMinerAvailableBalance", text(miner), tipset),
    stateMinerSectorCount: (miner, tipset = head) =>
      ask(answers.sectorCount, "StateMinerSectorCount", text(miner), tipset),
    stateMinerSectors: (miner, sectors, tipset = head) =>
      ask(
        answers.list(answers.sector),
        "StateMinerSectors",
        text(miner),
        sectors === null ? null : toBitfield(sectors),
        tipset,
      ),
    stateMinerActiveSectors: (miner, tipset = head) =>
      ask(answers.list(answers.sector), "StateMinerActiveSectors", text(miner), tipset),
    stateMinerPartitions: (miner, deadline, tipset = head) =>
      ask(answers.list(answers.partition), "StateMinerPartitions", text(miner), deadline, tipset),
    stateSectorGetInfo: (miner, sector, tipset = head) =>
      ask(answers.sector.nullable(), "StateSectorGetInfo", text(miner), Number(sector), tipset),

    stateGetActor: (address, tipset = head) => ask(answers.actor, "StateGetActor", text(address), tipset),
    stateReadState: (address, tipset = head) => ask(answers.actorState, "StateReadState", text(address), tipset),
    stateLookupID: (address, tipset = head) => ask(answers.address, "StateLookupID", text(address), tipset),
    stateAccountKey: (address, tipset = head) => ask(answers.address, "StateAccountKey", text(address), tipset),
    stateLookupRobustAddress: (address, tipset = head) =>
      ask(answers.address, "StateLookupRobustAddress", text(address), tipset),
    stateCall: (outgoing, tipset = head) => ask(answers.invocation, "StateCall", message(outgoing), tipset),

    walletHas: (address) => ask(z.boolean(), "WalletHas", text(address)),
    mpoolPushMessage: (outgoing, maxFee = 0n) =>
      ask(answers.signedMessage, "MpoolPushMessage", message(outgoing), { MaxFee: maxFee.toString() }),
    gasEstimateMessageGas: (outgoing) =>
      ask(answers.gasEstimate, "GasEstimateMessageGas", message(outgoing), { MaxFee: "0" }, head),
    ethGetTransactionHashByCid: (cid) => ask(hash.nullable(), "EthGetTransactionHashByCid", cid),
    stateSearchMsg: (cid) => ask(answers.messageLookup.nullable(), "StateSearchMsg", [], cid, NO_LIMIT, true),
    stateWaitMsg: (cid, confidence) => ask(answers.messageLookup, "StateWaitMsg", cid, confidence, NO_LIMIT, true),
  };
}

/** What the library expects of a provider. */
function providerOver(request: JsonRpcRequest): object {
  return {
    connect: () => Promise.resolve(),
    send: ({ method, params }: { method: string; params: unknown[] }) => request(method, params),
    sendSubscription: () => {
      throw new TypeError("Subscriptions need a web socket: poll instead");
    },
    destroy: () => Promise.resolve(),
  };
}
