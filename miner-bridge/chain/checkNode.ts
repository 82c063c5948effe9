import { type LotusClient, NodeRefusedError, TemporaryError, type Tipset } from "../../lib/index.ts";
import type { Config } from "../config/index.ts";
import { WrongNetworkError } from "../lotus/index.ts";
import type { EthNode } from "./EthNode.ts";

/** The node's head is old: it is still catching up, or cut off. */
export class NodeOutOfSyncError extends TemporaryError {
  override readonly name = "NodeOutOfSyncError";
}

/** The node's head lies in the future of this machine. */
export class ClockOffError extends TemporaryError {
  override readonly name = "ClockOffError";
}

/** The network is younger than finality, or the node knows no final tipset yet. */
export class NoFinalTipsetError extends TemporaryError {
  override readonly name = "NoFinalTipsetError";
}

export interface NodeDeps {
  readonly eth: EthNode;
  readonly lotus: LotusClient;
  readonly config: Pick<Config, "chainId" | "maxHeadAgeSeconds" | "maxClockSkewSeconds">;
  /** This machine's clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** Where a node is. */
export interface NodePosition {
  readonly head: Tipset;
  readonly finalized: Tipset;
}

/**
 * Where the node is, if what it says can be used.
 *
 * @throws {WrongNetworkError} {NodeOutOfSyncError} {ClockOffError} {NoFinalTipsetError}
 */
export async function checkNode({ eth, lotus, config, now }: NodeDeps): Promise<NodePosition> {
  const chainId = await eth.chainId();
  if (chainId !== BigInt(config.chainId)) {
    throw new WrongNetworkError(`chain id ${config.chainId}`, `chain id ${chainId}`);
  }
  const head = await lotus.chainHead();
  checkClock(head, config, now());
  const finalized = await finalTipset(lotus);
  if (finalized.Height > head.Height) {
    throw new NoFinalTipsetError(
      `The node calls epoch ${finalized.Height} final, but its head is ${head.Height}: try again, or use another node.`,
    );
  }
  return { head, finalized };
}

function checkClock(head: Tipset, config: NodeDeps["config"], now: number): void {
  const age = Math.floor(now / 1000) - Number(head.Blocks[0]?.Timestamp);
  if (-age > config.maxClockSkewSeconds) {
    throw new ClockOffError(
      `The node's head is ${-age} s ahead of this machine's clock: set the clock by NTP, or use another node.`,
    );
  }
  if (age > config.maxHeadAgeSeconds) {
    throw new NodeOutOfSyncError(
      `The node's head (epoch ${head.Height}) is ${age} s old: wait until it is in sync (\`lotus sync wait\`), or use another node.`,
    );
  }
}

async function finalTipset(lotus: LotusClient): Promise<Tipset> {
  try {
    return await lotus.chainGetFinalizedTipSet();
  } catch (cause) {
    if (!(cause instanceof NodeRefusedError)) throw cause;
    throw new NoFinalTipsetError("The node knows no final tipset yet: wait until the chain is 900 epochs old.", {
      cause,
    });
  }
}
