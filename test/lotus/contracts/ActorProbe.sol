// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Calls actors with whatever it is given, and answers what they said
/// @notice For tests: plays a beneficiary, and a caller that makes mistakes.
contract ActorProbe {
    address private constant CALL_ACTOR = 0xfe00000000000000000000000000000000000003;
    address private constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;

    /// @notice One call of an actor by its id.
    struct Call {
        uint64 target;
        uint64 method;
        uint256 value;
        uint64 flags;
        uint64 codec;
        bytes params;
    }

    /// @notice What one call answered; `ok` is false where the precompile itself failed.
    struct Answer {
        bool ok;
        int256 exitCode;
        uint64 codec;
        bytes ret;
    }

    /// @notice What happened, for those who read receipts.
    event Answered(bool ok, int256 exitCode, uint64 codec, bytes ret);

    /// @notice Makes one call.
    function call(Call calldata c) public returns (Answer memory answer) {
        bytes memory data = abi.encode(c.method, c.value, c.flags, c.codec, c.params, c.target);
        answer = _send(CALL_ACTOR_ID, data);
        emit Answered(answer.ok, answer.exitCode, answer.codec, answer.ret);
    }

    /// @notice Makes one call to an actor by the bytes of any of its addresses.
    function callAddress(Call calldata c, bytes calldata target) external returns (Answer memory answer) {
        bytes memory data = abi.encode(c.method, c.value, c.flags, c.codec, c.params, target);
        answer = _send(CALL_ACTOR, data);
        emit Answered(answer.ok, answer.exitCode, answer.codec, answer.ret);
    }

    /// @notice Makes several calls one after another, whatever they answer.
    function callAll(Call[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) call(calls[i]);
    }

    function _send(address precompile, bytes memory data) private returns (Answer memory answer) {
        bytes memory out;
        (answer.ok, out) = precompile.delegatecall(data);
        if (answer.ok) (answer.exitCode, answer.codec, answer.ret) = abi.decode(out, (int256, uint64, bytes));
    }

    receive() external payable {}
}
