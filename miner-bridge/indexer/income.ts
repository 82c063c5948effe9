import {
  BadAnswerError,
  EPOCHS_PER_DAY,
  type Hex,
  type JsonRpcRequest,
  NodeRefusedError,
  PowerNftReader,
} from "../../lib/index.ts";
import { inFlight } from "./chain/inFlight.ts";
import type { Day } from "./days.ts";
import { HistoryIncompleteError } from "./errors.ts";
import type { ClosedDay, HistoryStore, UnreadNft } from "./store/HistoryStore.ts";

const TIB = 2n ** 40n;
/** Nodes keep the state of so many epochs at least; what is older may be gone for good. */
const STATE_KEPT = 2_000n;

/** A node has the state of a day's end no more. */
export class StateGoneError extends Error {
  override readonly name = "StateGoneError";
}

export interface DayEnd {
  readonly day: Day;
  /** The last epoch of the day; final. */
  readonly epoch: bigint;
  /** The newest final epoch. */
  readonly finalized: bigint;
}

/**
 * Reads what a day brought from the state at its end: `earnedOf` of every NFT whose miner was measured since it was read
 * last, and what each miner with living NFTs is expected to win. The state is asked because it is exact: events say what
 * a miner earned, but what each NFT's part of it is, to the attoFIL, only the ledger's own rounding says.
 *
 * The ledger's totals are compared with the sums of the events: a node with gaps in its logs is found out here.
 *
 * @throws {StateGoneError} when the day is so long ago that the node has its state no more.
 * @throws {HistoryIncompleteError}
 */
export async function readDay(
  request: JsonRpcRequest,
  powerNFT: Hex,
  store: HistoryStore,
  { day, epoch, finalized }: DayEnd,
): Promise<ClosedDay> {
  const nft = new PowerNftReader(request, powerNFT, `0x${epoch.toString(16)}`);
  const ask = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question;
    } catch (error) {
      const byContract = error instanceof NodeRefusedError && typeof error.data === "string";
      if (error instanceof NodeRefusedError && !byContract && finalized - epoch > STATE_KEPT) {
        throw new StateGoneError(`The node has the state of epoch ${epoch} no more.`, { cause: error });
      }
      throw error;
    }
  };

  const since = store.place()?.closed ?? epoch - EPOCHS_PER_DAY;
  await inFlight(store.minersMeasuredAfter(since), async ({ id, earned }) => {
    const account = await ask(nft.minerAccount(id));
    if (account.earned !== earned) throw new HistoryIncompleteError(id, epoch, earned, account.earned);
  });
  const incomes = await inFlight(store.unreadNfts(), async (unread) => ({
    nft: unread,
    // What is burned cannot be asked for any more, and was paid out or credited in full.
    earned: unread.burned ? unread.paid : await ask(nft.earnedOf(unread.id)),
    final: isFinal(unread),
  }));
  const expectations = await inFlight(store.minersWithLivingNfts(epoch), async (minerId) => ({
    minerId,
    perTib: await ask(expectedPerTib(nft, minerId)),
  }));
  return { day, epoch, incomes, expectations: expectations.flatMap(known) };
}

/** An NFT earns nothing any more once its miner was measured beyond its expiry. */
function isFinal({ burned, lastSync, expiry }: UnreadNft): boolean {
  return burned || lastSync >= expiry;
}

/** Undefined where the chain has no estimate: the contract refuses then. */
async function expectedPerTib(nft: PowerNftReader, minerId: bigint): Promise<bigint | undefined> {
  try {
    return await nft.expectedPerDay(minerId, TIB);
  } catch (error) {
    const reverted = error instanceof NodeRefusedError && typeof error.data === "string";
    if (reverted || error instanceof BadAnswerError) return undefined;
    throw error;
  }
}

function known({ minerId, perTib }: { minerId: bigint; perTib: bigint | undefined }) {
  return perTib === undefined ? [] : [{ minerId, perTib }];
}
