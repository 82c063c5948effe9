// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Clones } from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title The address of a miner's vault
/// @notice A clone that carries the miner's id, at an address computed from the id.
library VaultAddress {
    /// @dev The code of a clone (EIP-1167), before what it carries.
    uint256 private constant CLONE_LENGTH = 0x2d;

    /// @notice The data that the clone carries.
    function args(uint64 minerId) internal pure returns (bytes memory) {
        return abi.encodePacked(minerId);
    }

    /// @notice The id that a clone carries. Asks for nothing but these bytes: each question for code is a call of the chain.
    function minerIdOf(address vault) internal view returns (uint64 minerId) {
        assembly ("memory-safe") {
            mstore(0, 0)
            extcodecopy(vault, 0, CLONE_LENGTH, 8)
            minerId := shr(192, mload(0))
        }
    }

    /// @notice The address, whether the vault was created yet or not.
    function compute(address implementation, address registry, uint64 minerId) internal pure returns (address) {
        return
            Clones.predictDeterministicAddressWithImmutableArgs(
                implementation,
                args(minerId),
                bytes32(uint256(minerId)),
                registry
            );
    }
}
