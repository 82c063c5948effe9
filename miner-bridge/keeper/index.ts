/** What anybody may do for the protocol: apply reports, activate, measure, harvest, settle expiries, work for pools. */
export { keep } from "./keep.ts";
export type { Kept } from "./keep.ts";
export type { KeeperDeps } from "./KeeperDeps.ts";
