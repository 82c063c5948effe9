// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ActorScript } from "./ActorScript.sol";

/// @notice Stands at the address of a precompile and answers as a script says.
contract Precompile__Double {
    uint256 private immutable PRECOMPILE;
    ActorScript private immutable SCRIPT;
    /// @dev Whether it answers by DELEGATECALL only, as those that call actors do.
    bool private immutable DELEGATED;

    constructor(uint256 precompile, ActorScript script, bool delegated) {
        PRECOMPILE = precompile;
        SCRIPT = script;
        DELEGATED = delegated;
    }

    fallback(bytes calldata input) external payable returns (bytes memory) {
        bool here = address(this) == address(uint160((0xfe << 152) | PRECOMPILE));
        (bool refused, bytes memory output) = SCRIPT.reply(PRECOMPILE, input);
        require(!refused && here != DELEGATED);
        return output;
    }
}
