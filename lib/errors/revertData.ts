import { z } from "zod";

import type { Hex } from "../hex.ts";

/** Nodes put the revert's bytes directly beside the error, or one level deeper. */
export function revertData(data: unknown): Hex | undefined {
  const parsed = z.union([z.string(), z.object({ data: z.string() }).transform((inner) => inner.data)]).safeParse(data);
  return parsed.success && /^0x([0-9a-f]{2})*$/i.test(parsed.data) ? (parsed.data as Hex) : undefined;
}
