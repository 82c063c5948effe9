import type { Address } from "../address/Address.ts";
import type { Hex } from "../hex.ts";
import type { SectorRange } from "../sectors/ranges.ts";
import type {
  Actor,
  ActorState,
  Cid,
  GasEstimate,
  Invocation,
  MessageLookup,
  MinerInfo,
  MinerPower,
  Partition,
  Sector,
  SectorCount,
  SignedMessage,
  Tipset,
  Version,
} from "./answers.ts";

/** The blocks of a tipset; an empty key is the head. State is that of its parent, before its messages. */
export type TipsetKey = readonly Cid[];

/** A message as it is handed to a node, which fills in nonce and gas. */
export interface OutgoingMessage {
  readonly to: Address;
  readonly from: Address;
  /** attoFIL. */
  readonly value: bigint;
  readonly method: number;
  readonly params: Uint8Array;
}

/**
 * What the product asks a Lotus node for. Methods are Lotus' own; every answer was validated. Failures are
 * `ExplainedError`s: unreachable (69), not authorised or method missing (64), refused by the node (1), nonsense (70).
 */
export interface LotusClient {
  chainHead(): Promise<Tipset>;
  chainGetFinalizedTipSet(): Promise<Tipset>;
  /** The tipset at an epoch, or the last one before it where the epoch has no block. */
  chainGetTipSetByHeight(epoch: bigint, tipset?: TipsetKey): Promise<Tipset>;
  /** The first tipset at or after an epoch. */
  chainGetTipSetAfterHeight(epoch: bigint, tipset?: TipsetKey): Promise<Tipset>;
  /** The bytes of a block. Nothing says that they are those of the id: `cidOf` does. */
  chainReadObj(block: Cid): Promise<Uint8Array>;
  version(): Promise<Version>;
  stateNetworkName(): Promise<string>;
  stateNetworkVersion(tipset?: TipsetKey): Promise<bigint>;
  /** Code CIDs of the built-in actors of a network version, by name (`account`, `multisig`, `evm`, ...). */
  stateActorCodeCIDs(networkVersion: bigint): Promise<Readonly<Record<string, Cid>>>;

  stateMinerInfo(miner: Address, tipset?: TipsetKey): Promise<MinerInfo>;
  /** A miner without a claim has zeros, no error. */
  stateMinerPower(miner: Address, tipset?: TipsetKey): Promise<MinerPower>;
  /** attoFIL, with what has vested but was not unlocked yet. */
  stateMinerAvailableBalance(miner: Address, tipset?: TipsetKey): Promise<bigint>;
  stateMinerSectorCount(miner: Address, tipset?: TipsetKey): Promise<SectorCount>;
  /** Sectors of the miner, terminated ones that are not compacted yet included; one absent number fails the call. */
  stateMinerSectors(miner: Address, sectors: readonly SectorRange[] | null, tipset?: TipsetKey): Promise<Sector[]>;
  stateMinerActiveSectors(miner: Address, tipset?: TipsetKey): Promise<Sector[]>;
  stateMinerPartitions(miner: Address, deadline: number, tipset?: TipsetKey): Promise<Partition[]>;
  /** One sector, or null where the number is absent. */
  stateSectorGetInfo(miner: Address, sector: bigint, tipset?: TipsetKey): Promise<Sector | null>;

  stateGetActor(address: Address, tipset?: TipsetKey): Promise<Actor>;
  stateReadState(address: Address, tipset?: TipsetKey): Promise<ActorState>;
  /** The actor id of any address. */
  stateLookupID(address: Address, tipset?: TipsetKey): Promise<Address>;
  /** The f1 or f3 key of an account. */
  stateAccountKey(address: Address, tipset?: TipsetKey): Promise<Address>;
  /** The f1, f2, f3 or f4 address of an actor. */
  stateLookupRobustAddress(address: Address, tipset?: TipsetKey): Promise<Address>;
  /** Runs a message without sending it. */
  stateCall(message: OutgoingMessage, tipset?: TipsetKey): Promise<Invocation>;

  /** Whether the node's own wallet holds the key of an address. */
  walletHas(address: Address): Promise<boolean>;
  /** Signs with a key of the node's wallet and sends; the node chooses nonce and gas. Never repeated. */
  mpoolPushMessage(message: OutgoingMessage, maxFee?: bigint): Promise<SignedMessage>;
  /** What a message would cost: gas limit, and attoFIL per unit of gas. */
  gasEstimateMessageGas(message: OutgoingMessage): Promise<GasEstimate>;
  /** A message that was included, or null. Finds the replacement of a replaced one. */
  stateSearchMsg(message: Cid): Promise<MessageLookup | null>;
  /** The hash by which `eth_*` knows a native message. */
  ethGetTransactionHashByCid(message: Cid): Promise<Hex | null>;
  /** Waits until a message has `confidence` epochs on top of it. */
  stateWaitMsg(message: Cid, confidence: number): Promise<MessageLookup>;
}
