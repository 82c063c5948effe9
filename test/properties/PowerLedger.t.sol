// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Campaign } from "./Campaign.sol";
import { FakeNetwork } from "./FakeNetwork.sol";
import { PowerHandlerOnFake } from "./PowerHandlerOnFake.sol";

/// @title The ledger of power NFTs against the reference, by random histories
contract PowerLedgerTest is FakeNetwork, Campaign {
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
        runCampaign(_handler, 800);
    }
}
