// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Thrown when an actor refuses a call: a positive code is the actor's own, a negative one the machine's.
error ActorError(uint64 actor, uint64 method, int256 exitCode);

/// @notice Thrown when an actor's answer is not, byte for byte, of the form that the method answers with.
error BadAnswer(uint64 actor, uint64 method);

/// @notice Thrown when the machine does not make a call at all: a call that writes, out of a static call.
error CallRefused(uint64 actor, uint64 method);

/// @notice Thrown when a payment to an address does not arrive. Exit code 0: the machine did not make the call at all.
error SendFailed(address to, uint256 amount, int256 exitCode);
