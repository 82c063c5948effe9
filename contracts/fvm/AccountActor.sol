// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccountTypes } from "@zondax/filecoin-solidity/contracts/v0.8/types/AccountTypes.sol";

import { ActorCall } from "./ActorCall.sol";
import { CborReader } from "./CborReader.sol";
import { CborWriter } from "./CborWriter.sol";
import { ActorError } from "./Errors.sol";

/// @title Signatures of accounts with f1 and f3 keys
library AccountActor {
    using CborReader for CborReader.Cursor;

    uint64 private constant AUTHENTICATE_MESSAGE = uint64(AccountTypes.AuthenticateMessageMethodNum);
    /// @dev How an account answers to a signature that is not its own.
    int256 private constant ILLEGAL_ARGUMENT = 16;

    /// @notice Whether an account signed a message.
    /// @dev Accounts without a key (those of the EVM, placeholders) answer with an empty success, which is refused: only
    /// the word `true` counts.
    function authenticateMessage(
        uint64 id,
        bytes memory signature,
        bytes memory message
    ) internal view returns (bool authentic) {
        (bytes memory params, uint256 at) = CborWriter.open(
            CborWriter.ARRAY_SIZE + 2 * CborWriter.INTEGER_SIZE + signature.length + message.length
        );
        at = CborWriter.array(at, 2);
        at = CborWriter.byteString(at, signature);
        at = CborWriter.byteString(at, message);
        CborWriter.close(params, at);
        (int256 exitCode, bytes memory answer) = ActorCall.tryRead(id, AUTHENTICATE_MESSAGE, params);
        if (exitCode == ILLEGAL_ARGUMENT) return false;
        if (exitCode != 0) revert ActorError(id, AUTHENTICATE_MESSAGE, exitCode);
        CborReader.Cursor memory cursor = CborReader.open(answer, id, AUTHENTICATE_MESSAGE);
        authentic = cursor.boolean();
        cursor.close();
    }
}
