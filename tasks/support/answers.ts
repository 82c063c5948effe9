import { z } from "zod";

import type { Hex } from "../../lib/index.ts";

/** A number as `eth_*` answers it. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]+$/)
  .transform(BigInt);

/** Bytes as `eth_*` answers them. */
export const hexText = z.string().transform((text) => text as Hex);
