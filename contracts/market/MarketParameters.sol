// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IERC20Metadata } from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import { ActorId } from "../fvm/ActorId.sol";
import { FilSend } from "../fvm/FilSend.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Book, Books, Coin, FIL, Totals } from "./Books.sol";
import { Coins } from "./Coins.sol";
import { IPowerMarket } from "./IPowerMarket.sol";
import { Trading } from "./Trading.sol";

/// @title What governance may change of the market, and how far (R-GOV-1, R-GOV-3); and what leaves it
/// @notice Each setter belongs to a role of the AccessManager and has a hard range here. What is listed, offered or
/// auctioned already keeps its fee and its coin.
abstract contract MarketParameters is Trading, AccessManaged {
    /// @dev The highest fee on a sale (2.5 % of the price).
    uint16 internal constant MAX_MARKET_FEE_BPS = 250;
    /// @dev The most ERC-20s that can ever be allowed.
    uint16 internal constant MAX_COINS = 64;
    /// @dev The most decimals of a coin: prices of 96 bits have room for it.
    uint8 internal constant MAX_DECIMALS = 18;

    /// @inheritdoc IPowerMarket
    function setMarketFee(uint16 bps) external restricted {
        if (bps > MAX_MARKET_FEE_BPS) revert IPowerNFT.FeeTooHigh(bps, MAX_MARKET_FEE_BPS);
        Totals storage totals = Books.totals();
        emit MarketFeeSet(totals.feeBps, bps);
        totals.feeBps = bps;
    }

    /// @inheritdoc IPowerMarket
    function setCoin(address coin, bool allowed) external restricted {
        if (allowed) _checkCoin(coin);
        Coin storage entry = Books.coin(coin);
        if (entry.number == FIL) {
            if (!allowed) revert CoinNotAllowed(coin);
            Totals storage totals = Books.totals();
            if (totals.coins == MAX_COINS) revert TooManyCoins(MAX_COINS);
            entry.number = ++totals.coins;
            Books.setCoinAddress(entry.number, coin);
        }
        entry.allowed = allowed;
        emit CoinSet(coin, allowed);
    }

    /// @inheritdoc IPowerMarket
    function claimMarketFees(address coin, address to) external restricted returns (uint256 amount) {
        uint16 number = _numberOf(coin);
        Book storage book = Books.book(number);
        amount = book.fees;
        if (amount == 0) return 0;
        book.fees = 0;
        book.owed -= uint128(amount);
        emit MarketFeesClaimed(coin, to, amount);
        _payOut(number, coin, to, amount);
    }

    /// @inheritdoc IPowerMarket
    function marketFeeBps() public view returns (uint16) {
        return Books.totals().feeBps;
    }

    /// @inheritdoc IPowerMarket
    function marketFees(address coin) external view returns (uint256) {
        return Books.book(_numberOf(coin)).fees;
    }

    /// @inheritdoc IPowerMarket
    function isAllowed(address coin) external view returns (bool) {
        return coin == address(0) || Books.coin(coin).allowed;
    }

    /// @dev The number of a coin that is or was allowed.
    function _numberOf(address coin) internal view returns (uint16 number) {
        if (coin == address(0)) return FIL;
        number = Books.coin(coin).number;
        if (number == FIL) revert CoinNotAllowed(coin);
    }

    /// @dev Pays money that is off the books. Nothing may be written after it.
    function _payOut(uint16 number, address coin, address to, uint256 amount) internal {
        if (to == address(0) || to == address(this)) revert IPowerNFT.BadPayee(to);
        if (number != FIL) return Coins.push(coin, to, amount);
        if (ActorId.isMasked(to)) {
            (, uint64 self) = ActorId.resolve(address(this));
            if (ActorId.fromMasked(to) == self) revert IPowerNFT.BadPayee(to);
        }
        FilSend.send(to, amount);
    }

    /// @dev A coin is a contract with at most 18 decimals that can say what the market holds. Whether it is exact is
    /// seen each time that it moves.
    function _checkCoin(address coin) private view {
        if (coin == address(NFT) || coin == address(this) || ActorId.isMasked(coin) || coin.code.length == 0) {
            revert BadCoin(coin);
        }
        try IERC20Metadata(coin).decimals() returns (uint8 decimals) {
            if (decimals > MAX_DECIMALS) revert BadCoin(coin);
        } catch {
            revert BadCoin(coin);
        }
        IERC20(coin).balanceOf(address(this));
    }
}
