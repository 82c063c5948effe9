// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC4906 } from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { PowerActor } from "../fvm/PowerActor.sol";
import { Account, Accounts, EXPIRY_GRID, Expiry } from "./Account.sol";
import { GuaranteeLedger } from "./GuaranteeLedger.sol";
import { IncomeLedger, Line, Place, Position } from "./IncomeLedger.sol";
import { IncomeMeter } from "./IncomeMeter.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Ownership } from "./Ownership.sol";
import { Terms, Token, Tokens } from "./Token.sol";

/// @title Setting what NFTs weigh
/// @notice Runs in PowerNFT's context; apart from it, because that contract's size is limited.
/// @dev Gas goes by the number of instructions: what all NFTs of a page share is read once, into memory.
library Weights {
    using Accounts for Account;
    using IncomeLedger for Line;
    using IncomeLedger for Place;
    using IncomeLedger for Position;
    using Tokens for Token;

    /// @dev Of one page: what was read once, and what is written once.
    struct Page {
        uint256 minerId;
        uint256 frame;
        /// @dev Whether the miner has arrears, and its power on chain, bytes.
        bool inArrears;
        uint256 qap;
        /// @dev The end of the miner's line and its covered mark, attoFIL * 2^64 for each byte.
        uint256 end;
        uint256 mark;
        /// @dev Of the miner: bytes, and bytes * payBps.
        uint256 weight;
        uint256 units;
        /// @dev The date of expiry whose totals are held here; 0: none.
        uint256 date;
        uint256 dateWeight;
        uint256 dateUnits;
    }

    /// @dev One NFT of a page, as it was read.
    struct Entry {
        uint256 id;
        /// @dev What the report says, bytes.
        uint256 weight;
        Terms terms;
        Place income;
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
        Entry[] memory rises = _fall(page, ids, weights);
        for (uint256 i = 0; i < rises.length; ++i) _rise(page, rises[i]);
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
        Entry memory entry = Entry(id, proven, token.terms(), token.income.load());
        uint256 old = entry.income.weight;
        bool lowers = proven < old || proven < entry.income.previousWeight;
        if (!lowers || block.number >= _expiry(entry)) revert IPowerNFT.NothingToLower(id, uint64(old), proven);
        token.challengedIn = frame;
        if (!entry.terms.challenged) token.challenged = true;
        entry.income.previousWeight = proven;
        weight = uint64(Math.min(old, proven));
        if (weight != old) _weigh(page, entry, weight);
        token.income.store(entry.income);
        if (entry.terms.guaranteed) GuaranteeLedger.follow(id, false);
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
        (page.end, page.mark) = (account.earned.perByte, account.earned.perByteCovered);
        page.weight = account.weight;
        page.units = account.units;
    }

    function _close(Page memory page) private {
        _storeDate(page);
        Account storage account = Accounts.at(uint64(page.minerId));
        account.weight = uint64(page.weight);
        account.units = uint80(page.units);
    }

    /// @dev Checks all entries, and applies those that do not rise: falls make room for rises.
    /// @return rises Those that rise.
    function _fall(
        Page memory page,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) private returns (Entry[] memory rises) {
        rises = _listFor(ids.length);
        bool fresh = false; // whether an entry is not overtaken
        uint256 minted = Ownership.totals().minted;
        uint256 previous = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint256 id = ids[i];
            if (id == 0 || id > minted) revert IPowerNFT.UnknownNFT(id);
            if (id <= previous) revert IPowerNFT.NotAscending(previous, id);
            previous = id;
            if (_take(page, id, weights[i], rises)) fresh = true;
        }
        if (!fresh) revert IPowerNFT.StaleFrame(uint64(page.minerId), uint16(page.frame));
    }

    /// @dev Checks one entry. One that rises is put on the list, another is applied.
    /// @return fresh Whether the entry is not overtaken.
    function _take(Page memory page, uint256 id, uint256 weight, Entry[] memory rises) private returns (bool fresh) {
        Token storage token = Tokens.at(id);
        Terms memory terms = token.terms();
        if (terms.minerId != page.minerId) {
            if (terms.minerId == 0) return true; // burned
            revert IPowerNFT.WrongMiner(id, uint64(terms.minerId), uint64(page.minerId));
        }
        if (weight > terms.nominalPower) {
            revert IPowerNFT.WeightAboveNominal(id, uint64(weight), uint64(terms.nominalPower));
        }
        Entry memory entry = Entry(id, weight, terms, token.income.load());
        if (page.frame <= entry.income.frame) return false;
        bool isRise = weight > entry.income.weight;
        if (isRise && terms.challenged && page.frame <= token.challengedIn) return false;
        if (block.number >= _expiry(entry)) return true;
        if (isRise) _append(rises, entry);
        else if (terms.attested) _put(page, token, entry, weight);
        return true;
    }

    /// @dev Applies a rise, as far as the miner's power on chain leaves room. In arrears nothing rises above where it was
    /// before: what a fault took comes back, or a provider could keep sold income by being in arrears.
    function _rise(Page memory page, Entry memory entry) private {
        uint256 said = entry.weight;
        uint256 given = said;
        uint256 peak = entry.income.peakWeight;
        if (page.inArrears && given > peak) given = peak;
        uint256 room = page.qap > page.weight ? page.qap - page.weight : 0;
        given = Math.min(given, entry.income.weight + room);
        if (given != said) {
            emit IPowerNFT.RiseLimited(entry.id, uint64(page.minerId), uint64(said), uint64(given));
        }
        if (given > peak) entry.income.peakWeight = given;
        if (given != 0) _put(page, Tokens.at(entry.id), entry, given);
    }

    /// @dev What a report says of an NFT, as far as it is given.
    function _put(Page memory page, Token storage token, Entry memory entry, uint256 given) private {
        if (!entry.terms.attested) token.attest(entry.terms);
        entry.income.previousWeight = entry.income.weight;
        entry.income.frame = page.frame;
        if (given != entry.income.weight) _weigh(page, entry, given);
        token.income.store(entry.income);
        if (entry.terms.guaranteed) GuaranteeLedger.follow(entry.id, true);
    }

    /// @dev Sums cannot overflow: no weight is above its nominal power, whose sum over a miner is below 2^64.
    function _weigh(Page memory page, Entry memory entry, uint256 weight) private {
        uint256 old = entry.income.weight;
        uint256 date = entry.terms.expiryDate;
        if (page.date != date) {
            _storeDate(page);
            Expiry storage expiry = Accounts.expiryOf(uint64(page.minerId), date);
            (page.date, page.dateWeight, page.dateUnits) = (date, expiry.weight, expiry.units);
        }
        uint256 payBps = entry.terms.payBps;
        entry.income.setWeight(uint64(entry.id), payBps, page.end, page.mark, weight);
        unchecked {
            page.weight = page.weight + weight - old;
            page.dateWeight = page.dateWeight + weight - old;
            page.units = page.units + weight * payBps - old * payBps;
            page.dateUnits = page.dateUnits + weight * payBps - old * payBps;
        }
        emit IPowerNFT.WeightSet(entry.id, uint64(page.minerId), uint64(old), uint64(weight));
    }

    /// @dev An empty list with room for so many entries, which `new` would fill with empty ones.
    function _listFor(uint256 most) private pure returns (Entry[] memory list) {
        assembly ("memory-safe") {
            list := mload(0x40)
            mstore(list, 0)
            mstore(0x40, add(list, shl(5, add(most, 1))))
        }
    }

    function _append(Entry[] memory list, Entry memory entry) private pure {
        assembly ("memory-safe") {
            let length := add(mload(list), 1)
            mstore(list, length)
            mstore(add(list, shl(5, length)), entry)
        }
    }

    function _expiry(Entry memory entry) private pure returns (uint256) {
        return uint256(entry.terms.expiryDate) * EXPIRY_GRID;
    }

    function _storeDate(Page memory page) private {
        if (page.date == 0) return;
        Expiry storage date = Accounts.expiryOf(uint64(page.minerId), page.date);
        date.weight = uint64(page.dateWeight);
        date.units = uint80(page.dateUnits);
    }
}
