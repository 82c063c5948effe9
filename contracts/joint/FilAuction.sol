// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { DAY, ONE } from "./Book.sol";
import { IFilAuction } from "./IFilAuction.sol";
import { IJointMiningPool } from "./IJointMiningPool.sol";

/// @title The Dutch auction of a stablecoin pool's FIL
/// @notice See IFilAuction. Nobody has a role here.
contract FilAuction is IFilAuction {
    using SafeCast for uint256;

    /// @inheritdoc IFilAuction
    uint256 public constant START_FACTOR = 2;
    /// @inheritdoc IFilAuction
    uint64 public constant HALVING = 360;
    /// @inheritdoc IFilAuction
    uint64 public constant DURATION = 2_880;
    /// @inheritdoc IFilAuction
    uint256 public constant MIN_LOT = 1e18;
    /// @inheritdoc IFilAuction
    uint256 public constant PRICES = 8;

    /// @inheritdoc IFilAuction
    address public immutable POOL;

    /// @inheritdoc IFilAuction
    uint256 public lots;
    /// @inheritdoc IFilAuction
    uint256 public lastPrice;
    /// @inheritdoc IFilAuction
    uint256 public referencePrice;

    Lot private _lot;
    /// @dev The last clearing prices, the oldest overwritten first; 0: none yet.
    uint128[PRICES] private _prices;
    uint256 private _cleared;

    /// @param pool The pool, which may be deployed after this.
    /// @param firstPrice The first reference: about what one FIL costs, in the coin's smallest units.
    constructor(address pool, uint256 firstPrice) {
        if (firstPrice == 0 || firstPrice > type(uint128).max / START_FACTOR || pool == address(0)) revert BadAuction();
        POOL = pool;
        _clear(firstPrice);
        referencePrice = firstPrice;
    }

    /// @inheritdoc IFilAuction
    function start() external returns (uint256 number) {
        if (_lot.end != 0) {
            if (block.number < _lot.end && _lot.left != 0) revert LotRunning(lots, _lot.end);
            if (block.number / DAY == _lot.startedAt / DAY) revert OneLotAFrame(block.number / DAY);
            if (_lot.left != 0) _end();
        }
        uint256 amount = IJointMiningPool(POOL).accounts().unsoldFil;
        if (amount < MIN_LOT) revert LotTooSmall(amount, MIN_LOT);
        number = ++lots;
        uint256 startPrice = referencePrice * START_FACTOR;
        uint64 end = uint64(block.number) + DURATION;
        _lot = Lot({
            left: amount.toUint128(),
            sold: 0,
            proceeds: 0,
            startPrice: startPrice.toUint128(),
            startedAt: uint64(block.number),
            end: end
        });
        emit LotStarted(number, amount, startPrice, end);
    }

    /// @inheritdoc IFilAuction
    function buy(uint256 amount, uint256 maxPrice, address to) external returns (uint256 coins) {
        uint256 now_ = price();
        if (now_ == 0) revert NoLot();
        if (now_ > maxPrice) revert PriceAbove(now_, maxPrice);
        uint256 left = _lot.left;
        if (amount > left || (amount < MIN_LOT && amount != left)) {
            revert AmountOutOfRange(amount, Math.min(MIN_LOT, left), left);
        }
        coins = Math.mulDiv(amount, now_, ONE, Math.Rounding.Ceil);
        _lot.left = uint128(left - amount);
        _lot.sold += uint128(amount);
        _lot.proceeds = (_lot.proceeds + coins).toUint128();
        emit LotSold(lots, msg.sender, to, amount, coins, now_);
        if (_lot.left == 0) _end();
        IJointMiningPool(POOL).deliverFil(msg.sender, to, amount, coins);
    }

    /// @inheritdoc IFilAuction
    function lot() external view returns (Lot memory) {
        return _lot;
    }

    /// @inheritdoc IFilAuction
    function price() public view returns (uint256) {
        if (_lot.left == 0 || block.number >= _lot.end) return 0;
        uint256 elapsed = block.number - _lot.startedAt;
        uint256 high = uint256(_lot.startPrice) >> (elapsed / HALVING);
        // evenly from one half to the next
        return Math.max(high - (high * (elapsed % HALVING)) / (2 * HALVING), 1);
    }

    /// @inheritdoc IFilAuction
    function cautiousPrice() external view returns (uint256 least) {
        least = _prices[0];
        for (uint256 i = 1; i < PRICES; ++i) {
            if (_prices[i] != 0 && _prices[i] < least) least = _prices[i];
        }
    }

    /// @dev Ends a lot: what it cleared at is the reference; if it sold nothing, half of the reference.
    function _end() private {
        if (_lot.sold == 0) {
            referencePrice = Math.max(referencePrice / 2, 1);
        } else {
            uint256 cleared = Math.max(Math.mulDiv(_lot.proceeds, ONE, _lot.sold), 1);
            _clear(cleared);
            referencePrice = Math.min(cleared, type(uint128).max / START_FACTOR);
        }
        emit LotEnded(lots, _lot.sold, _lot.proceeds, _lot.left, referencePrice);
    }

    function _clear(uint256 cleared) private {
        lastPrice = cleared;
        _prices[_cleared++ % PRICES] = cleared.toUint128();
    }
}
