import { MethodUnavailableError, NodeRefusedError, NotAuthorizedError } from "../../lib/index.ts";
import type { Endpoint } from "./Endpoint.ts";

/**
 * Which of some methods an endpoint serves. Each is asked without parameters: what is there complains about them, what
 * is not there says so.
 *
 * @param methods With their namespace, like `Filecoin.StateMinerSectors`.
 * @throws {NodeUnreachableError} when the endpoint does not answer at all.
 */
export async function probeMethods<Method extends string>(
  endpoint: Endpoint,
  methods: readonly Method[],
): Promise<ReadonlyMap<Method, boolean>> {
  const found = await Promise.all(
    methods.map(async (method): Promise<[Method, boolean]> => [method, await serves(endpoint, method)]),
  );
  return new Map(found);
}

async function serves(endpoint: Endpoint, method: string): Promise<boolean> {
  try {
    await endpoint.request(method, []);
    return true;
  } catch (error) {
    if (error instanceof NodeRefusedError) return true;
    if (error instanceof MethodUnavailableError || error instanceof NotAuthorizedError) return false;
    throw error;
  }
}
