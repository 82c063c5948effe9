import {
  Clock,
  type JsonRpcRequest,
  type LotusClient,
  NodeRefusedError,
  type Tipset,
  type TipsetKey,
  createLotusClient,
} from "../../../lib/index.ts";
import { HistoryChangedError } from "../errors.ts";

/** A tipset that was final when it was read. */
export interface Anchor {
  readonly epoch: bigint;
  /** Its key: the CIDs of its blocks. */
  readonly tipset: string;
}

/** What is final of the chain. */
export interface Finalized {
  readonly epoch: bigint;
  readonly key: TipsetKey;
}

/** Epochs behind the head at which a tipset is final where F3 does not run. */
const FINALITY = 900n;
/**
 * With F3 a tipset is final after a few epochs. So many are waited for in any case: of several nodes behind one request,
 * one that lags by as much would answer no logs for epochs that it has not seen, and say nothing.
 */
const SETTLED = 30n;

/** The part of the chain that does not change any more. */
export class FinalizedChain {
  readonly #lotus: LotusClient;

  constructor(request: JsonRpcRequest) {
    this.#lotus = createLotusClient(request);
  }

  async clock(): Promise<Clock> {
    const head = await this.#lotus.chainHead();
    return Clock.fromBlock(head.Height, head.Blocks[0]?.Timestamp ?? 0n);
  }

  /** The newest tipset that is final and settled; undefined while the chain is too young to have one. */
  async finalized(): Promise<Finalized | undefined> {
    const head = await this.#lotus.chainHead();
    let tipset: Tipset;
    try {
      tipset = await this.#lotus.chainGetFinalizedTipSet();
    } catch (error) {
      if (error instanceof NodeRefusedError && head.Height < FINALITY) return undefined;
      throw error;
    }
    const settled = head.Height - SETTLED;
    if (settled < 0n) return undefined;
    if (tipset.Height > settled) tipset = await this.#lotus.chainGetTipSetByHeight(settled, tipset.Cids);
    return { epoch: tipset.Height, key: tipset.Cids };
  }

  /** The tipset at an epoch, or the last one before it where the epoch has no block. */
  async anchorAt(epoch: bigint, { key }: Finalized): Promise<Anchor> {
    const tipset = await this.#lotus.chainGetTipSetByHeight(epoch, key);
    return { epoch: tipset.Height, tipset: tipset.Cids.map((cid) => cid["/"]).join(",") };
  }

  /** @throws {HistoryChangedError} when an anchor is not in the chain any more. */
  async verify(anchor: Anchor, finalized: Finalized): Promise<void> {
    const now = await this.anchorAt(anchor.epoch, finalized);
    if (now.tipset !== anchor.tipset) throw new HistoryChangedError(anchor.epoch, anchor.tipset, now.tipset);
  }
}
