// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { Slots } from "./Slots.sol";

/// @dev A point of the line of earned income where the weight that shares it changed. One storage slot.
struct Checkpoint {
    /// @notice All income earned up to here, attoFIL.
    uint96 earned;
    /// @notice Income of one byte of weight up to here, attoFIL * 2^64.
    uint160 perByte;
}

/// @dev The cumulative line of a miner's earned income, and how far cash covers it. Its checkpoints lie in a room of their
/// own; checkpoint 0 is the origin. Only even slots are used.
struct Line {
    // slot 0
    /// @notice The covered mark: cash that arrived, attoFIL. Never above `earned`.
    uint96 covered;
    /// @notice The end of the line, attoFIL.
    uint96 earned;
    /// @notice The last checkpoint that lies at or before the covered mark.
    uint32 coveredIndex;
    /// @notice The last checkpoint. Beyond it the line is straight: the same weight shares all of it.
    uint32 top;
    uint256 _odd1;
    // slot 2
    /// @notice Income of one byte of weight up to the covered mark, attoFIL * 2^64.
    uint160 perByteCovered;
    uint256 _odd3;
    // slot 4
    /// @notice Income of one byte of weight up to the end of the line, attoFIL * 2^64.
    uint160 perByte;
    uint256 _odd5;
}

/// @dev A place on the line where a claimant's weight changed. Only even slots are used.
struct Knot {
    // slot 0
    /// @notice The place, by the income of one byte up to it: attoFIL * 2^64.
    uint160 perByte;
    /// @notice The weight from there on, bytes of QAP.
    uint64 weight;
    uint256 _odd1;
    // slot 2
    /// @notice What the claimant had earned there: attoFIL * 10,000.
    uint112 raw;
    uint256 _odd3;
}

/// @dev What one claimant has on a line. Only even slots are used.
struct Position {
    // slot 0
    /// @notice The last knot, see `Knot`.
    uint160 perByte;
    uint64 weight;
    /// @notice Earlier knots.
    uint32 knots;
    uint256 _odd1;
    // slot 2
    uint112 raw;
    /// @notice The highest weight so far, bytes of QAP.
    uint64 peakWeight;
    /// @notice The attested weight before the last one, bytes of QAP (R-ORC-3).
    uint64 previousWeight;
    /// @notice The frame of the last report that spoke of it.
    uint16 frame;
    uint256 _odd3;
}

/// @dev A `Position` in memory: each figure is a whole word, for narrower ones are trimmed at every use.
struct Place {
    uint256 perByte;
    uint256 weight;
    uint256 knots;
    uint256 raw;
    uint256 peakWeight;
    uint256 previousWeight;
    uint256 frame;
}

/// @title Who is owed what, oldest income first (R-LED-2, R-LED-3)
/// @notice All earned income lies on one cumulative line; cash moves the covered mark along it. A claimant may be paid
/// its part of everything before the mark, so nobody gains by asking first, by the timing of a harvest, or by coming
/// later. The line is rounded up and parts are rounded down: the parts never sum to more than the mark.
/// @dev A place on the line is known by the income of one byte of weight up to it (`perByte`), which grows with every
/// income. `payBps` is the part of a claimant's income that the line carries (10,000 less the storage provider's fee),
/// the same for the claimant's whole life.
library IncomeLedger {
    using SafeCast for uint256;

    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;

    /// @dev Binary digits of the fraction in `perByte`.
    uint256 internal constant FRACTION_BITS = 64;

    /// @notice Appends income to the line.
    /// @param units Sum over claimants of weight * payBps.
    /// @param perByte attoFIL * 2^64 for each byte of weight, before the fee.
    /// @return earned What the line grew by, rounded up, attoFIL.
    function append(Line storage line, uint256 units, uint256 perByte) internal returns (uint256 earned) {
        earned = Math.ceilDiv(units * perByte, BPS << FRACTION_BITS);
        if (earned == 0) return 0;
        line.earned = (line.earned + earned).toUint96();
        line.perByte = (line.perByte + perByte).toUint160();
    }

    /// @notice To be called before the weight that shares the line changes: what follows is another straight piece.
    function turn(Line storage line, uint64 minerId) internal {
        uint32 top = line.top;
        uint96 earned = line.earned;
        if (checkpoint(minerId, top).earned == earned) return; // no income since the last turn
        Checkpoint storage next = checkpoint(minerId, top + 1);
        next.earned = earned;
        next.perByte = line.perByte;
        line.top = top + 1;
    }

    /// @notice Puts an amount on the line that is one claimant's alone: no other part grows by it.
    /// @param amount attoFIL, above 0.
    /// @return from The place where it begins, attoFIL. It is covered as the mark passes over it.
    function insert(Line storage line, uint64 minerId, uint256 amount) internal returns (uint96 from) {
        turn(line, minerId);
        from = line.earned;
        line.earned = (from + amount).toUint96();
        turn(line, minerId);
    }

    /// @notice What is still to come in cash, attoFIL.
    function owed(Line storage line) internal view returns (uint256) {
        return line.earned - line.covered;
    }

    /// @notice Moves the covered mark by cash that arrived; at most what is owed.
    /// @dev Costs O(log n) in the checkpoints that the mark passes, whatever the number of claimants.
    function cover(Line storage line, uint64 minerId, uint256 amount) internal {
        uint256 mark = line.covered + amount;
        if (mark == line.earned) {
            line.coveredIndex = line.top;
            line.perByteCovered = line.perByte;
        } else {
            uint256 index = _lastAtOrBefore(line, minerId, mark);
            line.coveredIndex = uint32(index);
            // rounding never moves it back
            line.perByteCovered = uint160(Math.max(line.perByteCovered, _perByteAt(line, minerId, mark, index)));
        }
        line.covered = mark.toUint96();
    }

    /// @notice Gives a claimant a new weight from the end of the line on.
    /// @param id Names the claimant's earlier knots.
    function setWeight(
        Line storage line,
        Position storage position,
        uint64 id,
        uint256 payBps,
        uint64 weight
    ) internal {
        Place memory place = load(position);
        setWeight(place, id, payBps, line.perByte, line.perByteCovered, weight);
        store(position, place);
    }

    /// @notice The same for a position in memory; only an earlier knot is stored.
    /// @param end The end of the line, and `mark` its covered mark, by the income of one byte.
    /// @param weight Bytes, below 2^64.
    function setWeight(
        Place memory place,
        uint64 id,
        uint256 payBps,
        uint256 end,
        uint256 mark,
        uint256 weight
    ) internal {
        uint256 last = place.perByte;
        if (last != end) {
            (uint256 old, uint256 raw) = (place.weight, place.raw);
            // the mark is beyond the last knot: nobody asks for the knots before that
            uint256 knots = last > mark ? place.knots : 0;
            if (old != 0 || raw != 0 || knots != 0) {
                _store(knot(id, knots), last, old, raw);
                ++knots;
            }
            place.knots = knots;
            place.perByte = end;
            place.raw = _raw(raw, old, payBps, end - last).toUint112();
        }
        place.weight = weight;
    }

    /// @notice A position, each of its slots read once: the chain takes 0.12 million gas for a look, the second one too.
    function load(Position storage position) internal view returns (Place memory) {
        uint256 first;
        uint256 second;
        assembly ("memory-safe") {
            first := sload(position.slot)
            second := sload(add(position.slot, 2))
        }
        return
            Place({
                perByte: uint160(first),
                weight: uint64(first >> 160),
                knots: uint32(first >> 224),
                raw: uint112(second),
                peakWeight: uint64(second >> 112),
                previousWeight: uint64(second >> 176),
                frame: uint16(second >> 240)
            });
    }

    /// @notice Writes each slot of a position once.
    function store(Position storage position, Place memory place) internal {
        uint256 first = place.perByte | (place.weight << 160) | (place.knots << 224);
        uint256 second = place.raw | (place.peakWeight << 112) | (place.previousWeight << 176) | (place.frame << 240);
        assembly ("memory-safe") {
            sstore(position.slot, first)
            sstore(add(position.slot, 2), second)
        }
    }

    /// @notice What a claimant had earned at a place on the line that is not before the covered mark, attoFIL * 10,000,
    /// rounded down.
    function rawAt(
        Position storage position,
        uint64 id,
        uint256 payBps,
        uint256 perByte
    ) internal view returns (uint256) {
        if (position.perByte <= perByte) {
            return _raw(position.raw, position.weight, payBps, perByte - position.perByte);
        }
        uint256 low = 0;
        uint256 high = position.knots; // the first knot beyond the place lies in [low, high]
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (knot(id, middle).perByte <= perByte) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return 0;
        Knot storage last = knot(id, low - 1);
        return _raw(last.raw, last.weight, payBps, perByte - last.perByte);
    }

    /// @notice A checkpoint of a miner's line.
    function checkpoint(uint64 minerId, uint256 index) internal pure returns (Checkpoint storage found) {
        uint256 slot = Slots.at(Slots.CHECKPOINT, minerId, index);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    /// @notice An earlier knot of a claimant.
    function knot(uint64 id, uint256 n) internal pure returns (Knot storage found) {
        uint256 slot = Slots.ofKnot(id, n);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    function _store(Knot storage at, uint256 perByte, uint256 weight, uint256 raw) private {
        uint256 first = perByte | (weight << 160);
        assembly ("memory-safe") {
            sstore(at.slot, first)
            sstore(add(at.slot, 2), raw)
        }
    }

    /// @dev The last checkpoint at or before a mark that is not before the covered one: galloping, then halving.
    function _lastAtOrBefore(Line storage line, uint64 minerId, uint256 mark) private view returns (uint256 low) {
        low = line.coveredIndex;
        uint256 top = line.top;
        uint256 step = 1;
        uint256 high = low + 1; // `low` is at or before the mark, `high` beyond it or beyond the top
        while (high <= top && checkpoint(minerId, high).earned <= mark) {
            low = high;
            step <<= 1;
            high = low + step;
        }
        if (high > top) high = top + 1;
        while (high - low > 1) {
            uint256 middle = (low + high) >> 1;
            if (checkpoint(minerId, middle).earned <= mark) low = middle;
            else high = middle;
        }
    }

    /// @dev Income of one byte up to a mark on the straight piece behind a checkpoint, rounded down.
    function _perByteAt(Line storage line, uint64 minerId, uint256 mark, uint256 index) private view returns (uint256) {
        Checkpoint memory from = checkpoint(minerId, index);
        Checkpoint memory to =
            index == line.top ? Checkpoint(line.earned, line.perByte) : checkpoint(minerId, index + 1);
        uint256 rise = to.perByte - from.perByte;
        return from.perByte + (rise * (mark - from.earned)) / (to.earned - from.earned);
    }

    function _raw(uint256 raw, uint256 weight, uint256 payBps, uint256 perByte) private pure returns (uint256) {
        return raw + ((weight * payBps * perByte) >> FRACTION_BITS);
    }
}
