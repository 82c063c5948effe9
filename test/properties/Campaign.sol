// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Handler } from "./Handler.sol";
import { Test } from "./Test.sol";

/// @title One long history whose actions are counted
/// @notice A run of random actions proves nothing if they do nothing.
abstract contract Campaign is Test {
    /// @notice Runs `length` actions, the same ones each time; each kind must do what it is for in a fifth of its calls.
    function runCampaign(Handler handler, uint256 length) internal {
        bytes4[] memory actions = handler.actions();
        for (uint256 i = 0; i < length; ++i) {
            uint256 draw = uint256(keccak256(abi.encode("campaign", i)));
            bytes4 action = actions[draw % actions.length];
            (bool ok, bytes memory error_) = address(handler).call(
                abi.encodeWithSelector(action, draw >> 8, draw >> 16, draw >> 24, draw >> 32)
            );
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(error_, 0x20), mload(error_))
                }
            }
        }
        handler.check();
        for (uint256 a = 0; a < actions.length; ++a) {
            uint256 calls = handler.calls(actions[a]);
            assertGe(calls, length / (2 * actions.length), string.concat("calls of action ", _digits(a)));
            assertGe(5 * handler.successes(actions[a]), calls, string.concat("successes of action ", _digits(a)));
        }
        handler.settle();
    }

    function _digits(uint256 n) private pure returns (string memory) {
        return
            n < 10
                ? string(abi.encodePacked(uint8(48 + n)))
                : string(abi.encodePacked(uint8(48 + n / 10), uint8(48 + (n % 10))));
    }
}
