// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev One point of the line of earned income. One storage slot.
struct Checkpoint {
    /// @notice All income earned up to here, attoFIL.
    uint96 earned;
    /// @notice Income of one byte of weight up to here, attoFIL * 2^64.
    uint160 perByte;
}

/// @dev The cumulative line of a miner's earned income, and how far cash covers it. Checkpoint 0 is the origin.
struct Line {
    // slot 0
    /// @notice The covered mark: cash that arrived, attoFIL. Never above `earned`.
    uint96 covered;
    /// @notice The end of the line: the last checkpoint's `earned`, attoFIL.
    uint96 earned;
    /// @notice The last checkpoint that lies at or before the covered mark.
    uint32 coveredIndex;
    /// @notice The last checkpoint.
    uint32 top;
    // slot 1
    mapping(uint256 index => Checkpoint) checkpoints;
}

/// @dev A place on the line where a claimant's weight changed. One storage slot.
struct Knot {
    /// @notice What the claimant had earned there: attoFIL * 10,000.
    uint112 raw;
    /// @notice The weight from there on, bytes of QAP.
    uint64 weight;
    /// @notice The checkpoint.
    uint32 index;
}

/// @dev What one claimant has on a line.
struct Position {
    // slot 0
    /// @notice The last knot.
    Knot last;
    // slot 1
    /// @notice What was paid or credited, the protocol's fee included, attoFIL.
    uint96 taken;
    /// @notice Earlier knots.
    uint32 knots;
    // slot 2
    mapping(uint256 n => Knot) history;
}

/// @title Who is owed what, oldest income first (R-LED-2, R-LED-3)
/// @notice All earned income lies on one cumulative line; cash moves the covered mark along it. A claimant may be paid
/// its part of everything before the mark, so nobody gains by asking first, by the timing of a harvest, or by coming
/// later. The line is rounded up and parts are rounded down: the parts never sum to more than the mark.
/// @dev `payBps` is the part of a claimant's income that the line carries (10,000 less the storage provider's fee), the
/// same for the claimant's whole life. `lastIndex` is the checkpoint at which the claimant's weight ended, or the top.
library IncomeLedger {
    using SafeCast for uint256;

    /// @dev Basis points in the whole.
    uint256 internal constant BPS = 10_000;

    /// @dev Binary digits of the fraction in `Checkpoint.perByte`.
    uint256 internal constant FRACTION_BITS = 64;

    /// @notice Appends income to the line.
    /// @param units Sum over claimants of weight * payBps.
    /// @param perByte attoFIL * 2^64 for each byte of weight, before the fee.
    /// @return earned What the line grew by, rounded up, attoFIL.
    function append(Line storage line, uint256 units, uint256 perByte) internal returns (uint256 earned) {
        earned = Math.ceilDiv(units * perByte, BPS << FRACTION_BITS);
        if (earned == 0) return 0;
        uint256 top = line.top;
        uint96 end = (line.earned + earned).toUint96();
        line.checkpoints[top + 1] = Checkpoint(end, (line.checkpoints[top].perByte + perByte).toUint160());
        line.earned = end;
        line.top = (top + 1).toUint32();
    }

    /// @notice What is still to come in cash, attoFIL.
    function owed(Line storage line) internal view returns (uint256) {
        return line.earned - line.covered;
    }

    /// @notice Moves the covered mark by cash that arrived; at most what is owed.
    /// @dev Costs O(log n) in the checkpoints that the mark passes, whatever the number of claimants.
    function cover(Line storage line, uint256 amount) internal {
        uint256 mark = line.covered + amount;
        uint256 low = line.coveredIndex;
        uint256 top = line.top;
        if (mark == line.earned) {
            low = top;
        } else {
            uint256 step = 1;
            uint256 high = low + 1; // gallop: `low` is at or before the mark, `high` beyond it or beyond the top
            while (high <= top && line.checkpoints[high].earned <= mark) {
                low = high;
                step <<= 1;
                high = low + step;
            }
            if (high > top) high = top + 1;
            while (high - low > 1) {
                uint256 middle = (low + high) >> 1;
                if (line.checkpoints[middle].earned <= mark) low = middle;
                else high = middle;
            }
        }
        line.covered = mark.toUint96();
        line.coveredIndex = low.toUint32();
    }

    /// @notice Gives a claimant a new weight from the top of the line on.
    function setWeight(Line storage line, Position storage position, uint256 payBps, uint64 weight) internal {
        uint256 top = line.top;
        Knot memory last = position.last;
        if (last.index == top) {
            position.last.weight = weight;
            return;
        }
        uint256 raw = _rawFrom(line, last, payBps, top);
        if (last.weight != 0 || last.raw != 0 || position.knots != 0) {
            position.history[position.knots] = last;
            ++position.knots;
        }
        position.last = Knot(raw.toUint112(), weight, top.toUint32());
    }

    /// @notice What a claimant earned, rounded down, attoFIL.
    function earnedBy(
        Line storage line,
        Position storage position,
        uint256 payBps,
        uint256 lastIndex
    ) internal view returns (uint256) {
        return _rawAt(line, position, payBps, lastIndex) / BPS;
    }

    /// @notice The part of it that cash covers, rounded down, attoFIL.
    function coveredOf(
        Line storage line,
        Position storage position,
        uint256 payBps,
        uint256 lastIndex
    ) internal view returns (uint256) {
        uint256 index = line.coveredIndex;
        if (index >= lastIndex) return _rawAt(line, position, payBps, lastIndex) / BPS;
        uint256 raw = _rawAt(line, position, payBps, index);
        uint256 from = line.checkpoints[index].earned;
        uint256 mark = line.covered;
        if (mark > from) {
            uint256 next = _rawAt(line, position, payBps, index + 1);
            raw += ((next - raw) * (mark - from)) / (line.checkpoints[index + 1].earned - from);
        }
        return raw / BPS;
    }

    /// @dev What a claimant had earned at a checkpoint, attoFIL * 10,000, rounded down.
    function _rawAt(
        Line storage line,
        Position storage position,
        uint256 payBps,
        uint256 index
    ) private view returns (uint256) {
        Knot memory knot = position.last;
        if (knot.index > index) {
            uint256 low = 0;
            uint256 high = position.knots; // the first knot beyond `index` lies in [low, high]
            while (low < high) {
                uint256 middle = (low + high) >> 1;
                if (position.history[middle].index <= index) low = middle + 1;
                else high = middle;
            }
            if (low == 0) return 0;
            knot = position.history[low - 1];
        }
        return _rawFrom(line, knot, payBps, index);
    }

    /// @dev What a claimant had earned at a checkpoint from its last knot before it on.
    function _rawFrom(
        Line storage line,
        Knot memory knot,
        uint256 payBps,
        uint256 index
    ) private view returns (uint256) {
        if (knot.weight == 0 || knot.index == index) return knot.raw;
        uint256 perByte = line.checkpoints[index].perByte - line.checkpoints[knot.index].perByte;
        return knot.raw + ((knot.weight * payBps * perByte) >> FRACTION_BITS);
    }
}
