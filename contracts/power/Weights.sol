// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC4906 } from "@openzeppelin/contracts/interfaces/IERC4906.sol";

import { PowerActor } from "../fvm/PowerActor.sol";
import { Account, Accounts, Expiry } from "./Account.sol";
import { IncomeLedger, Line } from "./IncomeLedger.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Ownership } from "./Ownership.sol";
import { Token, Tokens } from "./Token.sol";

/// @title Setting what NFTs weigh
/// @notice Runs in PowerNFT's context; apart from it, because that contract's size is limited.
/// @dev Gas goes by the number of instructions: what all NFTs of a page share is read once, into memory.
library Weights {
    using Accounts for Account;
    using IncomeLedger for Line;
    using Tokens for Token;

    /// @dev Of one page: what was read once, and what is written once.
    struct Page {
        uint64 minerId;
        uint16 frame;
        /// @dev Whether the miner has arrears, and its power on chain, bytes.
        bool inArrears;
        uint256 qap;
        /// @dev Of the miner: bytes, and bytes * payBps.
        uint256 weight;
        uint256 units;
        /// @dev The date of expiry whose totals are held here; 0: none.
        uint256 date;
        uint256 dateWeight;
        uint256 dateUnits;
    }

    /// @notice Measures the miner's income up to now, then gives NFTs of it attested weights. Emits WeightSet.
    /// @param frame Of the report: an NFT that it or a later one has spoken of is passed over, and a rise of one that was
    /// challenged in this frame or later.
    /// @param ids Ascending. Ids that were burned are passed over, so that a burn cannot hold up a page.
    /// @param weights QAP, bytes.
    function set(
        uint64 minerId,
        address vault,
        uint16 rewardFactor,
        uint16 frame,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) external {
        if (ids.length != weights.length) revert IPowerNFT.LengthMismatch(ids.length, weights.length);
        if (ids.length == 0) return;
        Page memory page = _open(minerId, vault, rewardFactor);
        page.frame = frame;
        (bool rises, bool fresh) = _fall(page, ids, weights);
        if (!fresh) revert IPowerNFT.StaleFrame(minerId, frame);
        if (rises) _rise(page, ids, weights);
        _close(page);
        emit IERC4906.BatchMetadataUpdate(ids[0], ids[ids.length - 1]);
    }

    /// @notice Lowers the weight of one NFT to what the chain has proven, and what is kept as its weight before with it.
    /// Emits WeightSet.
    /// @param frame The present one: reports of it, and before, speak of what was before, and raise nothing.
    /// @param proven QAP, bytes.
    /// @return weight The NFT's weight from now on: `proven`, unless it is lower already.
    function lower(
        uint64 minerId,
        address vault,
        uint16 rewardFactor,
        uint16 frame,
        uint256 id,
        uint64 proven
    ) external returns (uint64 weight) {
        Page memory page = _open(minerId, vault, rewardFactor);
        Token storage token = Tokens.at(id);
        weight = token.income.weight;
        bool lowers = proven < weight || proven < token.income.previousWeight;
        if (!lowers || block.number >= token.expiry()) revert IPowerNFT.NothingToLower(id, weight, proven);
        token.challengedIn = frame;
        token.income.previousWeight = proven;
        if (proven < weight) {
            _weigh(page, token, id, proven);
            weight = proven;
        }
        _close(page);
        emit IERC4906.MetadataUpdate(id);
    }

    function _open(uint64 minerId, address vault, uint16 rewardFactor) private returns (Page memory page) {
        Account storage account = Accounts.at(minerId);
        bool synced = account.lastSync == block.number;
        IncomeMeter.sync(minerId, vault, rewardFactor);
        account.earned.turn(minerId);
        page.minerId = minerId;
        page.inArrears = account.currentArrears() != 0;
        page.qap = account.qap;
        // power falls within an epoch too
        if (synced) (, page.qap) = PowerActor.findClaim(minerId);
        page.weight = account.weight;
        page.units = account.units;
    }

    function _close(Page memory page) private {
        _storeDate(page);
        Account storage account = Accounts.at(page.minerId);
        account.weight = uint80(page.weight);
        account.units = uint96(page.units);
    }

    /// @dev Checks all entries, and applies those that do not rise: falls make room for rises.
    /// @return rises Whether there are entries that rise.
    /// @return fresh Whether an entry is not overtaken.
    function _fall(
        Page memory page,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) private returns (bool rises, bool fresh) {
        uint256 minted = Ownership.totals().minted;
        uint256 previous = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            if (id == 0 || id > minted) revert IPowerNFT.UnknownNFT(id);
            if (id <= previous) revert IPowerNFT.NotAscending(previous, id);
            previous = id;
            Token storage token = Tokens.at(id);
            uint64 minerId = token.minerId;
            if (minerId != page.minerId) {
                if (minerId != 0) revert IPowerNFT.WrongMiner(id, minerId, page.minerId);
                fresh = true; // burned
                continue;
            }
            uint64 weight = weights[i];
            if (weight > token.nominalPower) {
                revert IPowerNFT.WeightAboveNominal(id, weight, token.nominalPower);
            }
            if (page.frame <= token.income.frame) continue;
            if (weight > token.income.weight && page.frame <= token.challengedIn) continue;
            fresh = true;
            if (block.number >= token.expiry()) continue;
            if (weight > token.income.weight) rises = true;
            else if (token.attestedAt != 0) _put(page, token, id, weight);
        }
    }

    /// @dev Applies rises, as far as the miner's power on chain leaves room. In arrears nothing rises above where it was
    /// before: what a fault took comes back, or a provider could keep sold income by being in arrears.
    function _rise(Page memory page, uint256[] calldata ids, uint64[] calldata weights) private {
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            Token storage token = Tokens.at(id);
            uint64 old = token.income.weight;
            uint64 weight = weights[i];
            if (weight <= old || page.frame <= token.income.frame) continue;
            if (token.minerId == 0 || block.number >= token.expiry()) continue;
            if (page.frame <= token.challengedIn) continue;
            uint64 given = weight;
            uint64 peak = token.income.peakWeight;
            if (page.inArrears && given > peak) given = peak;
            uint256 room = page.qap > page.weight ? page.qap - page.weight : 0;
            if (given > old + room) given = old + uint64(room);
            if (given != weight) emit IPowerNFT.RiseLimited(id, page.minerId, weight, given);
            if (given > peak) token.income.peakWeight = given;
            if (given != 0) _put(page, token, id, given);
        }
    }

    /// @dev What a report says of an NFT.
    function _put(Page memory page, Token storage token, uint256 id, uint64 weight) private {
        if (token.attestedAt == 0) token.attestedAt = uint32(block.number);
        token.income.previousWeight = token.income.weight;
        token.income.frame = page.frame;
        if (weight != token.income.weight) _weigh(page, token, id, weight);
    }

    /// @dev Sums cannot overflow: weights are below 2^64, there are fewer than 2^32 of them, and each is part of its sum.
    function _weigh(Page memory page, Token storage token, uint256 id, uint64 weight) private {
        uint64 old = token.income.weight;
        uint256 date = token.expiryDate;
        if (page.date != date) {
            _storeDate(page);
            Expiry storage expiry = Accounts.expiryOf(page.minerId, date);
            (page.date, page.dateWeight, page.dateUnits) = (date, expiry.weight, expiry.units);
        }
        uint256 payBps = token.payBps();
        Accounts.line(page.minerId).setWeight(token.income, uint64(id), payBps, weight);
        unchecked {
            page.weight = page.weight + weight - old;
            page.dateWeight = page.dateWeight + weight - old;
            page.units = page.units + weight * payBps - old * payBps;
            page.dateUnits = page.dateUnits + weight * payBps - old * payBps;
        }
        emit IPowerNFT.WeightSet(id, page.minerId, old, weight);
    }

    function _storeDate(Page memory page) private {
        if (page.date == 0) return;
        Expiry storage date = Accounts.expiryOf(page.minerId, page.date);
        date.weight = uint80(page.dateWeight);
        date.units = uint96(page.dateUnits);
    }
}
