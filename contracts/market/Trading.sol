// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC2981 } from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Books, FIL } from "./Books.sol";
import { IPowerMarket } from "./IPowerMarket.sol";
import { Sale } from "./Till.sol";

/// @title What listings, offers and auctions have in common
/// @notice The only contracts called are PowerNFT, which runs no code of strangers, and allowed coins.
abstract contract Trading is IPowerMarket {
    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;

    /// @inheritdoc IPowerMarket
    uint64 public constant MAX_ORDER_TERM = 518_400;

    /// @dev POWER_NFT, as what it is.
    IPowerNFT internal immutable NFT;

    constructor(IPowerNFT nft) {
        NFT = nft;
    }

    /// @inheritdoc IPowerMarket
    function POWER_NFT() external view returns (address) {
        return address(NFT);
    }

    /// @dev The number of a coin, which must be allowed.
    function _allowedCoin(address coin) internal view returns (uint16) {
        if (coin == address(0)) return FIL;
        if (!Books.coin(coin).allowed) revert CoinNotAllowed(coin);
        return Books.coin(coin).number;
    }

    /// @dev The end of a new order.
    function _checkTerm(uint64 expiry) internal view {
        uint64 now_ = uint64(block.number);
        if (expiry <= now_ || expiry > now_ + MAX_ORDER_TERM) {
            revert OrderTermOutOfRange(expiry, now_ + 1, now_ + MAX_ORDER_TERM);
        }
    }

    /// @dev Moves an NFT. No receiver is called: none can refuse or re-enter.
    function _move(address from, address to, uint256 id) internal {
        IERC721(address(NFT)).transferFrom(from, to, id);
    }

    /// @dev Where an NFT may go to; PowerNFT refuses the masked ids of Ethereum contracts.
    function _checkReceiver(address to) internal view {
        if (to == address(0) || to == address(this) || to == address(NFT)) revert BadReceiver(to);
    }

    /// @dev Ends a listing, if there is one, that a sale or an auction has made void.
    function _endListing(uint256 id, address seller) internal {
        if (Books.listing(id, seller).price != 0) Books.forgetListing(id, seller);
    }

    /// @dev Who gets the royalty of an NFT; not asked for where there is none.
    function _royaltyReceiver(uint256 id, uint16 royaltyBps) internal view returns (address receiver) {
        if (royaltyBps != 0) (receiver, ) = IERC2981(address(NFT)).royaltyInfo(id, 0);
    }

    /// @dev What a sale at a price comes to. A royalty that the seller itself would get is none.
    function _saleOf(
        uint256 id,
        address seller,
        uint16 coin,
        uint256 price,
        uint16 feeBps,
        uint16 royaltyBps,
        address royaltyReceiver
    ) internal pure returns (Sale memory sale) {
        sale.id = id;
        sale.seller = seller;
        sale.coin = coin;
        sale.price = price;
        sale.fee = (price * feeBps) / BPS;
        if (royaltyBps == 0 || royaltyReceiver == seller || royaltyReceiver == address(0)) return sale;
        sale.royalty = (price * royaltyBps) / BPS;
        sale.royaltyReceiver = royaltyReceiver;
    }

    /// @dev Says that an NFT was sold.
    function _saySold(Sale memory sale, address to) internal {
        emit Sold(sale.id, sale.seller, to, Books.coinAddress(sale.coin), sale.price, sale.fee, sale.royalty);
    }

    /// @dev Reverts with an encoded error.
    function _refuse(bytes memory reason) internal pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
