// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FilSend } from "../fvm/FilSend.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Books, FIL, ListingEntry } from "./Books.sol";
import { BuyerBounds } from "./BuyerBounds.sol";
import { IPowerMarket } from "./IPowerMarket.sol";
import { Due, Sale, Till } from "./Till.sol";
import { Trading } from "./Trading.sol";

/// @title Fixed prices
/// @notice What is bought alone is read and moved in one call of PowerNFT, which runs no code of strangers: what the buyer
/// does not want undoes it. In a batch first everything is read, then everything is written, then everything is moved: no
/// later step can find an earlier one undone. Either way the chain stores what was written once.
abstract contract Listings is Trading {
    using BuyerBounds for Bounds;

    /// @inheritdoc IPowerMarket
    function list(uint256 id, address coin, uint96 price, uint64 expiry, uint64 weight) external {
        if (price == 0) revert NoPrice();
        _checkTerm(expiry);
        uint16 number = _allowedCoin(coin);
        uint16 feeBps = Books.totals().feeBps;
        ListingEntry storage entry = Books.listing(id, msg.sender);
        entry.price = price;
        entry.coin = number;
        entry.expiry = uint32(expiry);
        entry.round = Books.account(FIL, msg.sender).round;
        entry.feeBps = feeBps;
        entry.weight = weight;
        emit Listed(id, msg.sender, coin, price, expiry, feeBps, weight);
    }

    /// @inheritdoc IPowerMarket
    function cancelListing(uint256 id) external {
        if (Books.listing(id, msg.sender).price == 0) revert NotListed(id);
        Books.forgetListing(id, msg.sender);
        emit ListingCancelled(id, msg.sender);
    }

    /// @inheritdoc IPowerMarket
    function cancelAll() external {
        uint32 round = ++Books.account(FIL, msg.sender).round;
        emit AllCancelled(msg.sender, round);
    }

    /// @inheritdoc IPowerMarket
    function buy(
        uint256 id,
        address seller,
        address coin,
        uint96 maxPrice,
        Bounds calldata bounds,
        address to
    ) external payable returns (uint256 paid) {
        _checkReceiver(to);
        Sale memory sale = _moveListed(id, seller, coin, maxPrice, bounds, to);
        paid = sale.price;
        uint256 change = _change(coin, paid);
        Books.forgetListing(id, seller);
        Due memory due = Till.enter(sale, true);
        _saySold(sale, to);
        if (sale.coin != FIL) Till.takeCoin(sale.coin, paid);
        Till.send(sale, due);
        if (change != 0) FilSend.send(msg.sender, change);
    }

    /// @inheritdoc IPowerMarket
    function buyMany(
        Purchase[] calldata purchases,
        address coin,
        uint256 atLeast,
        address to
    ) external payable returns (uint256 bought, uint256 paid) {
        _checkReceiver(to);
        if (atLeast > purchases.length) revert TooFewNamed(purchases.length, atLeast);
        Sale[] memory sales = new Sale[](purchases.length);
        for (uint256 i = 0; i < purchases.length; ++i) {
            (bytes memory reason, Sale memory sale) = _checkItem(purchases, i, coin);
            if (reason.length == 0) {
                sales[bought++] = sale;
                paid += sale.price;
                continue;
            }
            // too few would be left
            if (purchases.length - (i + 1 - bought) < atLeast) _refuse(reason);
            emit Skipped(purchases[i].id, reason);
        }
        uint256 change = _change(coin, paid);
        _carryOut(sales, bought, paid, to);
        if (change != 0) FilSend.send(msg.sender, change);
    }

    /// @inheritdoc IPowerMarket
    function listing(uint256 id) external view returns (Listing memory result) {
        IPowerNFT.Holding memory holding = _holdingOf(id);
        address seller = holding.holder;
        ListingEntry storage entry = Books.listing(id, seller);
        result.seller = seller;
        result.coin = Books.coinAddress(entry.coin);
        result.price = entry.price;
        result.expiry = entry.expiry;
        result.feeBps = entry.feeBps;
        result.weight = entry.weight;
        result.open =
            entry.price != 0 &&
            block.number < entry.expiry &&
            entry.round == Books.account(FIL, seller).round &&
            holding.approved == address(this);
    }

    /// @inheritdoc IPowerMarket
    function previewBuy(uint256 id, Bounds calldata bounds) external view returns (Quote memory quote) {
        IPowerNFT.Holding memory holding = NFT.holdingOf(id);
        address coin = Books.coinAddress(Books.listing(id, holding.holder).coin);
        (bytes memory reason, Sale memory sale) = _check(id, holding, coin, type(uint96).max, bounds);
        if (reason.length != 0) _refuse(reason);
        quote.seller = sale.seller;
        quote.coin = coin;
        quote.price = sale.price;
        quote.fee = sale.fee;
        quote.royalty = sale.royalty;
        quote.royaltyReceiver = sale.royaltyReceiver;
        quote.net = sale.price - sale.fee - sale.royalty;
        quote.weight = holding.power.weight;
        quote.expiry = holding.power.expiry;
        quote.unpaid = BuyerBounds.unpaidOf(holding);
        quote.guarantee = holding.guarantee.remaining;
        if (quote.guarantee == 0) return quote;
        IPowerNFT.Cover memory cover = NFT.coverOf(holding.power.minerId);
        quote.cover = cover.amount;
        quote.coverNeeded = cover.remaining;
    }

    /// @dev Writes and moves what was checked.
    function _carryOut(Sale[] memory sales, uint256 bought, uint256 paid, address to) private {
        Due[] memory dues = new Due[](bought);
        for (uint256 i = 0; i < bought; ++i) {
            Books.forgetListing(sales[i].id, sales[i].seller);
            dues[i] = Till.enter(sales[i], true);
            _saySold(sales[i], to);
        }
        if (bought != 0 && sales[0].coin != FIL) Till.takeCoin(sales[0].coin, paid);
        for (uint256 i = 0; i < bought; ++i) {
            _move(sales[i].seller, to, sales[i].id);
            Till.send(sales[i], dues[i]);
        }
    }

    /// @dev What comes back of the FIL that was sent along.
    function _change(address coin, uint256 price) private view returns (uint256) {
        uint256 needed = coin == address(0) ? price : 0;
        if (msg.value < needed || (coin != address(0) && msg.value != 0)) revert WrongValue(msg.value, needed);
        return msg.value - needed;
    }

    /// @dev Why an item of a batch cannot be bought, as an encoded error. Nothing that is left out may fail later.
    function _checkItem(
        Purchase[] calldata purchases,
        uint256 i,
        address coin
    ) private view returns (bytes memory reason, Sale memory sale) {
        Purchase calldata item = purchases[i];
        if (i != 0 && item.id <= purchases[i - 1].id) revert IPowerNFT.NotAscending(purchases[i - 1].id, item.id);
        IPowerNFT.Holding memory holding = _holdingOf(item.id);
        if (holding.holder != item.seller) {
            reason = abi.encodeWithSelector(HolderChanged.selector, item.id, item.seller, holding.holder);
        } else {
            (reason, sale) = _check(item.id, holding, coin, item.maxPrice, item.bounds);
        }
    }

    /// @dev Moves a listed NFT if it is what the buyer wants; what the sale comes to. That the seller holds it is seen when
    /// it moves. The market must be approved for it by name: a right to move all NFTs of a holder outlasts a move, and an old
    /// listing would come back to life with it.
    function _moveListed(
        uint256 id,
        address seller,
        address coin,
        uint96 maxPrice,
        Bounds calldata bounds,
        address to
    ) private returns (Sale memory) {
        ListingEntry storage entry = Books.listing(id, seller);
        bytes memory reason = _listingRefusal(id, seller, entry, coin, maxPrice);
        if (reason.length != 0) _refuse(reason);
        IPowerNFT.Delivery memory delivery = NFT.deliver(seller, to, id);
        if (!delivery.moved) revert MarketNotApproved(id, seller);
        reason = bounds.refusal(NFT, id, delivery.power);
        if (reason.length != 0) _refuse(reason);
        uint16 royaltyBps = delivery.power.royaltyBps;
        return _saleOf(id, seller, entry.coin, entry.price, entry.feeBps, royaltyBps, delivery.royaltyReceiver);
    }

    /// @dev Why the listing by an NFT's holder is not what the buyer wants, as an encoded error; otherwise what the sale
    /// comes to.
    function _check(
        uint256 id,
        IPowerNFT.Holding memory holding,
        address coin,
        uint96 maxPrice,
        Bounds calldata bounds
    ) private view returns (bytes memory reason, Sale memory sale) {
        address seller = holding.holder;
        ListingEntry storage entry = Books.listing(id, seller);
        reason = _listingRefusal(id, seller, entry, coin, maxPrice);
        if (reason.length != 0) return (reason, sale);
        if (holding.approved != address(this)) {
            return (abi.encodeWithSelector(MarketNotApproved.selector, id, seller), sale);
        }
        reason = bounds.refusal(NFT, id, holding.power);
        if (reason.length != 0) return (reason, sale);
        uint16 royaltyBps = holding.power.royaltyBps;
        sale = _saleOf(id, seller, entry.coin, entry.price, entry.feeBps, royaltyBps, holding.royaltyReceiver);
    }

    function _listingRefusal(
        uint256 id,
        address seller,
        ListingEntry storage entry,
        address coin,
        uint96 maxPrice
    ) private view returns (bytes memory) {
        if (entry.price == 0 || entry.round != Books.account(FIL, seller).round) {
            return abi.encodeWithSelector(NotListed.selector, id);
        }
        if (block.number >= entry.expiry) return abi.encodeWithSelector(ListingExpired.selector, id, entry.expiry);
        address priced = Books.coinAddress(entry.coin);
        if (priced != coin) return abi.encodeWithSelector(OtherCoin.selector, id, priced, coin);
        if (entry.price > maxPrice) return abi.encodeWithSelector(PriceTooHigh.selector, id, entry.price, maxPrice);
        return "";
    }

    /// @dev An NFT; one that does not exist is nobody's.
    function _holdingOf(uint256 id) private view returns (IPowerNFT.Holding memory holding) {
        try NFT.holdingOf(id) returns (IPowerNFT.Holding memory found) {
            return found;
        } catch {
            return holding;
        }
    }
}
