// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Where the vault of every storage provider's miner is found
/// @notice One vault per miner id, at an address computed from the id alone (R-VLT-1).
interface IMinerRegistry {
    /// @notice A vault was created for a miner.
    event VaultCreated(uint64 indexed minerId, address vault);

    /// @notice Thrown when the power actor has no claim for the id: it is not a miner that can be enrolled.
    error NoPowerClaim(uint64 minerId);

    /// @notice Creates the vault of a miner. Anyone may call; a second call returns the same vault.
    /// @param minerId The actor id of the miner (f01234 is 1234). It must have a claim with the power actor.
    /// @return vault The address that the owner proposes as beneficiary.
    function createVault(uint64 minerId) external returns (address vault);

    /// @notice The address of a miner's vault, whether it was created yet or not.
    function vaultOf(uint64 minerId) external view returns (address vault);

    /// @notice Whether the vault of a miner was created.
    function exists(uint64 minerId) external view returns (bool);

    /// @notice The contract whose code every vault runs.
    function VAULT_IMPLEMENTATION() external view returns (address);
}
