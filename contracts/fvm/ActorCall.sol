// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Actor } from "@zondax/filecoin-solidity/contracts/v0.8/utils/Actor.sol";
import { Misc } from "@zondax/filecoin-solidity/contracts/v0.8/utils/Misc.sol";

import { ActorError, BadAnswer, CallRefused } from "./Errors.sol";

/// @title Calls to actors through the machine's precompiles
/// @notice A successful answer is either empty (codec 0) or CBOR (codec 0x51); anything else is refused here. What the
/// bytes say is for the caller to decode.
/// @dev The precompiles must be entered by DELEGATECALL, which Solidity does not allow in a `view` function. With the
/// read-only flag they change nothing, so the reading functions call them through a function pointer whose type was
/// changed to `view`.
library ActorCall {
    /// @dev abi.encode(exit code, codec, offset of the bytes, their length), before the bytes.
    uint256 private constant HEADER_LENGTH = 128;
    /// @dev Where the length of the bytes stands in it.
    uint256 private constant BYTES_OFFSET = 96;

    /// @notice Reads from an actor.
    /// @return answer the bytes that it returned, in place; reverts unless it exits with 0
    function read(uint64 actor, uint64 method, bytes memory params) internal view returns (bytes memory answer) {
        int256 exitCode;
        (exitCode, answer) = tryRead(actor, method, params);
        if (exitCode != 0) revert ActorError(actor, method, exitCode);
    }

    /// @notice Reads from an actor that may refuse.
    /// @return exitCode 0 is success
    /// @return answer the bytes that it returned; without meaning unless it exits with 0
    function tryRead(
        uint64 actor,
        uint64 method,
        bytes memory params
    ) internal view returns (int256 exitCode, bytes memory answer) {
        return _asView(_call)(actor, method, Actor.READ_ONLY_FLAG, params);
    }

    /// @notice Calls an actor's method that may change its state.
    function write(uint64 actor, uint64 method, bytes memory params) internal returns (bytes memory answer) {
        int256 exitCode;
        (exitCode, answer) = tryWrite(actor, method, params);
        if (exitCode != 0) revert ActorError(actor, method, exitCode);
    }

    /// @notice Calls an actor's method that may change its state, and that it may refuse.
    function tryWrite(
        uint64 actor,
        uint64 method,
        bytes memory params
    ) internal returns (int256 exitCode, bytes memory answer) {
        return _call(actor, method, Actor.DEFAULT_FLAG, params);
    }

    /// @notice Sends FIL to an actor by its id: method 0, which runs no code of the payee.
    /// @return made whether the machine made the call
    function sendById(uint64 actor, uint256 amount) internal returns (bool made, int256 exitCode) {
        bytes memory input = abi.encode(uint64(0), amount, Actor.DEFAULT_FLAG, Misc.NONE_CODEC, "", actor);
        bool sound;
        bytes memory answer;
        (made, sound, exitCode, answer) = _enter(Actor.CALL_ACTOR_ID, input);
        if (made && !(sound && (exitCode != 0 || answer.length == 0))) revert BadAnswer(actor, 0);
    }

    /// @notice Sends FIL to the actor with a Filecoin address, given as bytes: method 0.
    /// @return made whether the machine made the call
    function sendByAddress(bytes memory to, uint256 amount) internal returns (bool made, int256 exitCode) {
        bytes memory input = abi.encode(uint64(0), amount, Actor.DEFAULT_FLAG, Misc.NONE_CODEC, "", to);
        bool sound;
        bytes memory answer;
        (made, sound, exitCode, answer) = _enter(Actor.CALL_ACTOR_ADDRESS, input);
        if (made && !(sound && (exitCode != 0 || answer.length == 0))) revert BadAnswer(0, 0);
    }

    function _call(
        uint64 actor,
        uint64 method,
        uint64 flags,
        bytes memory params
    ) private returns (int256 exitCode, bytes memory answer) {
        uint64 codec = params.length == 0 ? Misc.NONE_CODEC : Misc.CBOR_CODEC;
        bool made;
        bool sound;
        (made, sound, exitCode, answer) = _enter(
            Actor.CALL_ACTOR_ID,
            abi.encode(method, uint256(0), flags, codec, params, actor)
        );
        if (!made) revert CallRefused(actor, method);
        if (!sound) revert BadAnswer(actor, method);
    }

    /// @dev Enters a precompile. `sound` says that the frame of the answer is whole; `answer` points into what the
    /// precompile returned, so nothing is copied twice.
    function _enter(
        address precompile,
        bytes memory input
    ) private returns (bool made, bool sound, int256 exitCode, bytes memory answer) {
        bytes memory output;
        // solhint-disable-next-line avoid-low-level-calls
        (made, output) = precompile.delegatecall(input);
        if (!made || output.length < HEADER_LENGTH) return (made, false, 0, answer);
        uint256 codec;
        uint256 offset;
        assembly ("memory-safe") {
            exitCode := mload(add(output, 0x20))
            codec := mload(add(output, 0x40))
            offset := mload(add(output, 0x60))
        }
        if (offset != BYTES_OFFSET) return (made, false, exitCode, answer);
        assembly ("memory-safe") {
            answer := add(output, 0x80)
        }
        bool coded = codec == (answer.length == 0 ? Misc.NONE_CODEC : Misc.CBOR_CODEC);
        sound = answer.length <= output.length - HEADER_LENGTH && (coded || exitCode != 0);
    }

    function _asView(
        function(uint64, uint64, uint64, bytes memory) internal returns (int256, bytes memory) calling
    )
        private
        pure
        returns (function(uint64, uint64, uint64, bytes memory) internal view returns (int256, bytes memory) reading)
    {
        assembly ("memory-safe") {
            reading := calling
        }
    }
}
