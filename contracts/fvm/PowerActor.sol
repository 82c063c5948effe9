// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { CommonTypes } from "@zondax/filecoin-solidity/contracts/v0.8/types/CommonTypes.sol";
import { PowerTypes } from "@zondax/filecoin-solidity/contracts/v0.8/types/PowerTypes.sol";

import { ActorCall } from "./ActorCall.sol";
import { CborReader } from "./CborReader.sol";
import { CborWriter } from "./CborWriter.sol";
import { ActorError } from "./Errors.sol";

/// @title What the power actor says of a miner
/// @notice It is the only proof that an actor id is a miner: account actors answer any method with success.
library PowerActor {
    using CborReader for CborReader.Cursor;

    uint64 private constant MINER_POWER = 36284446;
    /// @dev The exit code for an id without a claim.
    int256 private constant NOT_FOUND = 17;

    /// @notice The power of a miner's active sectors, bytes.
    /// @return exitCode 17 when the id has no claim
    /// @return raw the size of the sectors
    /// @return qa the quality-adjusted power (QAP)
    function tryMinerPower(uint64 miner) internal view returns (int256 exitCode, uint256 raw, uint256 qa) {
        uint64 actor = _actor();
        (bytes memory params, uint256 at) = CborWriter.open(CborWriter.INTEGER_SIZE);
        CborWriter.close(params, CborWriter.integer(at, miner));
        bytes memory answer;
        (exitCode, answer) = ActorCall.tryRead(actor, MINER_POWER, params);
        if (exitCode != 0) return (exitCode, 0, 0);
        CborReader.Cursor memory cursor = CborReader.open(answer, actor, MINER_POWER);
        cursor.array(2);
        raw = cursor.amount();
        qa = cursor.amount();
        cursor.close();
    }

    /// @notice Like `tryMinerPower`, for an id that must have a claim.
    function minerPower(uint64 miner) internal view returns (uint256 raw, uint256 qa) {
        int256 exitCode;
        (exitCode, raw, qa) = tryMinerPower(miner);
        if (exitCode != 0) revert ActorError(_actor(), MINER_POWER, exitCode);
    }

    /// @notice The QAP of a miner, bytes, and whether it has a claim at all; any other refusal than that is an error.
    function findClaim(uint64 miner) internal view returns (bool found, uint256 qa) {
        int256 exitCode;
        (exitCode, , qa) = tryMinerPower(miner);
        if (exitCode != 0 && exitCode != NOT_FOUND) revert ActorError(_actor(), MINER_POWER, exitCode);
        return (exitCode == 0, qa);
    }

    function _actor() private pure returns (uint64) {
        return CommonTypes.FilActorId.unwrap(PowerTypes.ActorID);
    }
}
