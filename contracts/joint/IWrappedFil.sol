// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title FIL as an ERC-20, one for one
interface IWrappedFil is IERC20 {
    /// @notice Makes tokens of the FIL that comes along, for the caller.
    function deposit() external payable;

    /// @notice Gives the caller FIL for tokens of it.
    function withdraw(uint256 amount) external;
}
