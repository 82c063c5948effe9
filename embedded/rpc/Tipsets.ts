import type { EmbeddedFilecoin } from "../chain/EmbeddedFilecoin.ts";
import { quantity } from "../chain/Explorer.ts";
import { type CidJson, cidOf } from "./cid.ts";
import { RpcCode, RpcError } from "./RpcError.ts";

interface EvmBlock {
  readonly number: string;
  readonly timestamp: string;
  readonly stateRoot: string;
  readonly baseFeePerGas: string;
}

export interface TipsetJson {
  readonly Cids: readonly CidJson[];
  readonly Blocks: readonly object[];
  readonly Height: number;
}

const text = new TextEncoder();
/** Epochs behind the head at which the expected-consensus rule calls a tipset final. */
const FINALITY = 900n;
/** Where F3 does not run, what is a little younger is merely unlikely to change. */
const SAFE_DISTANCE = 200n;
/** Proofs are simulated: there is one winner, with one proof that says so. */
const PROOF = Buffer.from("valid proof").toString("base64");
const BLS_ZERO = `wAAA${"A".repeat(124)}`;

/**
 * The chain as Lotus shows it. The head is one epoch ahead of the newest EVM block: its messages were not carried out
 * yet, and the state that a tipset shows is that of its parent. So a message that is carried out in EVM block N is in
 * tipset N, and tipset N + 1 is the first that shows what it did.
 */
export class Tipsets {
  readonly #chain: EmbeddedFilecoin;
  /** Heights of the tipsets that were shown to somebody. */
  readonly #heights = new Map<string, bigint>();

  constructor(chain: EmbeddedFilecoin) {
    this.#chain = chain;
  }

  async headHeight(): Promise<bigint> {
    return (await this.#chain.epoch()) + 1n;
  }

  async head(): Promise<TipsetJson> {
    return this.at(await this.headHeight());
  }

  /** @throws {RpcError} on a chain that is too young. */
  async finalized(): Promise<TipsetJson> {
    const height = (await this.headHeight()) - FINALITY;
    if (height < 0n) throw new RpcError(RpcCode.failed, `height ${height} is negative`);
    return this.at(height);
  }

  /** The EVM block that a tag of Ethereum means; `latest` is the newest one. */
  async blockOfTag(tag: "latest" | "safe" | "finalized"): Promise<bigint> {
    const latest = await this.#chain.epoch();
    const behind = tag === "latest" ? 0n : tag === "safe" ? SAFE_DISTANCE : FINALITY;
    return latest > behind ? latest - behind : 0n;
  }

  /** The key of the tipset at a height, which follows from the height alone: this chain never forks. */
  keyAt(height: bigint): readonly [CidJson] {
    const cid = cidOf(text.encode(`embedded filecoin: tipset ${height}`));
    this.#heights.set(cid["/"], height);
    return [cid];
  }

  /** @throws {RpcError} for a key that was never shown. */
  heightOf(key: readonly CidJson[]): bigint {
    const [first] = key;
    const height = first === undefined ? undefined : this.#heights.get(first["/"]);
    if (height === undefined) {
      const name = first?.["/"] ?? "";
      throw new RpcError(RpcCode.failed, `get block ${name}: ipld: could not find ${name}`);
    }
    return height;
  }

  /** The block after which a tipset's state is; an empty key is the head. The EVM engine can read it. */
  async stateBlock(key: readonly CidJson[]): Promise<bigint> {
    const height = key.length === 0 ? await this.headHeight() : this.heightOf(key);
    return this.#chain.readable(height === 0n ? 0n : height - 1n);
  }

  /** @throws {RpcError} for a height beyond the head. */
  async at(height: bigint): Promise<TipsetJson> {
    const head = await this.headHeight();
    if (height > head) {
      throw new RpcError(
        RpcCode.failed,
        `looking for tipset with height greater than start point, req: ${height}, head: ${head}`,
      );
    }
    const parentHeight = height === 0n ? 0n : height - 1n;
    const parent = await this.#evmBlock(parentHeight);
    const own = height === 0n || height === head ? undefined : await this.#evmBlock(height);
    const key = this.keyAt(height);
    return {
      Cids: key,
      Blocks: [
        {
          Miner: "f01000",
          Ticket: { VRFProof: proofOf("ticket", height) },
          ElectionProof: { WinCount: 1, VRFProof: proofOf("election", height) },
          BeaconEntries: [{ Round: Number(height), Data: proofOf("beacon", height) }],
          WinPoStProof: [{ PoStProof: 3, ProofBytes: PROOF }],
          Parents: height === 0n ? [] : this.keyAt(parentHeight),
          ParentWeight: String(height * 5n),
          Height: Number(height),
          ParentStateRoot: cidOf(text.encode(parent.stateRoot)),
          ParentMessageReceipts: cidOf(text.encode(`receipts ${parentHeight}`)),
          Messages: cidOf(text.encode(`messages ${height}`)),
          BLSAggregate: { Type: 2, Data: BLS_ZERO },
          Timestamp: Number(BigInt(own?.timestamp ?? parent.timestamp) + (own === undefined && height > 0n ? 30n : 0n)),
          BlockSig: { Type: 2, Data: BLS_ZERO },
          ForkSignaling: 0,
          ParentBaseFee: String(BigInt(parent.baseFeePerGas)),
        },
      ],
      Height: Number(height),
    };
  }

  async #evmBlock(number: bigint): Promise<EvmBlock> {
    const params = [quantity(number), false];
    return (await this.#chain.provider.request({ method: "eth_getBlockByNumber", params })) as EvmBlock;
  }
}

function proofOf(what: string, height: bigint): string {
  return Buffer.from(`${what} of epoch ${height}`.padEnd(32)).toString("base64");
}
