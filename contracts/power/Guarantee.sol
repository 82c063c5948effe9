// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IncomeLedger, Line, Position } from "./IncomeLedger.sol";
import { Slots } from "./Slots.sol";
import { Token, Tokens } from "./Token.sol";

/// @dev What was promised with one NFT. Only even slots are used.
struct Guarantee {
    // slot 0
    /// @notice The amount, attoFIL.
    uint96 promised;
    /// @notice What was paid or credited of it, attoFIL.
    uint96 taken;
    /// @notice Whether it runs, or ran: the NFT was attested.
    bool begun;
    /// @notice Whether all that remained became due at once.
    bool called;
    /// @notice While the weight is 0: the epoch up to which `doubted` counts; else 0.
    uint32 doubtedAt;
    uint256 _odd1;
    // slot 2
    /// @notice What became due at once, attoFIL, and its place on the line.
    uint96 calledAmount;
    uint96 calledFrom;
    uint256 _odd3;
    // slots 4, 6
    /// @notice Its place on the line. The weight in it is the power that is missing, bytes.
    Position due;
    // slot 8
    /// @notice What ran off as delivered although the weight is 0, by the word of one report so far, attoFIL.
    uint96 doubted;
}

/// @dev The guarantees of one miner together. Only even slots are used.
struct GuaranteeAccount {
    // slot 0
    /// @notice Promised with NFTs that were not attested yet, attoFIL.
    uint96 unstarted;
    /// @notice NFTs with a guarantee that have not reached their expiry.
    uint32 living;
    uint256 _odd1;
    // slot 2
    /// @notice What becomes due in an epoch: sum of missing bytes * `factor`.
    uint192 units;
    uint256 _odd3;
    // slot 4
    /// @notice What runs off in an epoch, delivered or not: sum of `rate`.
    uint192 rate;
    uint256 _odd5;
    // slot 6
    /// @notice What may still become due of those that run, as of the last sync, attoFIL * SCALE.
    uint192 remaining;
    uint256 _odd7;
    // slots 8, 10, 12
    /// @notice The line of what became due. In place of the income of a byte it counts time: epochs * 2^TIME_BITS.
    Line line;
}

/// @dev Guarantees that end at one date. Only even slots are used.
struct GuaranteeDate {
    // slot 0
    /// @notice Parts of the account's figures of the same name.
    uint96 unstarted;
    uint32 count;
    /// @notice Whether the date was passed by a sync.
    bool closed;
    uint256 _odd1;
    // slot 2
    uint192 units;
    uint256 _odd3;
    // slot 4
    uint192 rate;
    uint256 _odd5;
    // slot 6
    /// @notice Once closed: the place on the line where they ended, epochs * 2^TIME_BITS.
    uint160 endedAt;
}

/// @title Where guarantees lie, and what follows from one and its NFT (R-GUA-1)
/// @notice A guarantee runs off evenly from the first attestation to the expiry. Of each epoch's part, what was not
/// delivered is due: missing / nominal power. The line of a miner's guarantees is an IncomeLedger's in which time takes
/// the place of the income of one byte, the missing bytes that of the weight, and `factor` that of the pay.
library Guarantees {
    using IncomeLedger for Line;
    using IncomeLedger for Position;
    using Tokens for Token;

    /// @dev Binary digits of the fraction in the line's time, and in `factor`: together those of an IncomeLedger.
    uint256 internal constant TIME_BITS = 16;
    uint256 private constant FACTOR_BITS = IncomeLedger.FRACTION_BITS - TIME_BITS;
    /// @dev `rate`, `factor` and what remains are attoFIL times this.
    uint256 internal constant SCALE = IncomeLedger.BPS << FACTOR_BITS;

    /// @dev Ids of NFTs and miners are below this.
    uint64 private constant SECOND_LINE = 1 << 63;

    /// @notice The guarantee of an NFT.
    function at(uint256 id) internal pure returns (Guarantee storage guarantee) {
        uint256 slot = Slots.at(Slots.GUARANTEE, Tokens.key(id));
        assembly ("memory-safe") {
            guarantee.slot := slot
        }
    }

    /// @notice The guarantees of a miner.
    function accountOf(uint64 minerId) internal pure returns (GuaranteeAccount storage account) {
        uint256 slot = Slots.at(Slots.GUARANTEE_ACCOUNT, minerId);
        assembly ("memory-safe") {
            account.slot := slot
        }
    }

    /// @notice The guarantees of a miner that end at a date.
    function dateOf(uint64 minerId, uint256 date) internal pure returns (GuaranteeDate storage found) {
        uint256 slot = Slots.at(Slots.GUARANTEE_DATE, minerId, date);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    /// @notice The name of an NFT or a miner under which knots or checkpoints of the second line lie.
    function key(uint64 id) internal pure returns (uint64) {
        return id | SECOND_LINE;
    }

    /// @notice What is still to come in cash of what became due on a miner, attoFIL.
    function owed(uint64 minerId) internal view returns (uint256) {
        return accountOf(minerId).line.owed();
    }

    /// @notice What may still become due on a miner, as of the last sync, rounded up, attoFIL.
    function remaining(uint64 minerId) internal view returns (uint256) {
        GuaranteeAccount storage account = accountOf(minerId);
        return account.unstarted + Math.ceilDiv(account.remaining, SCALE);
    }

    /// @notice What runs off in an epoch of a guarantee that has begun, rounded down, attoFIL * SCALE.
    function rate(Guarantee storage guarantee, Token storage token) internal view returns (uint256) {
        return (guarantee.promised * SCALE) / (token.expiry() - token.attestedAt);
    }

    /// @notice What becomes due in an epoch for each byte that is missing, rounded down, attoFIL * SCALE.
    function factor(Guarantee storage guarantee, Token storage token) internal view returns (uint256) {
        return rate(guarantee, token) / token.nominalPower;
    }

    /// @notice What became due to an NFT, and what of it cash has covered, rounded down, attoFIL.
    function dueOf(uint256 id) internal view returns (uint256 due, uint256 covered) {
        Guarantee storage guarantee = at(id);
        if (!guarantee.begun) return (0, 0);
        Token storage token = Tokens.at(id);
        Line storage line = accountOf(token.minerId).line;
        GuaranteeDate storage date = dateOf(token.minerId, token.expiryDate);
        uint256 end = date.closed ? date.endedAt : line.perByte;
        uint256 perByte = factor(guarantee, token);
        due = _dueAt(guarantee, id, perByte, end) + guarantee.calledAmount;
        covered = _dueAt(guarantee, id, perByte, Math.min(end, line.perByteCovered));
        uint256 from = guarantee.calledFrom;
        if (line.covered > from) covered += Math.min(guarantee.calledAmount, line.covered - from);
    }

    function _dueAt(
        Guarantee storage guarantee,
        uint256 id,
        uint256 perByte,
        uint256 place
    ) private view returns (uint256) {
        return guarantee.due.rawAt(key(uint64(id)), perByte, place) / IncomeLedger.BPS;
    }
}
