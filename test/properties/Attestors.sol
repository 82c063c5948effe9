// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PowerOracle } from "../../contracts/power/PowerOracle.sol";
import { Protocol } from "./Protocol.sol";

/// @dev How many people may become members.
uint256 constant PEOPLE = 7;

/// @notice Somebody who may become a member; ascending.
function personAt(uint256 n) pure returns (address) {
    return address(uint160(0xA77E5700 + (n % PEOPLE)));
}

/// @notice The protocol with the real oracle: three of five members must agree.
abstract contract Attestors is Protocol {
    uint256 private constant MEMBERS = 5;
    uint256 private constant QUORUM = 3;

    function newOracle(address authority, address powerNFT) internal virtual override returns (address) {
        address[] memory members = new address[](MEMBERS);
        for (uint256 i = 0; i < MEMBERS; ++i) members[i] = personAt(i);
        return address(new PowerOracle(authority, powerNFT, members, QUORUM));
    }
}
