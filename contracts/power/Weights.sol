// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC4906 } from "@openzeppelin/contracts/interfaces/IERC4906.sol";

import { Account, Accounts, Expiry } from "./Account.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Ownership } from "./Ownership.sol";
import { Token, Tokens } from "./Token.sol";

/// @title Setting what NFTs weigh
/// @notice Runs in PowerNFT's context; apart from it, because that contract's size is limited.
library Weights {
    using Accounts for Account;
    using IncomeLedger for Line;
    using Tokens for Token;

    /// @dev What is carried along, so that each slot is written once.
    struct Totals {
        uint64 minerId;
        /// @dev Of the miner: bytes, and bytes * payBps.
        uint256 weight;
        uint256 units;
        /// @dev The date of expiry whose totals are held here; 0: none.
        uint256 date;
        uint256 dateWeight;
        uint256 dateUnits;
    }

    /// @notice Measures the miner's income up to now, then gives NFTs of it new weights. Emits WeightSet.
    /// @param ids Ascending. Ids that were burned are passed over, so that a burn cannot hold up a page.
    /// @param weights QAP, bytes.
    function set(
        uint64 minerId,
        address vault,
        uint16 rewardFactor,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) external {
        if (ids.length != weights.length) revert IPowerNFT.LengthMismatch(ids.length, weights.length);
        IncomeMeter.sync(minerId, vault, rewardFactor);
        Account storage account = Accounts.at(minerId);
        Accounts.line(minerId).turn(minerId);
        uint256 minted = Ownership.totals().minted;
        Totals memory totals = Totals(minerId, account.weight, account.units, 0, 0, 0);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (i != 0 && ids[i] <= ids[i - 1]) revert IPowerNFT.NotAscending(ids[i - 1], ids[i]);
            if (ids[i] == 0 || ids[i] > minted) revert IPowerNFT.UnknownNFT(ids[i]);
            _fall(Tokens.at(ids[i]), ids[i], weights[i], totals);
        }
        for (uint256 i = 0; i < ids.length; ++i) _rise(Tokens.at(ids[i]), account, ids[i], weights[i], totals);
        _storeDate(totals);
        account.weight = uint80(totals.weight);
        account.units = uint96(totals.units);
    }

    /// @dev Checks one entry, and applies it if it is a fall: falls make room for rises.
    function _fall(Token storage token, uint256 id, uint64 weight, Totals memory totals) private {
        if (token.minerId == 0) return;
        if (token.minerId != totals.minerId) revert IPowerNFT.WrongMiner(id, token.minerId, totals.minerId);
        if (weight > token.nominalPower) revert IPowerNFT.WeightAboveNominal(id, weight, token.nominalPower);
        if (weight < token.income.weight && block.number < token.expiry()) {
            _set(token, id, weight, totals);
        }
    }

    /// @dev Applies one entry if it is a rise, as far as the miner's power on chain leaves room. In arrears nothing rises
    /// above where it was before: what a fault took comes back, or a provider could keep sold income by being in arrears.
    function _rise(
        Token storage token,
        Account storage account,
        uint256 id,
        uint64 weight,
        Totals memory totals
    ) private {
        uint64 old = token.income.weight;
        if (weight <= old || block.number >= token.expiry()) return;
        uint64 allowed =
            account.currentArrears() != 0 && weight > token.income.peakWeight ? token.income.peakWeight : weight;
        uint256 room = account.qap > totals.weight ? account.qap - totals.weight : 0;
        uint64 given = allowed - old <= room ? allowed : old + uint64(room);
        if (given != weight) emit IPowerNFT.RiseLimited(id, totals.minerId, weight, given);
        if (given == old) return;
        if (given > token.income.peakWeight) token.income.peakWeight = given;
        _set(token, id, given, totals);
    }

    function _set(Token storage token, uint256 id, uint64 weight, Totals memory totals) private {
        uint64 old = token.income.weight;
        if (token.attestedAt == 0) token.attestedAt = uint32(block.number);
        if (totals.date != token.expiryDate) {
            _storeDate(totals);
            Expiry storage date = Accounts.expiryOf(totals.minerId, token.expiryDate);
            (totals.date, totals.dateWeight, totals.dateUnits) = (token.expiryDate, date.weight, date.units);
        }
        uint256 payBps = token.payBps();
        Accounts.line(totals.minerId).setWeight(token.income, uint64(id), payBps, weight);
        totals.weight = totals.weight + weight - old;
        totals.units = totals.units + weight * payBps - old * payBps;
        totals.dateWeight = totals.dateWeight + weight - old;
        totals.dateUnits = totals.dateUnits + weight * payBps - old * payBps;
        emit IPowerNFT.WeightSet(id, totals.minerId, old, weight);
        emit IERC4906.MetadataUpdate(id);
    }

    function _storeDate(Totals memory totals) private {
        if (totals.date == 0) return;
        Expiry storage date = Accounts.expiryOf(totals.minerId, totals.date);
        date.weight = uint80(totals.dateWeight);
        date.units = uint96(totals.dateUnits);
    }
}
