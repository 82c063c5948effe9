// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice An ERC-20 that a test can make misbehave: take a fee, change balances by itself, call back while it moves.
contract ERC20__Double is ERC20 {
    uint8 private immutable _DECIMALS;
    /// @notice What a transfer takes from the amount, basis points.
    uint256 public feeBps;
    /// @notice Called before each transfer, with `callbackData`; 0: nobody.
    address public callbackTarget;
    bytes public callbackData;
    /// @notice Whether the callback succeeded the last time, and what it answered.
    bool public callbackSucceeded;
    bytes public callbackAnswer;

    constructor(uint8 decimals_) ERC20("Coin", "COIN") {
        _DECIMALS = decimals_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Takes coins away, as a rebase would.
    function shrink(address from, uint256 amount) external {
        _burn(from, amount);
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    function setCallback(address target, bytes calldata data) external {
        callbackTarget = target;
        callbackData = data;
    }

    function decimals() public view override returns (uint8) {
        return _DECIMALS;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && to != address(0)) {
            if (callbackTarget != address(0)) {
                // solhint-disable-next-line avoid-low-level-calls
                (callbackSucceeded, callbackAnswer) = callbackTarget.call(callbackData);
            }
            uint256 fee = (amount * feeBps) / 10_000;
            if (fee != 0) super._update(from, address(this), fee);
            amount -= fee;
        }
        super._update(from, to, amount);
    }
}
