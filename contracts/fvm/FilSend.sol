// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FilAddresses } from "@zondax/filecoin-solidity/contracts/v0.8/utils/FilAddresses.sol";

import { ActorCall } from "./ActorCall.sol";
import { ActorId } from "./ActorId.sol";
import { ActorError, CallRefused, SendFailed } from "./Errors.sol";

/// @title Payments
/// @notice FIL is sent by method 0, which runs no code of the payee: nothing can re-enter, and a payee cannot refuse.
/// An EVM call with value is no substitute: to a masked id that does not exist it succeeds and moves nothing.
library FilSend {
    /// @notice Pays an address, in whichever form. An EVM address that the chain has never seen is created by it.
    function send(address to, uint256 amount) internal {
        (bool made, int256 exitCode) = ActorId.isMasked(to)
            ? ActorCall.sendById(ActorId.fromMasked(to), amount)
            : ActorCall.sendByAddress(FilAddresses.fromEthAddress(to).data, amount);
        if (!made || exitCode != 0) revert SendFailed(to, amount, exitCode);
    }

    /// @notice Pays an actor.
    function sendToActor(uint64 id, uint256 amount) internal {
        (bool made, int256 exitCode) = ActorCall.sendById(id, amount);
        if (!made) revert CallRefused(id, 0);
        if (exitCode != 0) revert ActorError(id, 0, exitCode);
    }
}
