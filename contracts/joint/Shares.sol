// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import { Slots } from "../power/Slots.sol";
import { Rooms } from "./Rooms.sol";

/// @dev One storage slot.
struct Amount {
    uint256 value;
}

/// @title ERC-20 as OpenZeppelin does it, with its figures where Rooms puts them
/// @notice The rules are OpenZeppelin's; only what it would keep in mappings is kept elsewhere.
abstract contract Shares is ERC20 {
    /// @dev Of all holders together, in units of shares. One storage slot.
    uint256 private _supply;

    function totalSupply() public view override returns (uint256) {
        return _supply;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return _sharesOf(account).value;
    }

    function allowance(address owner, address spender) public view override returns (uint256) {
        return _allowanceOf(owner, spender).value;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0)) {
            _supply += value;
        } else {
            Amount storage shares = _sharesOf(from);
            uint256 balance = shares.value;
            if (balance < value) revert ERC20InsufficientBalance(from, balance, value);
            unchecked {
                shares.value = balance - value;
            }
        }
        unchecked {
            // balances add up to the supply
            if (to == address(0)) _supply -= value;
            else _sharesOf(to).value += value;
        }
        emit Transfer(from, to, value);
    }

    function _approve(address owner, address spender, uint256 value, bool emitEvent) internal override {
        if (owner == address(0)) revert ERC20InvalidApprover(address(0));
        if (spender == address(0)) revert ERC20InvalidSpender(address(0));
        _allowanceOf(owner, spender).value = value;
        if (emitEvent) emit Approval(owner, spender, value);
    }

    function _sharesOf(address account) private pure returns (Amount storage amount) {
        uint256 slot = Slots.at(Rooms.SHARES, account);
        assembly ("memory-safe") {
            amount.slot := slot
        }
    }

    function _allowanceOf(address owner, address spender) private pure returns (Amount storage amount) {
        uint256 slot = Slots.ofPair(Rooms.ALLOWANCE, owner, spender);
        assembly ("memory-safe") {
            amount.slot := slot
        }
    }
}
