// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FakeNetwork } from "./FakeNetwork.sol";
import { Action } from "./PowerHandler.sol";
import { PowerHandlerOnFake } from "./PowerHandlerOnFake.sol";

/// @title The ledger of power NFTs against the reference, by random histories
contract PowerLedgerTest is FakeNetwork {
    /// @dev Actions of the counted campaign.
    uint256 private constant CAMPAIGN = 800;

    PowerHandlerOnFake private _handler;

    function setUp() public {
        uint64[] memory miners = startNetwork(2);
        address[] memory who = holders();
        _handler = new PowerHandlerOnFake(nft, miners, who, payees(who));
        target(address(_handler), _handler.actions());
    }

    function invariant_everybodyHasWhatTheReferenceSays() external {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }

    /// @notice A run of random actions proves nothing if they do nothing.
    function test_everyActionDoesWhatItIsForInAFifthOfItsCalls() external {
        bytes4[] memory actions = _handler.actions();
        for (uint256 i = 0; i < CAMPAIGN; ++i) {
            uint256 draw = uint256(keccak256(abi.encode("campaign", i)));
            bytes4 action = actions[draw % actions.length];
            (bool ok, bytes memory error_) = address(_handler).call(
                abi.encodeWithSelector(action, draw >> 8, draw >> 16, draw >> 24, draw >> 32)
            );
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(error_, 0x20), mload(error_))
                }
            }
        }
        _handler.check();
        for (uint8 a = 0; a <= uint8(type(Action).max); ++a) {
            uint256 calls = _handler.calls(Action(a));
            assertGe(calls, CAMPAIGN / 40, string.concat("calls of action ", _digits(a)));
            assertGe(5 * _handler.successes(Action(a)), calls, string.concat("successes of action ", _digits(a)));
        }
        _handler.settle();
    }

    function _digits(uint8 n) private pure returns (string memory) {
        return n < 10 ? string(abi.encodePacked(48 + n)) : string(abi.encodePacked(48 + n / 10, 48 + (n % 10)));
    }
}
