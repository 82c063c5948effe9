// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev Where the answers are kept, and where the simulated precompile is put aside. Fixed, because the code below runs
/// in the storage of whoever calls.
address constant ANSWERS = 0x00000000000000000000000000000000000a45E0;
address constant ASIDE = 0x00000000000000000000000000000000000a51de;

/// @notice Answers that tests put into an actor's mouth: what no miner says today, but what a contract must survive.
contract ActorAnswers {
    struct Answer {
        bool given;
        int256 exitCode;
        bytes ret;
    }

    mapping(uint64 actor => mapping(uint64 method => Answer)) private _answers;

    /// @notice From now on the actor answers a method so, and does nothing.
    function give(uint64 actor, uint64 method, int256 exitCode, bytes calldata ret) external {
        _answers[actor][method] = Answer(true, exitCode, ret);
    }

    /// @notice From now on the actor answers a method itself.
    function forget(uint64 actor, uint64 method) external {
        delete _answers[actor][method];
    }

    function answerOf(uint64 actor, uint64 method) external view returns (Answer memory) {
        return _answers[actor][method];
    }
}

/// @notice Stands at 0xfe..05 before the simulated precompile.
contract CallActorByIdWithAnswers {
    uint64 private constant CBOR = 0x51;

    fallback(bytes calldata input) external payable returns (bytes memory) {
        (uint64 method, , , , , uint64 actor) = abi.decode(input, (uint64, uint256, uint64, uint64, bytes, uint64));
        ActorAnswers.Answer memory answer = ActorAnswers(ANSWERS).answerOf(actor, method);
        if (answer.given) return abi.encode(answer.exitCode, answer.ret.length == 0 ? 0 : CBOR, answer.ret);
        (bool ok, bytes memory out) = ASIDE.delegatecall(input);
        require(ok);
        return out;
    }
}
