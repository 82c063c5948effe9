// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import { Ownership } from "./Ownership.sol";

/// @title ERC-721 as OpenZeppelin does it, with its figures where Slots puts them
/// @notice The rules (who may approve, move, receive) are OpenZeppelin's; only what it would keep in mappings is kept
/// elsewhere.
abstract contract HeldToken is ERC721 {
    /// @inheritdoc ERC721
    function balanceOf(address account) public view override returns (uint256) {
        if (account == address(0)) revert ERC721InvalidOwner(address(0));
        return Ownership.holder(account).balance;
    }

    /// @inheritdoc ERC721
    function isApprovedForAll(address account, address operator) public view override returns (bool) {
        return Ownership.approvalForAll(account, operator).all;
    }

    function _ownerOf(uint256 id) internal view override returns (address) {
        return Ownership.at(id).holder;
    }

    function _getApproved(uint256 id) internal view override returns (address) {
        return Ownership.approval(id).operator;
    }

    function _setApprovalForAll(address account, address operator, bool approved) internal override {
        if (operator == address(0)) revert ERC721InvalidOperator(operator);
        Ownership.approvalForAll(account, operator).all = approved;
        emit IERC721.ApprovalForAll(account, operator, approved);
    }

    /// @dev `auth`, if not zero, must be the holder or an operator of it.
    function _approve(address to, uint256 id, address auth, bool emitEvent) internal override {
        address holder = _requireOwned(id);
        if (auth != address(0) && holder != auth && !isApprovedForAll(holder, auth)) revert ERC721InvalidApprover(auth);
        if (emitEvent) emit IERC721.Approval(holder, to, id);
        Ownership.approval(id).operator = to;
    }

    /// @dev `auth`, if not zero, must be the holder or approved.
    function _update(address to, uint256 id, address auth) internal virtual override returns (address from) {
        from = _ownerOf(id);
        if (auth != address(0)) _checkAuthorized(from, auth, id);
        Ownership.move(from, to, id);
    }
}
