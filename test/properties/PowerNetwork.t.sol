// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Campaign } from "./Campaign.sol";
import { FilecoinNetwork } from "./FilecoinNetwork.sol";
import { PowerHandlerOnFilecoin } from "./PowerHandlerOnFilecoin.sol";

/// @title Everything together on the simulated Filecoin, by random histories
contract PowerNetworkTest is FilecoinNetwork, Campaign {
    PowerHandlerOnFilecoin private _handler;

    function setUp() public {
        uint64[] memory miners = startNetwork(2);
        address[] memory who = holders();
        _handler = new PowerHandlerOnFilecoin(nft, miners, who, payees(who));
        target(address(_handler), _handler.actions());
    }

    function invariant_nobodyIsOwedMoreThanThereIs() external {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }

    function test_everyActionDoesWhatItIsForInAFifthOfItsCalls() external {
        runCampaign(_handler, 400);
    }
}
