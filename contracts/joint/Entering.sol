// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC4626 } from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { BPS, Book, DAY, VIRTUAL_SHARES } from "./Book.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";
import { PoolBase } from "./PoolBase.sol";
import { Pricing } from "./Pricing.sol";

/// @title Deposits, at the upper price (R-JMP-4)
abstract contract Entering is PoolBase {
    using Pricing for Book;
    using SafeCast for uint256;

    /// @dev The most that the pool may ever be worth: half of what its accounts have room for.
    uint256 private constant MAX_WORTH = type(uint96).max / 2;
    /// @dev Nobody enters once a share is worth less than this part of its first price: shares would outgrow the queue.
    uint256 private constant LEAST_PRICE_PART = 1_000;
    /// @dev Nobody enters while more than this part of the upper value lies behind weights that one report has lowered.
    uint256 private constant DOUBTFUL_BPS = 100;

    /// @inheritdoc IERC4626
    function deposit(uint256 assets, address receiver) external nonReentrant returns (uint256 shares) {
        uint256 upper = _upper();
        shares = Pricing.sharesFor(assets, totalSupply(), upper);
        _enter(assets, shares, receiver, upper);
        _take(msg.sender, assets);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) external nonReentrant returns (uint256 assets) {
        uint256 upper = _upper();
        assets = Pricing.costOf(shares, totalSupply(), upper);
        _enter(assets, shares, receiver, upper);
        _take(msg.sender, assets);
    }

    /// @inheritdoc IJointMiningPool
    function depositFil(address receiver, uint256 minShares) external payable nonReentrant returns (uint256 shares) {
        _requireFilPool();
        _settleIfDue();
        uint256 upper = _upper();
        shares = Pricing.sharesFor(msg.value, totalSupply(), upper);
        if (shares < minShares) revert TooFewShares(shares, minShares);
        _enter(msg.value, shares, receiver, upper);
    }

    /// @inheritdoc IERC4626
    function asset() external view returns (address) {
        return ASSET;
    }

    /// @inheritdoc IERC4626
    function totalAssets() external view returns (uint256) {
        return _upper();
    }

    /// @inheritdoc IERC4626
    function convertToShares(uint256 assets) external view returns (uint256) {
        return Pricing.sharesFor(assets, totalSupply(), _upper());
    }

    /// @inheritdoc IERC4626
    function convertToAssets(uint256 shares) external view returns (uint256) {
        return Pricing.valueOf(shares, totalSupply(), _upper());
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) external view returns (uint256) {
        return Pricing.sharesFor(assets, totalSupply(), _upper());
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) external view returns (uint256) {
        return Pricing.costOf(shares, totalSupply(), _upper());
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address receiver) public view returns (uint256) {
        if (receiver == address(0) || receiver == address(this)) return 0;
        uint256 upper = _upper();
        if (!isSettled() || block.number < entriesPausedUntil() || _isDoubtful(upper)) return 0;
        uint256 room = _room(upper);
        return room < MIN_DEPOSIT ? 0 : room;
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) external view returns (uint256) {
        uint256 most = maxDeposit(receiver);
        // as many as the most assets pay for
        return most == 0 ? 0 : Pricing.sharesFor(most, totalSupply(), _upper());
    }

    /// @dev Settles if nobody has in this frame.
    function _settleIfDue() internal virtual;

    /// @dev Writes an entry.
    function _enter(uint256 assets, uint256 shares, address receiver, uint256 upper) private {
        _requireUnpaused();
        if (!isSettled()) revert NotSettled(_bookOf.settledAt / DAY, currentFrame());
        if (receiver == address(this)) revert BadReceiver(receiver);
        if (_isDoubtful(upper)) revert WeightUnconfirmed(_bookOf.doubtful, upper);
        if (assets < MIN_DEPOSIT) revert BelowMinimum(assets, MIN_DEPOSIT);
        uint256 room = _room(upper);
        if (assets > room) revert AboveMaximum(assets, room);
        _bookOf.tick();
        _bookOf.cash = (_bookOf.cash + assets).toUint96();
        _bookOf.deposits = (_bookOf.deposits + assets).toUint96();
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function _isDoubtful(uint256 upper) private view returns (bool) {
        return uint256(_bookOf.doubtful) * BPS > upper * DOUBTFUL_BPS;
    }

    function _room(uint256 upper) private view returns (uint256) {
        if (totalSupply() > (upper + 1) * VIRTUAL_SHARES * LEAST_PRICE_PART) return 0;
        uint256 cap = depositCap();
        uint256 worth = Math.max(upper, _bookOf.deposits);
        uint256 room = worth < MAX_WORTH ? MAX_WORTH - worth : 0;
        if (cap == 0) return room;
        return upper < cap ? Math.min(room, cap - upper) : 0;
    }
}
