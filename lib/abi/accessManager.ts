/** What is used of OpenZeppelin's AccessManager, which PowerAccessManager is. */
export const accessManagerAbi = [
  "error AccessManagerAlreadyScheduled(bytes32 operationId)",
  "error AccessManagerExpired(bytes32 operationId)",
  "error AccessManagerNotReady(bytes32 operationId)",
  "error AccessManagerNotScheduled(bytes32 operationId)",
  "error AccessManagerUnauthorizedAccount(address msgsender, uint64 roleId)",
  "error AccessManagerUnauthorizedCall(address caller, address target, bytes4 selector)",
  "function execute(address target, bytes data) payable returns (uint32)",
  "function getSchedule(bytes32 id) view returns (uint48)",
  "function getTargetFunctionRole(address target, bytes4 selector) view returns (uint64)",
  "function hasRole(uint64 roleId, address account) view returns (bool isMember, uint32 executionDelay)",
  "function hashOperation(address caller, address target, bytes data) view returns (bytes32)",
  "function multicall(bytes[] data) returns (bytes[] results)",
  "function schedule(address target, bytes data, uint48 when) returns (bytes32 operationId, uint32 nonce)",
  "function setTargetAdminDelay(address target, uint32 newDelay)",
  "function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId)",
] as const;
