// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Many balances in one call
/// @notice For the simulation, which counts all FIL of its world every day.
contract Tally {
    /// @notice The FIL of each.
    function balances(address[] calldata who) external view returns (uint256[] memory amounts) {
        amounts = new uint256[](who.length);
        for (uint256 i = 0; i < who.length; ++i) amounts[i] = who[i].balance;
    }

    /// @notice The tokens of each.
    function holdings(IERC20 token, address[] calldata who) external view returns (uint256[] memory amounts) {
        amounts = new uint256[](who.length);
        for (uint256 i = 0; i < who.length; ++i) amounts[i] = token.balanceOf(who[i]);
    }
}
