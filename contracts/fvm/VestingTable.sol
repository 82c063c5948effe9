// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { MinerTypes } from "@zondax/filecoin-solidity/contracts/v0.8/types/MinerTypes.sol";

import { ActorCall } from "./ActorCall.sol";
import { CborReader } from "./CborReader.sol";

/// @title A miner's vesting table, read in one pass
/// @notice The table is a list of [epoch, amount], epochs ascending. All epochs of a miner leave the same rest by 1440
/// (its class): they lie half a day or more apart. Income is measured on two neighbouring buckets (R-INC-1, R-INC-2).
/// @dev The answer is some 360 entries long. It is scanned where the precompile put it; no table is built in memory.
library VestingTable {
    using CborReader for CborReader.Cursor;

    /// @notice What one pass over the table finds. Amounts are attoFIL.
    struct Reading {
        /// @dev Whether the table has no entries; everything else is 0 then.
        bool empty;
        /// @dev The earlier epoch of the pair that was asked for, or that was chosen for `since`.
        uint64 pairEpoch;
        /// @dev The buckets at pairEpoch and pairEpoch + 1440; a missing one counts 0.
        uint256 pairSum;
        /// @dev The earlier epoch of the pair that is chosen now.
        uint64 nextPairEpoch;
        uint256 nextPairSum;
        /// @dev The sum of all entries.
        uint256 total;
    }

    uint64 private constant GET_VESTING_FUNDS = uint64(MinerTypes.GetVestingFundsMethodNum);

    /// @dev The distance of two buckets, epochs.
    uint256 private constant HALF_DAY = 1440;
    /// @dev A reward vests over 180 days, epochs.
    uint256 private constant VESTING = 518400;
    /// @dev An amount is below 2^176 attoFIL, so that no sum of entries overflows.
    uint256 private constant AMOUNT_BITS = 176;
    /// @dev The epochs that take exactly four bytes: where the fast run applies.
    uint256 private constant FAST_FIRST = 1 << 16;
    uint256 private constant FAST_END = 1 << 32;

    /// @notice Reads a miner's table.
    /// @param pairEpoch the pair that was chosen at the last reading; 0 when the table was empty then
    /// @param since the epoch of the last reading
    /// @param nowEpoch the current epoch
    function read(
        uint64 miner,
        uint64 pairEpoch,
        uint64 since,
        uint64 nowEpoch
    ) internal view returns (Reading memory reading) {
        return scan(ActorCall.read(miner, GET_VESTING_FUNDS, ""), miner, pairEpoch, since, nowEpoch);
    }

    /// @notice Scans an answer of GetVestingFunds.
    /// @dev Most entries continue the pattern of the one before them and are taken by `_run`. The others are read one by
    /// one: the first, those behind a gap, those of unusual size, and those whose bucket was asked for.
    function scan(
        bytes memory answer,
        uint64 miner,
        uint64 pairEpoch,
        uint64 since,
        uint64 nowEpoch
    ) internal pure returns (Reading memory reading) {
        CborReader.Cursor memory cursor = CborReader.open(answer, miner, GET_VESTING_FUNDS);
        cursor.array(1);
        uint256 left = cursor.arrayOfAny();
        reading.empty = left == 0;
        uint256 last;
        uint256 step;
        // Epochs are below 2^64, amounts below 2^176 and entries fewer than bytes: nothing here can overflow.
        unchecked {
            while (left != 0) {
                cursor.array(2);
                uint256 epoch = cursor.integer();
                uint256 amount = cursor.amount();
                if (amount >> AMOUNT_BITS != 0) cursor.refuse();
                if (step == 0) {
                    _choosePairs(reading, epoch % HALF_DAY, pairEpoch, since, nowEpoch);
                    step = HALF_DAY;
                } else {
                    if (epoch <= last) cursor.refuse();
                    step = epoch - last;
                    if (step % HALF_DAY != 0) cursor.refuse();
                }
                uint256 stop = _collect(reading, epoch, amount);
                last = epoch;
                --left;
                if (epoch < stop && epoch + step >= FAST_FIRST) {
                    uint256 count = (stop - 1 - epoch) / step;
                    uint256 sum;
                    (count, sum) = _run(cursor, epoch, step, count < left ? count : left);
                    reading.total += sum;
                    last += count * step;
                    left -= count;
                }
            }
        }
        cursor.close();
    }

    /// @dev The largest pair of the class that lies in the middle of the schedule of every reward to come.
    function _choosePairs(
        Reading memory reading,
        uint256 class,
        uint64 pairEpoch,
        uint64 since,
        uint64 nowEpoch
    ) private pure {
        reading.pairEpoch = pairEpoch == 0 ? _farthest(class, since) : pairEpoch;
        reading.nextPairEpoch = _farthest(class, nowEpoch);
    }

    /// @dev The largest e of the class with e + HALF_DAY < epoch + VESTING.
    function _farthest(uint256 class, uint256 epoch) private pure returns (uint64) {
        unchecked {
            uint256 limit = epoch + VESTING - HALF_DAY - 1;
            return uint64(limit - ((limit - class) % HALF_DAY));
        }
    }

    /// @dev Counts an entry, in the pairs too if it belongs to them.
    /// @return stop the next epoch that belongs to a pair, or where the fast run ends anyhow
    function _collect(Reading memory reading, uint256 epoch, uint256 amount) private pure returns (uint256 stop) {
        unchecked {
            reading.total += amount;
            uint256 pair = reading.pairEpoch;
            uint256 nextPair = reading.nextPairEpoch;
            if (epoch == pair || epoch == pair + HALF_DAY) reading.pairSum += amount;
            if (epoch == nextPair || epoch == nextPair + HALF_DAY) reading.nextPairSum += amount;
            stop = FAST_END;
            stop = _earlier(stop, epoch, pair);
            stop = _earlier(stop, epoch, pair + HALF_DAY);
            stop = _earlier(stop, epoch, nextPair);
            stop = _earlier(stop, epoch, nextPair + HALF_DAY);
        }
    }

    function _earlier(uint256 stop, uint256 epoch, uint256 candidate) private pure returns (uint256) {
        return candidate > epoch && candidate < stop ? candidate : stop;
    }

    /// @dev Takes up to `count` entries that go on from `epoch` in equal steps and are 82, 1a and four bytes of epoch,
    /// 48 to 4f (a string of 8 to 15 bytes), 00 (plus), magnitude without a leading zero. All epochs must take four
    /// bytes. An entry of another form ends the run; so does one behind the end of the answer, whose bytes mean nothing:
    /// the run is refused then.
    /// @return taken the number of entries
    /// @return sum their amounts, attoFIL
    function _run(
        CborReader.Cursor memory cursor,
        uint256 epoch,
        uint256 step,
        uint256 count
    ) private pure returns (uint256 taken, uint256 sum) {
        uint256 next = cursor.next;
        assembly ("memory-safe") {
            // The first eight bytes of the entry that is expected, of the shortest string.
            let stride := shl(16, step)
            let first := add(add(0x821a000000004800, shl(16, epoch)), stride)
            let expected := first
            let behind := add(first, mul(count, stride))
            for {} xor(expected, behind) {} {
                let word := mload(next)
                if xor(and(shr(192, word), 0xfffffffffffff8ff), expected) {
                    break
                }
                if iszero(byte(8, word)) {
                    break
                }
                // 40 and the length of the string: the entry is 7 bytes longer, the magnitude one byte shorter.
                let head := byte(6, word)
                sum := add(sum, shr(sub(0x308, shl(3, head)), shl(64, word)))
                next := add(next, sub(head, 0x39))
                expected := add(expected, stride)
            }
            taken := div(sub(expected, first), stride)
        }
        if (next > cursor.end) cursor.refuse();
        cursor.next = next;
    }
}
