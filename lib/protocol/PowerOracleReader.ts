import { z } from "zod";

import { powerOracleAbi } from "../abi/powerOracle.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";

const frame = z.bigint().transform(Number);
const vote = z.object({ frame, root: hex });

export type Vote = z.output<typeof vote>;

/** Reads PowerOracle. Frames are days of 2,880 epochs, counted from the genesis. */
export class PowerOracleReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, powerOracleAbi, block);
  }

  currentFrame(): Promise<number> {
    return this.#contract.read(frame, "currentFrame");
  }
  /** The last frame that a quorum agreed on; 0 before the first. */
  lastFrame(): Promise<number> {
    return this.#contract.read(frame, "lastFrame");
  }
  /** Whether there was no report for three frames: no new NFT becomes active then (R-ORC-6). */
  isStale(): Promise<boolean> {
    return this.#contract.read(z.boolean(), "isStale");
  }
  /** The root that a quorum agreed on; all zeros where there is none. */
  rootOf(frame: number): Promise<Hex> {
    return this.#contract.read(hex, "rootOf", [frame]);
  }
  members(): Promise<Hex[]> {
    return this.#contract.read(z.array(hex), "members");
  }
  /** How many members must say the same. */
  quorum(): Promise<number> {
    return this.#contract.read(z.bigint().transform(Number), "quorum");
  }
  /** What a member said last; a root of zeros before its first word. */
  voteOf(member: Hex): Promise<Vote> {
    return this.#contract.read(vote, "voteOf", [member]);
  }
  /** The key that may submit for a member besides itself, or the zero address. */
  delegateOf(member: Hex): Promise<Hex> {
    return this.#contract.read(hex, "delegateOf", [member]);
  }
}
