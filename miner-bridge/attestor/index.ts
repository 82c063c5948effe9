/** What a member of the oracle does: say the root of each frame's report, once. */
export { NotMemberError, attest } from "./attest.ts";
export type { AttestDeps, Attested } from "./attest.ts";
export { memberOf } from "./membership.ts";
