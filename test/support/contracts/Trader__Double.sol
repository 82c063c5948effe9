// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice A contract that trades as it is told, and refuses FIL that comes by a call.
contract Trader__Double {
    error NoThanks();

    receive() external payable {
        revert NoThanks();
    }

    /// @notice Calls a contract with the FIL sent along; what it answers or reverts with.
    function execute(address target, bytes calldata data) external payable returns (bytes memory) {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = target.call{ value: msg.value }(data);
        if (done) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
