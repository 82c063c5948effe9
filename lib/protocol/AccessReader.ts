import { z } from "zod";

import { accessManagerAbi } from "../abi/accessManager.ts";
import type { Hex } from "../hex.ts";
import type { JsonRpcRequest } from "../lotus/transport.ts";
import { ContractReader, hex } from "./ethCall.ts";
import type { Change, SetterRole } from "./poolGovernance.ts";

const uint = z.bigint();

/** Reads PowerAccessManager. Times are seconds since 1970. */
export class AccessReader {
  readonly address: Hex;
  readonly #contract: ContractReader;

  constructor(request: JsonRpcRequest, address: Hex, block?: string) {
    this.address = address;
    this.#contract = new ContractReader(request, address, accessManagerAbi, block);
  }

  async hasRole(role: bigint, account: Hex): Promise<boolean> {
    const { isMember } = await this.#contract.read(z.object({ isMember: z.boolean() }), "hasRole", [role, account]);
    return isMember;
  }
  /** Whether every one of the functions belongs to the role. */
  async belongs(target: Hex, { selectors, role }: SetterRole): Promise<boolean> {
    const roles = await Promise.all(
      selectors.map((selector) => this.#contract.read(uint, "getTargetFunctionRole", [target, selector])),
    );
    return roles.every((found) => found === role);
  }
  /** When somebody may carry a change out; 0 where it is not scheduled, or the schedule has lapsed. */
  async readyAt(caller: Hex, { target, data }: Change): Promise<bigint> {
    const id = await this.#contract.read(hex, "hashOperation", [caller, target, data]);
    return this.#contract.read(uint, "getSchedule", [id]);
  }
}
