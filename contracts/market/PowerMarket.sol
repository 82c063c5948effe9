// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import { IPowerNFT } from "../power/IPowerNFT.sol";
import { Auctions } from "./Auctions.sol";
import { Account, Books, FIL } from "./Books.sol";
import { IPowerMarket } from "./IPowerMarket.sol";
import { Listings } from "./Listings.sol";
import { MarketParameters } from "./MarketParameters.sol";
import { Offers } from "./Offers.sol";
import { Trading } from "./Trading.sol";

/// @title The market of power NFTs
/// @notice See IPowerMarket. No function here but the three of a role can be stopped by anybody.
contract PowerMarket is Listings, Offers, Auctions, MarketParameters {
    /// @param authority The AccessManager.
    constructor(address authority, IPowerNFT nft) Trading(nft) AccessManaged(authority) {}

    /// @inheritdoc IPowerMarket
    function withdraw(address coin, address to) external returns (uint256 amount) {
        uint16 number = _numberOf(coin);
        Account storage account = Books.account(number, msg.sender);
        amount = account.credit;
        if (amount == 0) return 0;
        account.credit = 0;
        Books.book(number).owed -= uint128(amount);
        emit CreditWithdrawn(msg.sender, coin, to, amount);
        _payOut(number, coin, to, amount);
    }

    /// @inheritdoc IPowerMarket
    function creditOf(address coin, address account) external view returns (uint256) {
        return Books.account(_numberOf(coin), account).credit;
    }

    /// @inheritdoc IPowerMarket
    function solvency(address coin) external view returns (uint256 cash, uint256 owed) {
        uint16 number = _numberOf(coin);
        cash = number == FIL ? address(this).balance : IERC20(coin).balanceOf(address(this));
        owed = Books.book(number).owed;
    }
}
