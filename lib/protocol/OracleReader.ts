import { z } from "zod";

import { powerOracleAbi } from "../abi/powerOracle.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";

const count = z.bigint().transform(Number);
const vote = z.object({ frame: count, root: hex });

export type Vote = z.output<typeof vote>;

/** A root of zeros: nobody has spoken, or no quorum agrees. */
const NO_ROOT = `0x${"00".repeat(32)}`;

/** Reads PowerOracle. */
export class OracleReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, powerOracleAbi, block);
  }

  members(): Promise<Hex[]> {
    return this.#contract.read(z.array(hex), "members");
  }
  quorum(): Promise<number> {
    return this.#contract.read(count, "quorum");
  }
  /** The key that may submit for a member besides itself; zero: none. */
  delegateOf(member: Hex): Promise<Hex> {
    return this.#contract.read(hex, "delegateOf", [member]);
  }
  voteOf(member: Hex): Promise<Vote> {
    return this.#contract.read(vote, "voteOf", [member]);
  }
  /** The agreed root of a frame; undefined before a quorum agrees. */
  async rootOf(frame: number): Promise<Hex | undefined> {
    const root = await this.#contract.read(hex, "rootOf", [frame]);
    return root === NO_ROOT ? undefined : root;
  }
  /** The last frame that was agreed on; 0 before the first. */
  lastFrame(): Promise<number> {
    return this.#contract.read(count, "lastFrame");
  }
  currentFrame(): Promise<number> {
    return this.#contract.read(count, "currentFrame");
  }
  maxAge(): Promise<number> {
    return this.#contract.read(count, "MAX_AGE");
  }
  isStale(): Promise<boolean> {
    return this.#contract.read(z.boolean(), "isStale");
  }
  powerNft(): Promise<Hex> {
    return this.#contract.read(hex, "POWER_NFT");
  }
}
