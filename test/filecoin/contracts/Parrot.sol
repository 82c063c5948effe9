// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ActorProbe } from "./ActorProbe.sol";

/// @notice A probe that answers what it was told to, whoever calls: it stands in for contracts that recordings met.
contract Parrot is ActorProbe {
    struct Line {
        bool known;
        bool fails;
        bytes text;
    }

    /// @dev What to answer to each selector.
    mapping(bytes4 selector => Line line) private lines;
    /// @notice Who called last, and with what value.
    address public lastCaller;
    uint256 public lastValue;

    function teach(bytes4 selector, bool fails, bytes calldata text) external {
        lines[selector] = Line(true, fails, text);
    }

    fallback(bytes calldata input) external payable override returns (bytes memory) {
        Line storage line = lines[bytes4(input)];
        if (!line.known) {
            emit Answered(true, input);
            return "";
        }
        bytes memory text = line.text;
        if (line.fails) {
            assembly {
                revert(add(text, 32), mload(text))
            }
        }
        (lastCaller, lastValue) = (msg.sender, msg.value);
        return text;
    }
}
