// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { BPS, Book, DAY, FEE_BPS, ONE, VIRTUAL_SHARES } from "./Book.sol";

/// @title What the pool is worth, to whom (R-JMP-2, R-JMP-4)
library Pricing {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev The longest time over which anything is released, epochs: a year.
    uint256 private constant LONGEST_RELEASE = 365 * DAY;

    /// @notice FIL as the asset, rounded down.
    /// @param price Of one FIL, in the asset.
    function toAsset(uint256 fil, uint256 price) internal pure returns (uint256) {
        return price == ONE ? fil : Math.mulDiv(fil, price, ONE);
    }

    /// @notice What entrants pay for: all that is there, and the income expected since the last settling.
    /// @param coin Whether the asset is a stablecoin: then FIL counts at its last price.
    function upper(Book storage book, bool coin, uint256 lastPrice) internal view returns (uint256) {
        int256 fil = int256(book.receivables) + int256(_expectedSince(book));
        if (!coin) return uint256(int256(uint256(book.cash) + book.machinesUpper) + fil);
        fil += int256(uint256(book.unsoldFil));
        return book.cash + book.machinesUpper + (fil > 0 ? toAsset(uint256(fil), lastPrice) : 0);
    }

    /// @notice What leavers share, before the exit fee. FIL that a stablecoin pool has not sold counts nothing.
    function lower(Book storage book, bool coin, uint256 cautiousBps) internal view returns (uint256) {
        int256 sum = int256(uint256(book.cash) + book.machinesLower);
        if (!coin) sum += (int256(book.soundReceivables) * int256(cautiousBps)) / int256(BPS);
        sum -= int256(heldBackOf(book));
        return sum > 0 ? uint256(sum) : 0;
    }

    /// @notice What is still held back from leavers, rounded up.
    function heldBackOf(Book storage book) internal view returns (uint256) {
        uint256 until = book.heldUntil;
        if (block.number >= until) return 0;
        return Math.ceilDiv(uint256(book.heldBack) * (until - block.number), until - book.heldFrom);
    }

    /// @notice Holds more back, for so many frames. What is held already keeps its time: the end is the mean, weighed by
    /// amounts. But in a frame no more is released than the exit fee takes of all there is (for a year at most): whoever
    /// comes and goes within a day pays more than it gets.
    function holdBack(Book storage book, uint256 amount, uint256 frames) internal {
        if (amount == 0) return;
        uint256 held = heldBackOf(book);
        uint256 left = held == 0 ? 0 : book.heldUntil - block.number;
        uint256 span = Math.ceilDiv(held * left + amount * frames * DAY, held + amount);
        uint256 aDay = ((uint256(book.cash) + book.machinesUpper) * FEE_BPS) / BPS + 1;
        span = Math.max(span, Math.min(((held + amount) * DAY) / aDay, LONGEST_RELEASE));
        book.heldBack = (held + amount).toUint96();
        book.heldFrom = uint32(block.number);
        book.heldUntil = uint32(block.number + span);
    }

    /// @notice Holds less back: what had risen has fallen again, so no more of it is to come. The rest keeps its time.
    function holdLess(Book storage book, uint256 amount) internal {
        uint256 held = heldBackOf(book);
        if (held == 0) return;
        book.heldBack = held > amount ? uint96(held - amount) : 0;
        book.heldFrom = uint32(block.number);
    }

    /// @notice Shares for a deposit, rounded down. What is left in a pool that everybody has left is nobody's: who comes
    /// first gets it, or shares would be as dear as what is left.
    function sharesFor(uint256 assets, uint256 supply, uint256 upper_) internal pure returns (uint256) {
        if (supply == 0) return assets * VIRTUAL_SHARES;
        return Math.mulDiv(assets, supply + VIRTUAL_SHARES, upper_ + 1);
    }

    /// @notice What shares are worth at the upper price, rounded down.
    function valueOf(uint256 shares, uint256 supply, uint256 upper_) internal pure returns (uint256) {
        if (supply == 0) return shares / VIRTUAL_SHARES;
        return Math.mulDiv(shares, upper_ + 1, supply + VIRTUAL_SHARES);
    }

    /// @notice What shares cost, rounded up.
    function costOf(uint256 shares, uint256 supply, uint256 upper_) internal pure returns (uint256) {
        if (supply == 0) return Math.ceilDiv(shares, VIRTUAL_SHARES);
        return Math.mulDiv(shares, upper_ + 1, supply + VIRTUAL_SHARES, Math.Rounding.Ceil);
    }

    /// @notice What shares bring their owner, rounded down, and what of their worth stays in the pool, rounded up.
    function worthOf(
        uint256 shares,
        uint256 supply,
        uint256 lower_
    ) internal pure returns (uint256 assets, uint256 fee) {
        uint256 gross = Math.mulDiv(shares, lower_ + 1, supply + VIRTUAL_SHARES);
        fee = Math.ceilDiv(gross * FEE_BPS, BPS);
        assets = gross - fee;
    }

    /// @notice The most shares, of so many, that cash can pay.
    function affordable(uint256 shares, uint256 cash, uint256 supply, uint256 lower_) internal pure returns (uint256) {
        (uint256 assets, ) = worthOf(shares, supply, lower_);
        if (assets <= cash) return shares;
        uint256 gross = (cash * BPS) / (BPS - FEE_BPS);
        return Math.min(shares, Math.mulDiv(gross, supply + VIRTUAL_SHARES, lower_ + 1));
    }

    /// @notice U now: 10^18 for 1, rounded down.
    function utilisation(Book storage book) internal view returns (uint256) {
        return utilisationOf(book.openCost, book.deposits);
    }

    function utilisationOf(uint256 openCost, uint256 deposits) internal pure returns (uint256) {
        if (openCost >= deposits) return openCost == 0 ? 0 : ONE;
        return (openCost * ONE) / deposits;
    }

    /// @notice The mean of U since the last settling: a deposit of a moment changes nothing.
    function meanUtilisation(Book storage book) internal view returns (uint256) {
        uint256 span = block.number - book.settledAt;
        uint256 now_ = utilisation(book);
        if (span == 0) return now_;
        return (book.utilisationTime + now_ * (block.number - book.utilisedAt)) / span;
    }

    /// @notice To be called before deposits or open cost change.
    function tick(Book storage book) internal {
        uint256 since = block.number - book.utilisedAt;
        if (since == 0) return;
        book.utilisationTime = (book.utilisationTime + utilisation(book) * since).toUint96();
        book.utilisedAt = uint32(block.number);
    }

    function _expectedSince(Book storage book) private view returns (uint256) {
        uint256 perDay = book.expectedPerDay;
        return perDay == 0 ? 0 : (perDay * (block.number - book.settledAt)) / DAY;
    }
}
