import { z } from "zod";

import { Address } from "../../lib/index.ts";
import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { ACCOUNTS } from "../chain/genesis.ts";
import { ACTOR_CODES, type ActorName, codeOf } from "./actorCodes.ts";
import type { Actors, KnownActor } from "./Actors.ts";
import { type CidJson, cidOf } from "./cid.ts";
import { type Method, address, epoch, ignored, method, tipsetKey } from "./params.ts";
import { RpcCode, RpcError } from "./RpcError.ts";
import type { Tipsets } from "./Tipsets.ts";

const evmAddress = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "not an Ethereum address");

/** Addresses, actors and the node's wallet. */
export function actorMethods(chain: EmbeddedFilecoin, tipsets: Tipsets, actors: Actors): (readonly [string, Method])[] {
  const find = async (who: Address, key: readonly CidJson[]): Promise<KnownActor> =>
    actors.find(who, await tipsets.stateBlock(key));

  return [
    method("Filecoin.StateLookupID", [address, tipsetKey], async (who, key) => {
      const id = await actors.idOf(who, await tipsets.stateBlock(key));
      return Address.fromId(id).toString();
    }),

    method("Filecoin.StateAccountKey", [address, tipsetKey], async (who, key) => {
      if (who.isKey) return who.toString();
      const actor = await find(who, key);
      if (actor.name !== "account" || actor.robust === undefined) {
        throw new RpcError(
          RpcCode.failed,
          `failed to get account actor state for ${who.toString()}: actor code is not account: ${actor.name}`,
        );
      }
      return actor.robust.toString();
    }),

    method("Filecoin.StateLookupRobustAddress", [address, tipsetKey], async (who, key) => {
      const actor = await find(who, key);
      if (actor.robust === undefined) {
        throw new RpcError(RpcCode.failed, `failed to find robust address of ${who.toString()}`);
      }
      return actor.robust.toString();
    }),

    method("Filecoin.StateGetActor", [address, tipsetKey], async (who, key) => {
      const { id, name, robust, balance, nonce } = await find(who, key);
      return {
        Code: codeOf(name),
        Head: cidOf(new TextEncoder().encode(`state of ${id}`)),
        Nonce: Number(nonce),
        Balance: String(balance),
        DelegatedAddress: robust?.kind === "evm" ? robust.toString() : null,
      };
    }),

    method("Filecoin.StateReadState", [address, tipsetKey], async (who, key) => {
      const block = await tipsets.stateBlock(key);
      const actor = await actors.find(who, block);
      return {
        Balance: String(actor.balance),
        Code: codeOf(actor.name),
        State: await stateOf(chain, actor, block),
      };
    }),

    method("Filecoin.StateActorCodeCIDs", [epoch], () =>
      Object.fromEntries(Object.keys(ACTOR_CODES).map((name) => [name, codeOf(name as ActorName)])),
    ),

    method("Filecoin.WalletList", [], () => ACCOUNTS.map(({ robust }) => robust.toString())),
    method("Filecoin.WalletDefaultAddress", [], () => ACCOUNTS[0]?.robust.toString()),
    method("Filecoin.WalletHas", [address], (who) => ACCOUNTS.some(({ robust }) => robust.equals(who))),
    method("Filecoin.WalletBalance", [address], async (who) => {
      try {
        return String((await find(who, [])).balance);
      } catch (error) {
        if (error instanceof RpcError) return "0";
        throw error;
      }
    }),

    method("Filecoin.EthAddressToFilecoinAddress", [evmAddress], (text) =>
      Address.fromEvmBytes(Uint8Array.from(Buffer.from(text.slice(2), "hex"))).toString(),
    ),
    method("Filecoin.FilecoinAddressToEthAddress", [address, ignored], async (who) => {
      const own = who.toEvm();
      if (own !== undefined) return own.toLowerCase();
      const id = await actors.idOf(who, await tipsets.stateBlock([]));
      return Address.fromId(id).toEvm()?.toLowerCase();
    }),
  ];
}

/** The parts of an actor's state that clients look at. */
async function stateOf(chain: EmbeddedFilecoin, actor: KnownActor, block: bigint): Promise<unknown> {
  const { explorer } = chain;
  switch (actor.name) {
    case "account":
      return { Address: (actor.robust ?? Address.fromId(actor.id)).toString() };
    case "storageminer": {
      const [ledger, { provingPeriodStart }] = await Promise.all([
        explorer.minerLedger(actor.id, block),
        explorer.miner(actor.id, block),
      ]);
      return {
        PreCommitDeposits: String(ledger.deposits),
        LockedFunds: String(ledger.locked),
        FeeDebt: String(ledger.feeDebt),
        InitialPledge: String(ledger.pledge),
        ProvingPeriodStart: Number(provingPeriodStart),
        EarlyTerminations: [0],
        DeadlineCronActive: true,
      };
    }
    case "multisig": {
      const { signers, threshold, nextProposal } = await explorer.multisig(actor.id, block);
      return {
        Signers: signers.map((id) => Address.fromId(id).toString()),
        NumApprovalsThreshold: Number(threshold),
        NextTxnID: Number(nextProposal),
        InitialBalance: "0",
        StartEpoch: 0,
        UnlockDuration: 0,
        PendingTxns: cidOf(new TextEncoder().encode(`pending of ${actor.id} ${nextProposal}`)),
      };
    }
    case "evm":
      return {
        Bytecode: cidOf(new TextEncoder().encode(actor.evm), "raw"),
        Nonce: Number(actor.nonce),
        Tombstone: null,
      };
    default:
      return null;
  }
}
