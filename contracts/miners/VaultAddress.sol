// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Clones } from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title The address of a miner's vault
/// @notice A clone that carries the miner's id, at an address computed from the id.
library VaultAddress {
    /// @notice The data that the clone carries.
    function args(uint64 minerId) internal pure returns (bytes memory) {
        return abi.encodePacked(minerId);
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
