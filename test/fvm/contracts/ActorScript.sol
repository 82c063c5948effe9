// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What the doubles of the precompiles answer, as a test told it. A precompile is named by the last byte of its
/// address.
contract ActorScript {
    struct Reply {
        bool known;
        bool refused;
        bytes output;
    }

    /// @dev Replies to one input, by precompile and the hash of the input.
    mapping(uint256 precompile => mapping(bytes32 input => Reply)) private _exact;
    /// @dev The reply to any other input, by precompile.
    mapping(uint256 precompile => Reply) private _any;

    function onInput(uint256 precompile, bytes calldata input, bool refused, bytes calldata output) external {
        _exact[precompile][keccak256(input)] = Reply({ known: true, refused: refused, output: output });
    }

    function onAny(uint256 precompile, bool refused, bytes memory output) public {
        _any[precompile] = Reply({ known: true, refused: refused, output: output });
    }

    /// @notice The reply; an input that no test spoke of is refused.
    function reply(uint256 precompile, bytes calldata input) external view returns (bool refused, bytes memory output) {
        Reply storage found = _exact[precompile][keccak256(input)];
        if (!found.known) found = _any[precompile];
        return (found.refused || !found.known, found.output);
    }

    /// @notice Makes one static call again and again, each time with another output of a precompile. To be simulated.
    function playOutputs(
        address target,
        bytes calldata input,
        uint256 precompile,
        bytes[] calldata outputs
    ) external returns (bool[] memory successes, bytes[] memory results) {
        successes = new bool[](outputs.length);
        results = new bytes[](outputs.length);
        for (uint256 i = 0; i < outputs.length; ++i) {
            onAny(precompile, false, outputs[i]);
            (successes[i], results[i]) = target.staticcall(input);
        }
    }

    /// @notice Makes one call that may change the target. To be simulated.
    function play(address target, bytes calldata input) external returns (bool success, bytes memory result) {
        (success, result) = target.call(input);
    }

    /// @notice Makes many static calls.
    function playCalls(
        address target,
        bytes[] calldata inputs
    ) external view returns (bool[] memory successes, bytes[] memory results) {
        successes = new bool[](inputs.length);
        results = new bytes[](inputs.length);
        for (uint256 i = 0; i < inputs.length; ++i) (successes[i], results[i]) = target.staticcall(inputs[i]);
    }
}
