// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FakeNetwork } from "./FakeNetwork.sol";
import { PowerHandler } from "./PowerHandler.sol";
import { PowerHandlerOnFake } from "./PowerHandlerOnFake.sol";

/// @title The ledger of power NFTs against the reference, by random histories
contract PowerLedgerTest is FakeNetwork {
    PowerHandlerOnFake private _handler;

    function setUp() public {
        uint64[] memory miners = startNetwork(2);
        address[] memory who = holders();
        _handler = new PowerHandlerOnFake(nft, miners, who, payees(who));
        bytes4[] memory actions = new bytes4[](18);
        actions[0] = PowerHandler.reward.selector;
        actions[1] = PowerHandler.wait.selector;
        actions[2] = PowerHandler.power.selector;
        actions[3] = PowerHandler.free.selector;
        actions[4] = PowerHandler.disturb.selector;
        actions[5] = PowerHandler.ownerWithdraw.selector;
        actions[6] = PowerHandler.withdrawToOwner.selector;
        actions[7] = PowerHandler.sync.selector;
        actions[8] = PowerHandler.harvest.selector;
        actions[9] = PowerHandler.mint.selector;
        actions[10] = PowerHandler.applyWeights.selector;
        actions[11] = PowerHandler.transfer.selector;
        actions[12] = PowerHandler.claim.selector;
        actions[13] = PowerHandler.claimCredit.selector;
        actions[14] = PowerHandler.claimFees.selector;
        actions[15] = PowerHandler.burn.selector;
        actions[16] = PowerHandler.freeSectors.selector;
        actions[17] = PowerHandler.setParameters.selector;
        target(address(_handler), actions);
    }

    function invariant_everybodyHasWhatTheReferenceSays() external {
        _handler.check();
    }

    function afterInvariant() external {
        _handler.settle();
    }
}
