// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Attestors } from "./Attestors.sol";
import { Campaign } from "./Campaign.sol";
import { FilecoinNetwork } from "./FilecoinNetwork.sol";
import { OracleHandlerOnFilecoin } from "./OracleHandlerOnFilecoin.sol";
import { Protocol } from "./Protocol.sol";

/// @title The oracle on the simulated Filecoin, whose own sector statuses judge challenges
contract OracleNetworkTest is FilecoinNetwork, Attestors, Campaign {
    OracleHandlerOnFilecoin private _handler;

    function setUp() public {
        uint64[] memory miners = startNetwork(2);
        address[] memory who = holders();
        _handler = new OracleHandlerOnFilecoin(nft, miners, who, payees(who));
        target(address(_handler), _handler.actions());
    }

    function newOracle(address authority, address powerNFT) internal override(Protocol, Attestors) returns (address) {
        return super.newOracle(authority, powerNFT);
    }

    /// @dev R-ORC-2, R-ORC-4.
    function invariant_weightsAreWhatTheOracleSaidAndTheChainBears() external {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }

    function test_everyActionDoesWhatItIsForInAFifthOfItsCalls() external {
        runCampaign(_handler, 800);
    }
}
