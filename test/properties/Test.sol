// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What the test runner does for a test.
interface Vm {
    function roll(uint256 epoch) external;
    function deal(address account, uint256 balance) external;
    function etch(address account, bytes calldata code) external;
    function prank(address sender) external;
    function getNonce(address account) external view returns (uint64);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function expectRevert(bytes calldata error) external;
    function expectEmit(address emitter) external;
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function label(address account, string calldata name) external;
}

/// @notice The base of the Solidity tests: labelled assertions, and the targets of stateful runs.
abstract contract Test {
    /// @dev The functions that a stateful run calls on a contract.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    error Failed(string what, uint256 actual, uint256 expected);

    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    address[] private _targets;
    FuzzSelector[] private _selectors;

    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    /// @notice A stateful run calls only these functions.
    function target(address handler, bytes4[] memory selectors) internal {
        _targets.push(handler);
        _selectors.push(FuzzSelector(handler, selectors));
    }

    function assertTrue(bool ok, string memory what) internal pure {
        if (!ok) revert Failed(what, 0, 1);
    }

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert Failed(what, actual, expected);
    }

    function assertLe(uint256 actual, uint256 most, string memory what) internal pure {
        if (actual > most) revert Failed(what, actual, most);
    }

    function assertGe(uint256 actual, uint256 least, string memory what) internal pure {
        if (actual < least) revert Failed(what, actual, least);
    }

    /// @notice A value within [least, most] that keeps as much of the fuzzer's choice as fits.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        if (value >= least && value <= most) return value;
        if (most - least == type(uint256).max) return value;
        return least + (value % (most - least + 1));
    }
}
