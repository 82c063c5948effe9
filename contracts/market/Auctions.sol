// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { AuctionEntry, Books, FIL } from "./Books.sol";
import { BuyerBounds } from "./BuyerBounds.sol";
import { IPowerMarket } from "./IPowerMarket.sol";
import { Due, Sale, Till } from "./Till.sol";
import { Trading } from "./Trading.sol";

/// @title English auctions
/// @notice The NFT lies here, so that its seller cannot take it away when bids disappoint; what it earns is paid to the
/// seller before it moves on.
abstract contract Auctions is Trading {
    using BuyerBounds for Bounds;

    /// @inheritdoc IPowerMarket
    uint64 public constant MIN_AUCTION = 120;
    /// @inheritdoc IPowerMarket
    uint64 public constant MAX_AUCTION = 86_400;
    /// @inheritdoc IPowerMarket
    uint64 public constant EXTENSION = 30;

    /// @dev How much higher than the last one a bid must be (5 %, rounded up).
    uint256 private constant STEP_BPS = 500;

    /// @inheritdoc IPowerMarket
    function auction(uint256 id, address coin, uint96 reserve, uint64 duration) external {
        if (reserve == 0) revert NoPrice();
        if (duration < MIN_AUCTION || duration > MAX_AUCTION) {
            revert DurationOutOfRange(duration, MIN_AUCTION, MAX_AUCTION);
        }
        uint16 number = _allowedCoin(coin);
        address holder = IERC721(address(NFT)).ownerOf(id);
        if (holder != msg.sender) revert NotHolder(id, msg.sender, holder);
        uint16 feeBps = Books.totals().feeBps;
        uint64 end = uint64(block.number) + duration;
        _endListing(id, msg.sender);
        AuctionEntry storage entry = Books.auction(id);
        entry.seller = msg.sender;
        entry.reserve = reserve;
        entry.coin = number;
        entry.end = uint32(end);
        entry.feeBps = feeBps;
        emit AuctionStarted(id, msg.sender, coin, reserve, end, feeBps);
        _move(msg.sender, address(this), id);
    }

    /// @inheritdoc IPowerMarket
    function bid(uint256 id, address coin, uint96 amount, Bounds calldata bounds) external payable {
        AuctionEntry storage entry = _known(id);
        uint16 number = entry.coin;
        if (block.number >= entry.end) revert AuctionOver(id, entry.end);
        if (Books.coinAddress(number) != coin) revert OtherCoin(id, Books.coinAddress(number), coin);
        uint256 least = _nextBid(entry);
        if (amount < least) revert BidTooLow(id, amount, least);
        bytes memory reason = bounds.refusal(NFT, id, NFT.powerOf(id));
        if (reason.length != 0) _refuse(reason);
        uint64 end = uint64(Math.max(entry.end, block.number + EXTENSION));
        if (entry.bidder != address(0)) Till.credit(number, entry.bidder, entry.bid);
        entry.bidder = msg.sender;
        entry.bid = amount;
        entry.end = uint32(end);
        entry.minWeight = bounds.minWeight;
        Till.setAside(number, amount);
        emit BidPlaced(id, msg.sender, amount, bounds.minWeight, end);
        Till.take(number, amount);
    }

    /// @inheritdoc IPowerMarket
    function settleAuction(uint256 id) external {
        AuctionEntry storage entry = _known(id);
        if (block.number < entry.end) revert AuctionRunning(id, entry.end);
        IPowerNFT.Power memory power = NFT.powerOf(id);
        address bidder = entry.bidder;
        if (bidder == address(0) || power.weight < entry.minWeight) return _fail(id, entry);
        uint16 royaltyBps = power.royaltyBps;
        address receiver = _royaltyReceiver(id, royaltyBps);
        Sale memory sale = _saleOf(id, entry.seller, entry.coin, entry.bid, entry.feeBps, royaltyBps, receiver);
        Books.forgetAuction(id);
        Due memory due = Till.enter(sale, false);
        _saySold(sale, bidder);
        _claimFor(sale.seller, id);
        _move(address(this), bidder, id);
        Till.send(sale, due);
    }

    /// @inheritdoc IPowerMarket
    function cancelAuction(uint256 id) external {
        AuctionEntry storage entry = _known(id);
        if (msg.sender != entry.seller) revert NotSeller(id, msg.sender, entry.seller);
        if (entry.bidder != address(0)) revert HasBid(id, entry.bidder, entry.bid);
        _fail(id, entry);
    }

    /// @inheritdoc IPowerMarket
    function claimAuctioned(uint256 id) external returns (uint256 amount) {
        return _claimFor(_known(id).seller, id);
    }

    /// @inheritdoc IPowerMarket
    function auctionOf(uint256 id) external view returns (Auction memory result) {
        AuctionEntry storage entry = Books.auction(id);
        result.seller = entry.seller;
        result.coin = Books.coinAddress(entry.coin);
        result.reserve = entry.reserve;
        result.end = entry.end;
        result.feeBps = entry.feeBps;
        result.bidder = entry.bidder;
        result.bid = entry.bid;
        result.minWeight = entry.minWeight;
        result.nextBid = _nextBid(entry);
    }

    /// @dev Ends an auction without a sale.
    function _fail(uint256 id, AuctionEntry storage entry) private {
        (address seller, address bidder, uint96 amount) = (entry.seller, entry.bidder, entry.bid);
        if (bidder != address(0)) Till.credit(entry.coin, bidder, amount);
        Books.forgetAuction(id);
        emit AuctionFailed(id, seller, bidder, amount);
        _claimFor(seller, id);
        _move(address(this), seller, id);
    }

    /// @dev What the NFT can be paid is the seller's. PowerNFT pays by a native send; a contract gets it as a credit, which
    /// can be written only when the amount is known: PowerNFT runs no code in which that could be seen.
    function _claimFor(address seller, uint256 id) private returns (uint256 amount) {
        uint256[] memory ids = new uint256[](1);
        ids[0] = id;
        if (!Till.isCredited(FIL, seller)) return NFT.claim(ids, seller);
        amount = NFT.claim(ids, address(this));
        if (amount == 0) return 0;
        Till.setAside(FIL, amount);
        Till.credit(FIL, seller, amount);
    }

    function _known(uint256 id) private view returns (AuctionEntry storage entry) {
        entry = Books.auction(id);
        if (entry.seller == address(0)) revert NotAuctioned(id);
    }

    /// @dev The least next bid.
    function _nextBid(AuctionEntry storage entry) private view returns (uint256) {
        if (entry.bidder == address(0)) return entry.reserve;
        return uint256(entry.bid) + Math.ceilDiv(uint256(entry.bid) * STEP_BPS, BPS);
    }
}
