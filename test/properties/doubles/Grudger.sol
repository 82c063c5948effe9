// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice A holder and payee whose code would block a payment, if any of it ran.
contract Grudger {
    error No();

    receive() external payable {
        revert No();
    }
}
