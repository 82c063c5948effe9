// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice An access manager that lets everybody do everything at once: who may do what is proven elsewhere.
contract Authority__Open {
    function canCall(address, address, bytes4) external pure returns (bool immediate, uint32 delay) {
        return (true, 0);
    }
}
