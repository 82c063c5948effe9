// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "./Test.sol";

/// @title What a stateful run calls, counted
/// @notice An action succeeds when it did what it is for, not only when it did not revert.
abstract contract Handler is Test {
    /// @notice By action: how often it was called, and how often it did what it is for.
    mapping(bytes4 action => uint256) public calls;
    mapping(bytes4 action => uint256) public successes;

    /// @notice What a stateful run calls.
    function actions() public view virtual returns (bytes4[] memory all);

    /// @notice What holds after every action.
    function check() public virtual;

    /// @notice The end of a history: everything ends, and everybody has what is theirs.
    function settle() external virtual;

    modifier counted() {
        ++calls[msg.sig];
        _;
    }

    function _done(bool done) internal {
        if (done) ++successes[msg.sig];
    }
}
