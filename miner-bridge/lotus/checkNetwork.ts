import { z } from "zod";

import { BadAnswerError } from "../../lib/index.ts";
import type { EndpointPool } from "./EndpointPool.ts";
import { WrongNetworkError } from "./errors.ts";

/** Which network is meant. A development network can share the chain id of a public one, but not its name. */
export interface ExpectedNetwork {
  readonly chainId: bigint;
  /** What `StateNetworkName` answers; undefined where any will do. */
  readonly name?: string | undefined;
}

const chainIdAnswer = z
  .string()
  .regex(/^0x[0-9a-f]+$/)
  .transform(BigInt);

/**
 * Makes sure that all endpoints that answer serve the network that is meant.
 *
 * @throws {EndpointsDisagreeError} where they serve different ones.
 * @throws {WrongNetworkError} where they serve another one.
 */
export async function checkNetwork(pool: EndpointPool, expected: ExpectedNetwork): Promise<void> {
  const found = await pool.agreed("the network", async ({ name, request, lotus }) => {
    const chainId = chainIdAnswer.safeParse(await request("eth_chainId", []));
    if (!chainId.success) throw new BadAnswerError(`${name} does not answer with a chain id: check the URL.`);
    return { chainId: chainId.data, network: await lotus.stateNetworkName() };
  });
  if (found.chainId !== expected.chainId) {
    throw new WrongNetworkError(`chain id ${expected.chainId}`, `chain id ${found.chainId}`);
  }
  if (expected.name !== undefined && found.network !== expected.name) {
    throw new WrongNetworkError(expected.name, found.network);
  }
}
