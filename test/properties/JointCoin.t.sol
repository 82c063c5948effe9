// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Campaign } from "./Campaign.sol";
import { JointCoinHandler } from "./JointCoinHandler.sol";
import { JointNetwork } from "./JointNetwork.sol";

/// @title A pool over a stablecoin of 6 decimals and the auction of its FIL, by random histories (R-JMP-7)
contract JointCoinTest is JointNetwork, Campaign {
    JointCoinHandler private _handler;

    function setUp() public {
        startCoinPool(2, 6);
        address[] memory people = new address[](3);
        (people[0], people[1], people[2]) = (address(0xB0B1), address(0xB0B2), address(0xB0B3));
        _handler = new JointCoinHandler(pool, auction, coin, market, nft, minerIds, people);
        target(address(_handler), _handler.actions());
    }

    function invariant_allMoneyIsOnTheBooks() external {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }

    function test_everyActionDoesWhatItIsForInAFifthOfItsCalls() external {
        runCampaign(_handler, 500);
    }
}
