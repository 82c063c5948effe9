/** Interface of MinerRegistry, written by `npx hardhat abi` from the compiled contract. */
// prettier-ignore
export const minerRegistryAbi = [
  "error ActorError(uint64 actor, uint64 method, int256 exitCode)",
  "error BadAnswer(uint64 actor, uint64 method)",
  "error CallRefused(uint64 actor, uint64 method)",
  "error CloneArgumentsTooLong()",
  "error Create2EmptyBytecode()",
  "error FailedDeployment()",
  "error InsufficientBalance(uint256 balance, uint256 needed)",
  "error NoPowerClaim(uint64 minerId)",
  "event VaultCreated(uint64 indexed minerId, address vault)",
  "function VAULT_IMPLEMENTATION() view returns (address)",
  "function createVault(uint64 minerId) returns (address vault)",
  "function exists(uint64 minerId) view returns (bool)",
  "function vaultOf(uint64 minerId) view returns (address)",
] as const;
