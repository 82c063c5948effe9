// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Campaign } from "./Campaign.sol";
import { FilecoinNetwork } from "./FilecoinNetwork.sol";
import { Grudger } from "./FakeNetwork.sol";
import { PowerHandlerOnFilecoin } from "./PowerHandlerOnFilecoin.sol";

/// @title Everything together on the simulated Filecoin, by random histories
contract PowerNetworkTest is FilecoinNetwork, Campaign {
    PowerHandlerOnFilecoin private _handler;

    function setUp() public {
        uint64[] memory miners = startNetwork(2);
        address[] memory who = new address[](3);
        (who[0], who[1]) = (address(0xB0B1), address(0xB0B2));
        who[2] = address(new Grudger());
        address[] memory payees = new address[](3);
        (payees[0], payees[1]) = (address(0xCA54), who[2]);
        payees[2] = address(uint160((0xff << 152) | 2999));
        sim.addAccount(2999, "");
        _handler = new PowerHandlerOnFilecoin(nft, miners, who, payees);
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
