import { ATTO_PER_FIL } from "../units/fil.ts";

/** The terms that every vault asks for, always the same so that a signature never goes stale (R-VLT-2). */
export const VAULT_QUOTA_FIL = 1_000_000_000_000n;
export const VAULT_QUOTA = VAULT_QUOTA_FIL * ATTO_PER_FIL;
export const VAULT_EXPIRATION = 100_000_000n;
