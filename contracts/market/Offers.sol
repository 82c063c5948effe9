// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Tokens } from "../power/Token.sol";
import { Books, FIL, OfferEntry, Totals } from "./Books.sol";
import { BuyerBounds } from "./BuyerBounds.sol";
import { IPowerMarket } from "./IPowerMarket.sol";
import { Due, Sale, Till } from "./Till.sol";
import { Trading } from "./Trading.sol";

/// @title Offers on an NFT, or on any of a miner's that is good enough
abstract contract Offers is Trading {
    using BuyerBounds for Bounds;

    /// @inheritdoc IPowerMarket
    function offer(Offer calldata terms) external payable returns (uint256 offerId) {
        if (terms.amount == 0) revert NoPrice();
        _checkTerm(terms.expiry);
        bool anyOfMiner = terms.id == 0;
        if (anyOfMiner == (terms.minerId == 0) || terms.id >= Tokens.ID_LIMIT)
            revert BadTarget(terms.id, terms.minerId);
        uint16 coin = _allowedCoin(terms.coin);
        Totals storage totals = Books.totals();
        offerId = ++totals.offers;
        OfferEntry storage entry = Books.offer(offerId);
        entry.maker = msg.sender;
        entry.amount = terms.amount;
        entry.coin = coin;
        entry.expiry = uint32(terms.expiry);
        entry.round = Books.account(FIL, msg.sender).round;
        entry.feeBps = totals.feeBps;
        entry.target = anyOfMiner ? terms.minerId : uint64(terms.id);
        entry.anyOfMiner = anyOfMiner;
        _storeBounds(entry, terms.bounds);
        Till.setAside(coin, terms.amount);
        emit OfferMade(offerId, msg.sender, terms.id, terms.minerId, terms.coin, terms.amount, terms.expiry);
        Till.take(coin, terms.amount);
    }

    /// @inheritdoc IPowerMarket
    function accept(uint256 offerId, uint256 id) external returns (uint256 net) {
        OfferEntry storage entry = Books.offer(offerId);
        address maker = entry.maker;
        if (maker == address(0) || entry.round != Books.account(FIL, maker).round) revert UnknownOffer(offerId);
        if (block.number >= entry.expiry) revert OfferExpired(offerId, entry.expiry);
        if (!entry.anyOfMiner && id != entry.target) revert OtherNFT(offerId, id, entry.target);
        IPowerNFT.Power memory power = NFT.powerOf(id);
        if (entry.anyOfMiner && power.minerId != entry.target) {
            revert IPowerNFT.WrongMiner(id, power.minerId, entry.target);
        }
        bytes memory reason = _boundsOf(entry).refusal(NFT, id, power);
        if (reason.length != 0) _refuse(reason);
        uint16 royaltyBps = power.royaltyBps;
        address receiver = _royaltyReceiver(id, royaltyBps);
        Sale memory sale = _saleOf(id, msg.sender, entry.coin, entry.amount, entry.feeBps, royaltyBps, receiver);
        net = sale.price - sale.fee - sale.royalty;
        Books.forgetOffer(offerId);
        _endListing(id, msg.sender);
        Due memory due = Till.enter(sale, false);
        emit OfferAccepted(offerId, id, msg.sender);
        _saySold(sale, maker);
        _move(msg.sender, maker, id);
        Till.send(sale, due);
    }

    /// @inheritdoc IPowerMarket
    function cancelOffer(uint256 offerId) external {
        OfferEntry storage entry = Books.offer(offerId);
        (address maker, uint96 amount, uint16 coin) = (entry.maker, entry.amount, entry.coin);
        if (maker == address(0)) revert UnknownOffer(offerId);
        if (msg.sender != maker && _stands(entry)) revert NotMaker(offerId, msg.sender, maker);
        Books.forgetOffer(offerId);
        emit OfferCancelled(offerId, maker);
        Till.giveBack(coin, maker, amount);
    }

    /// @inheritdoc IPowerMarket
    function offerOf(uint256 offerId) external view returns (Offer memory result) {
        OfferEntry storage entry = Books.offer(offerId);
        result.maker = entry.maker;
        if (entry.anyOfMiner) result.minerId = entry.target;
        else result.id = entry.target;
        result.coin = Books.coinAddress(entry.coin);
        result.amount = entry.amount;
        result.expiry = entry.expiry;
        result.feeBps = entry.feeBps;
        result.bounds = _boundsOf(entry);
        result.open = _stands(entry);
    }

    /// @inheritdoc IPowerMarket
    function offers() external view returns (uint256) {
        return Books.totals().offers;
    }

    /// @dev An expiry beyond 32 bits is as far away as one at their end.
    function _storeBounds(OfferEntry storage entry, Bounds calldata bounds) private {
        entry.minWeight = bounds.minWeight;
        entry.minExpiry = bounds.minExpiry > type(uint32).max ? type(uint32).max : uint32(bounds.minExpiry);
        entry.maxFeeBps = bounds.maxFeeBps;
        entry.maxRoyaltyBps = bounds.maxRoyaltyBps;
        entry.minUnpaid = bounds.minUnpaid;
        entry.maxUnpaid = bounds.maxUnpaid;
    }

    function _boundsOf(OfferEntry storage entry) private view returns (Bounds memory) {
        return
            Bounds(
                entry.minWeight,
                entry.minExpiry,
                entry.maxFeeBps,
                entry.maxRoyaltyBps,
                entry.minUnpaid,
                entry.maxUnpaid
            );
    }

    /// @dev Whether an offer is neither expired nor cancelled with all others of its maker.
    function _stands(OfferEntry storage entry) private view returns (bool) {
        return block.number < entry.expiry && entry.round == Books.account(FIL, entry.maker).round;
    }
}
