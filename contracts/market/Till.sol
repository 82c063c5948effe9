// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { ActorId } from "../fvm/ActorId.sol";
import { FilSend } from "../fvm/FilSend.sol";
import { Account, Book, Books, FIL } from "./Books.sol";
import { Coins } from "./Coins.sol";
import { IPowerMarket } from "./IPowerMarket.sol";

/// @dev A sale at a price: price = fee + royalty + what the seller gets.
struct Sale {
    uint256 id;
    address seller;
    /// @notice The number of the coin.
    uint16 coin;
    uint256 price;
    uint256 fee;
    uint256 royalty;
    /// @notice Zero where there is no royalty.
    address royaltyReceiver;
}

/// @dev What is still to be sent, once everything is written.
struct Due {
    uint256 toSeller;
    uint256 toRoyaltyReceiver;
}

/// @title The market's money: in, aside, and out
/// @notice Everything is written before anything is sent.
library Till {
    using SafeCast for uint256;

    /// @notice Takes money from the caller, which stays. What it is for must be on the books already.
    function take(uint16 coin, uint256 amount) internal {
        if (coin == FIL) {
            if (msg.value != amount) revert IPowerMarket.WrongValue(msg.value, amount);
        } else {
            takeCoin(coin, amount);
        }
    }

    /// @notice The same for an ERC-20.
    function takeCoin(uint16 coin, uint256 amount) internal {
        if (msg.value != 0) revert IPowerMarket.WrongValue(msg.value, 0);
        Coins.pull(Books.coinAddress(coin), amount, Books.book(coin).owed);
    }

    /// @notice Puts money on the books.
    function setAside(uint16 coin, uint256 amount) internal {
        Books.book(coin).owed += uint128(amount);
    }

    /// @notice Writes who gets what of a sale.
    /// @param fresh Whether the price comes in by this sale; otherwise it was set aside before.
    /// @return due What to send.
    function enter(Sale memory sale, bool fresh) internal returns (Due memory due) {
        due.toSeller = _owe(sale.coin, sale.seller, sale.price - sale.fee - sale.royalty);
        if (sale.royalty != 0) due.toRoyaltyReceiver = _owe(sale.coin, sale.royaltyReceiver, sale.royalty);
        uint256 leaving = due.toSeller + due.toRoyaltyReceiver;
        uint256 entering = fresh ? sale.price : 0;
        if (sale.fee == 0 && leaving == entering) return due;
        Book storage book = Books.book(sale.coin);
        book.owed = (book.owed + entering - leaving).toUint128();
        if (sale.fee != 0) book.fees = (book.fees + sale.fee).toUint96();
    }

    /// @notice Sends what `enter` left to be sent.
    function send(Sale memory sale, Due memory due) internal {
        if (due.toSeller != 0) FilSend.send(sale.seller, due.toSeller);
        if (due.toRoyaltyReceiver != 0) FilSend.send(sale.royaltyReceiver, due.toRoyaltyReceiver);
    }

    /// @notice Gives money that was set aside to somebody: as FIL at once, or as a credit. Nothing may be written after it.
    function giveBack(uint16 coin, address to, uint256 amount) internal {
        uint256 leaving = _owe(coin, to, amount);
        if (leaving == 0) return;
        Books.book(coin).owed -= uint128(leaving);
        FilSend.send(to, leaving);
    }

    /// @notice Makes money that was set aside somebody's credit.
    function credit(uint16 coin, address to, uint256 amount) internal {
        Account storage account = Books.account(coin, to);
        account.credit = (account.credit + amount).toUint128();
        emit IPowerMarket.CreditAdded(to, Books.coinAddress(coin), amount);
    }

    /// @notice Whether money goes to an address as a credit: every ERC-20, whose transfer may run code or be refused, and
    /// FIL for a contract, which would not notice it. Native actors and accounts are sent FIL at once: all of them have
    /// acted here or minted, so that they exist, and a native send to an actor that exists cannot fail.
    function isCredited(uint16 coin, address to) internal view returns (bool) {
        return coin != FIL || !(ActorId.isMasked(to) || to.code.length == 0);
    }

    /// @dev Credits, or answers with what to send.
    function _owe(uint16 coin, address to, uint256 amount) private returns (uint256 leaving) {
        if (!isCredited(coin, to)) return amount;
        credit(coin, to, amount);
    }
}
