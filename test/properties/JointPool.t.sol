// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Campaign } from "./Campaign.sol";
import { JointHandler } from "./JointHandler.sol";
import { JointNetwork } from "./JointNetwork.sol";

/// @title A joint mining pool against the reference, by random histories (R-JMP, ERC-4626, ERC-7540)
contract JointPoolTest is JointNetwork, Campaign {
    JointHandler private _handler;

    function setUp() public {
        startPool(2);
        address[] memory some = holders();
        address[] memory people = new address[](some.length + 1);
        for (uint256 i = 0; i < some.length; ++i) people[i] = some[i];
        people[some.length] = address(0xB0B3);
        _handler = new JointHandler(pool, market, wfil, nft, minerIds, people);
        target(address(_handler), _handler.actions());
    }

    function invariant_theBooksAreThoseOfTheReference() external {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }

    function test_everyActionDoesWhatItIsForInAFifthOfItsCalls() external {
        runCampaign(_handler, 800);
    }
}
