// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import { ActorId } from "../fvm/ActorId.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Slots } from "./Slots.sol";
import { Tokens } from "./Token.sol";

/// @dev Whose an NFT is, with what changes as often. One storage slot.
struct Owned {
    /// @notice The holder; zero for an NFT that does not exist.
    address holder;
    /// @notice What was paid or credited for it, the protocol's fee included, attoFIL.
    uint96 taken;
}

/// @dev What an address has. One storage slot.
struct Holder {
    /// @notice What `claimCredit` pays, attoFIL.
    uint128 credit;
    /// @notice NFTs that it holds.
    uint64 balance;
}

/// @dev Of all miners. One storage slot.
struct Totals {
    /// @notice What can be taken out now, attoFIL: payable, credits and protocol fees.
    uint128 liabilities;
    /// @notice The part of it that is the protocol's, attoFIL.
    uint96 protocolFees;
    /// @notice NFTs minted so far; ids count from 1.
    uint32 minted;
}

/// @dev A right to move NFTs. One storage slot.
struct Right {
    address operator;
    bool all;
}

/// @title Who holds which NFTs
library Ownership {
    /// @notice The totals.
    function totals() internal pure returns (Totals storage found) {
        uint256 slot = Slots.at(Slots.TOTALS, uint64(0));
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    /// @notice Whose an NFT is.
    function at(uint256 id) internal pure returns (Owned storage owned) {
        uint256 slot = Slots.at(Slots.OWNERSHIP, Tokens.key(id));
        assembly ("memory-safe") {
            owned.slot := slot
        }
    }

    /// @notice What an address has.
    function holder(address account) internal pure returns (Holder storage found) {
        uint256 slot = Slots.at(Slots.HOLDER, account);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    /// @notice Who may move an NFT.
    function approval(uint256 id) internal pure returns (Right storage right) {
        uint256 slot = Slots.at(Slots.APPROVAL, Tokens.key(id));
        assembly ("memory-safe") {
            right.slot := slot
        }
    }

    /// @notice Whether an operator may move all NFTs of a holder.
    function approvalForAll(address account, address operator) internal pure returns (Right storage right) {
        uint256 slot = Slots.ofPair(Slots.OPERATOR, account, operator);
        assembly ("memory-safe") {
            right.slot := slot
        }
    }

    /// @notice Gives an NFT from one holder (zero: minted) to another (zero: burned). Emits Transfer. The masked id of an
    /// Ethereum account or contract is refused: it could never move the NFT.
    function move(address from, address to, uint256 id) internal {
        if (ActorId.isMasked(to)) {
            (bool isEthereum, address ethereum) = ActorId.delegatedAddress(ActorId.fromMasked(to));
            if (isEthereum) revert IPowerNFT.UseEthereumAddress(to, ethereum);
        }
        if (from != address(0)) {
            Right storage right = approval(id);
            if (right.operator != address(0)) right.operator = address(0);
            --holder(from).balance;
        }
        if (to != address(0)) ++holder(to).balance;
        at(id).holder = to;
        emit IERC721.Transfer(from, to, id);
    }
}
