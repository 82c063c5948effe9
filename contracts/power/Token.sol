// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { Accounts, EXPIRY_GRID, Expiry } from "./Account.sol";
import { IncomeLedger, Line, Position } from "./IncomeLedger.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { Slots } from "./Slots.sol";

/// @dev One NFT: its terms, fixed for its life, and its place on the line. Only even slots are used.
struct Token {
    // slot 0
    /// @notice Actor id of the miner.
    uint64 minerId;
    /// @notice The most QAP that it may weigh, bytes.
    uint64 nominalPower;
    /// @notice Its date of expiry is epoch expiryDate * EXPIRY_GRID.
    uint16 expiryDate;
    /// @notice The storage provider's service fee, basis points.
    uint16 spFeeBps;
    /// @notice The protocol's fee, basis points.
    uint16 protocolFeeBps;
    /// @notice Whether it was minted with a guarantee.
    bool guaranteed;
    /// @notice The epoch of the mint.
    uint32 mintedAt;
    /// @notice The epoch of the first attested weight; 0 before it.
    uint32 attestedAt;
    /// @notice Whether it was ever challenged: only then there is a `challengedIn` to look at.
    bool challenged;
    uint256 _odd1;
    // slots 2, 4
    /// @notice Its place on the miner's line of earned income.
    Position income;
    // slot 6
    /// @notice Who gets the royalties.
    address royaltyReceiver;
    /// @notice The royalty on sales, basis points.
    uint16 royaltyBps;
    /// @notice Whether its sectors may back other NFTs again.
    bool sectorsFreed;
    /// @notice How many sectors are behind it.
    uint24 sectorCount;
    /// @notice In how many runs they lie.
    uint24 runCount;
    /// @notice The frame of the last challenge: only reports of later ones raise the weight again.
    uint16 challengedIn;
}

/// @dev The first slot of a Token, in memory: what does not change but for `attestedAt`.
struct Terms {
    uint256 minerId;
    uint256 nominalPower;
    uint256 expiryDate;
    /// @notice The part of income that lies on the line, basis points.
    uint256 payBps;
    bool guaranteed;
    bool attested;
    bool challenged;
    /// @notice All of it, as it is stored.
    uint256 word;
}

/// @title Where NFTs lie, and what follows from one and its miner's account
library Tokens {
    using IncomeLedger for Position;

    /// @dev Basis points in the whole.
    uint256 private constant BPS = 10_000;
    /// @dev Ids are below this.
    uint256 internal constant ID_LIMIT = 1 << 63;
    /// @dev Where fields begin in the first slot, bits.
    uint256 private constant ATTESTED_AT = 216;
    uint256 private constant CHALLENGED = 248;

    /// @notice An NFT, whether it exists or not.
    function at(uint256 id) internal pure returns (Token storage token) {
        uint256 slot = Slots.ofToken(key(id));
        assembly ("memory-safe") {
            token.slot := slot
        }
    }

    /// @notice The terms of an NFT, read once.
    function terms(Token storage token) internal view returns (Terms memory) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(token.slot)
        }
        return
            Terms({
                minerId: uint64(word),
                nominalPower: uint64(word >> 64),
                expiryDate: uint16(word >> 128),
                payBps: BPS - uint16(word >> 144),
                guaranteed: uint8(word >> 176) != 0,
                attested: uint32(word >> ATTESTED_AT) != 0,
                challenged: uint8(word >> CHALLENGED) != 0,
                word: word
            });
    }

    /// @notice Notes the first attested weight of an NFT that was never attested.
    function attest(Token storage token, Terms memory read) internal {
        uint256 word = read.word | (block.number << ATTESTED_AT);
        assembly ("memory-safe") {
            sstore(token.slot, word)
        }
    }

    /// @notice The NFT of an id; an unknown id is refused.
    function known(uint256 id) internal view returns (Token storage token) {
        token = at(id);
        if (token.minerId == 0) revert IPowerNFT.UnknownNFT(id);
    }

    /// @notice Forgets an NFT. Its sector runs, knots and guarantee stay where nobody looks: no id is given twice.
    function clear(uint256 id) internal {
        Slots.clear(Slots.ofToken(key(id)), 8);
    }

    /// @notice An id as an index into rooms. Ids count from 1 and never reach 2^63: what is larger is as unknown as 0.
    function key(uint256 id) internal pure returns (uint64) {
        return id >= ID_LIMIT ? 0 : uint64(id);
    }

    /// @notice The first epoch without income.
    function expiry(Token storage token) internal view returns (uint64) {
        return uint64(token.expiryDate) * EXPIRY_GRID;
    }

    /// @notice QAP that earns now, bytes.
    function weight(Token storage token) internal view returns (uint64) {
        return block.number < expiry(token) ? token.income.weight : 0;
    }

    /// @notice Everything known of an NFT by itself.
    function power(Token storage token) internal view returns (IPowerNFT.Power memory) {
        return
            IPowerNFT.Power({
                minerId: token.minerId,
                nominalPower: token.nominalPower,
                weight: weight(token),
                expiry: expiry(token),
                spFeeBps: token.spFeeBps,
                protocolFeeBps: token.protocolFeeBps,
                royaltyBps: token.royaltyBps,
                mintedAt: token.mintedAt,
                attestedAt: token.attestedAt,
                sectorCount: token.sectorCount
            });
    }

    /// @notice The part of income that lies on the line: all but the storage provider's fee, basis points.
    function payBps(Token storage token) internal view returns (uint256) {
        return BPS - token.spFeeBps;
    }

    /// @notice What an NFT earned and what of it is covered, the protocol's fee included, attoFIL.
    function gross(Token storage token, uint256 id) internal view returns (uint256 earned, uint256 covered) {
        Line storage line = Accounts.line(token.minerId);
        uint256 end = _end(token, line);
        earned = _gross(token, id, end);
        covered = _gross(token, id, Math.min(end, line.perByteCovered));
    }

    /// @notice What of an NFT's income is covered, the protocol's fee included, attoFIL.
    function grossCovered(Token storage token, uint256 id) internal view returns (uint256) {
        Line storage line = Accounts.line(token.minerId);
        uint256 covered = line.perByteCovered;
        // before its expiry nothing can have ended, and the date needs not be read
        if (block.number >= expiry(token)) covered = Math.min(covered, _end(token, line));
        return _gross(token, id, covered);
    }

    /// @notice The holder's part of income on the line, rounded down; the rest is the protocol's.
    function holdersPart(Token storage token, uint256 amount) internal view returns (uint256) {
        uint256 part = payBps(token);
        return (amount * (part - token.protocolFeeBps)) / part;
    }

    /// @dev The place on the line where income ended, or its end.
    function _end(Token storage token, Line storage line) private view returns (uint256) {
        Expiry storage date = Accounts.expiryOf(token.minerId, token.expiryDate);
        return date.closed ? date.perByteAtEnd : line.perByte;
    }

    function _gross(Token storage token, uint256 id, uint256 perByte) private view returns (uint256) {
        return token.income.rawAt(uint64(id), payBps(token), perByte) / BPS;
    }
}
