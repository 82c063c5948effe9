/** The Ethereum half of a node: reading, and sending each thing once. */
export { Account, loadAccount, readSecret } from "./Account.ts";
export { EthNode } from "./EthNode.ts";
export type { EthCall, EthLog, LogFilter } from "./EthNode.ts";
export { Outbox } from "./Outbox.ts";
export type { Reconciled, Sent } from "./Outbox.ts";
export { ForbiddenTargetError, Targets } from "./Targets.ts";
export type { Contracts } from "./Targets.ts";
export { ClockOffError, NoFinalTipsetError, NodeOutOfSyncError, checkNode } from "./checkNode.ts";
export type { NodeDeps, NodePosition } from "./checkNode.ts";
