// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import { IPowerMarket } from "./IPowerMarket.sol";

/// @title Moving ERC-20s, trusting nothing that they say
/// @notice A coin may call back (ERC-777), take a fee, change balances by itself, or lie in what it returns. So balances
/// are compared, and while a coin moves no coin can move again.
library Coins {
    using SafeERC20 for IERC20;

    /// @dev The transient slot that says whether a coin is moving; the only one of the market.
    uint256 private constant MOVING = 0;

    /// @notice Pulls from the caller exactly `amount`, after which the market must hold at least what it owes.
    function pull(address coin, uint256 amount, uint256 owed) internal {
        _begin(coin);
        uint256 before = IERC20(coin).balanceOf(address(this));
        IERC20(coin).safeTransferFrom(msg.sender, address(this), amount);
        uint256 cash = IERC20(coin).balanceOf(address(this));
        if (cash != before + amount) revert IPowerMarket.InexactCoin(coin, amount, cash > before ? cash - before : 0);
        if (cash < owed) revert IPowerMarket.CoinShort(coin, cash, owed);
        _end();
    }

    /// @notice Pays out at most `amount`: no more may leave the market.
    function push(address coin, address to, uint256 amount) internal {
        _begin(coin);
        uint256 before = IERC20(coin).balanceOf(address(this));
        IERC20(coin).safeTransfer(to, amount);
        uint256 cash = IERC20(coin).balanceOf(address(this));
        if (cash + amount < before) revert IPowerMarket.InexactCoin(coin, amount, before - cash);
        _end();
    }

    function _begin(address coin) private {
        bool moving;
        assembly ("memory-safe") {
            moving := tload(MOVING)
        }
        if (moving) revert IPowerMarket.Reentered(coin);
        assembly ("memory-safe") {
            tstore(MOVING, 1)
        }
    }

    function _end() private {
        assembly ("memory-safe") {
            tstore(MOVING, 0)
        }
    }
}
