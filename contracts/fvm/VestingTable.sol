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
    /// @dev The epochs that take exactly four bytes: where runs apply.
    uint256 private constant FIRST_LONG_EPOCH = 1 << 16;
    uint256 private constant LONG_EPOCHS_END = 1 << 32;
    /// @dev The bytes of an entry before its sign and magnitude.
    uint256 private constant ENTRY_HEAD = 7;
    /// @dev The largest remainder of an entry as expected: 2^192 - 1 less the least magnitude without a leading zero.
    uint256 private constant LAST_COMPLEMENT = 0xfeffffffffffffffffffffffffffffffffffffffffffffff;

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
    /// @dev Nearly all entries continue the pattern of those before them and are taken two at a time by `_run`. The
    /// others are read one by one: the first, those behind a gap or a change of size, those that belong to a pair.
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
        uint256 stop;
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
                    step = epoch - last;
                    if (epoch <= last || step % HALF_DAY != 0) cursor.refuse();
                }
                if (epoch >= stop) stop = _collect(reading, epoch, amount);
                reading.total += amount;
                last = epoch;
                --left;
                uint256 pairs = _runLength(epoch, step, stop, left);
                if (pairs != 0) {
                    (pairs, amount) = _run(cursor, epoch + step, step, pairs);
                    reading.total += amount;
                    last += 2 * pairs * step;
                    left -= 2 * pairs;
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

    /// @dev Counts an entry that may belong to a pair.
    /// @return stop the next epoch that belongs to one, or where runs end anyhow
    function _collect(Reading memory reading, uint256 epoch, uint256 amount) private pure returns (uint256 stop) {
        unchecked {
            uint256 pair = reading.pairEpoch;
            uint256 nextPair = reading.nextPairEpoch;
            if (epoch == pair || epoch == pair + HALF_DAY) reading.pairSum += amount;
            if (epoch == nextPair || epoch == nextPair + HALF_DAY) reading.nextPairSum += amount;
            stop = LONG_EPOCHS_END;
            stop = _earlier(stop, epoch, pair);
            stop = _earlier(stop, epoch, pair + HALF_DAY);
            stop = _earlier(stop, epoch, nextPair);
            stop = _earlier(stop, epoch, nextPair + HALF_DAY);
        }
    }

    function _earlier(uint256 stop, uint256 epoch, uint256 candidate) private pure returns (uint256) {
        return candidate > epoch && candidate < stop ? candidate : stop;
    }

    /// @dev How many pairs of entries may follow in equal steps before `stop`.
    function _runLength(uint256 epoch, uint256 step, uint256 stop, uint256 left) private pure returns (uint256 pairs) {
        unchecked {
            if (epoch >= stop || epoch + step < FIRST_LONG_EPOCH) return 0;
            uint256 count = (stop - 1 - epoch) / step;
            return (count < left ? count : left) / 2;
        }
    }

    /// @dev Takes up to `pairs` pairs of entries whose epochs go on from `epoch` in equal steps and whose strings are as
    /// long as those of the first two: buckets of the two halves of a day differ, those of one half hardly.
    ///
    /// An entry starts with eight bytes: 82, 1a, four bytes of epoch, 40 + the length of the string, 00 (plus). The
    /// magnitude follows, `length` - 1 bytes. `expected` is the word of these eight bytes and ones behind them. With the
    /// entry's own word subtracted, what remains is below 2^192 if and only if the eight bytes are right, and at most
    /// LAST_COMPLEMENT if the magnitude has no leading zero either; its top bytes are then the complement of the magnitude.
    ///
    /// A run that goes on behind the end of the answer is refused when the cursor is closed.
    /// @return taken the number of pairs; the run ends before one that is not as expected
    /// @return sum their amounts, attoFIL
    function _run(
        CborReader.Cursor memory cursor,
        uint256 epoch,
        uint256 step,
        uint256 pairs
    ) private pure returns (uint256 taken, uint256 sum) {
        unchecked {
            uint256 next = cursor.next;
            uint256 length = _stringLength(next);
            uint256 secondLength = _stringLength(next + ENTRY_HEAD + length);
            // A length outside of 2..23 is for the reader of single entries.
            if (length - 2 > 21 || secondLength - 2 > 21) return (0, 0);
            uint256 expected = (0x821a << 240) | (epoch << 208) | ((0x40 + length) << 200) | type(uint192).max;
            uint256 toSecond = (step << 208) + (secondLength << 200) - (length << 200);
            uint256 size = ENTRY_HEAD + length;
            uint256 secondSize = ENTRY_HEAD + secondLength;
            assembly ("memory-safe") {
                // A function of its own, left by `leave`, is not inlined: with more variables around, the compiler would
                // spend as much on moving them as on the work.
                function loop(state) -> sums {
                    let at := mload(state)
                    let want := mload(add(state, 0x20))
                    let latest := mload(add(state, 0x40))
                    let further := mload(add(state, 0x60))
                    let second := mload(add(state, 0x80))
                    let width := mload(add(state, 0xa0))
                    let secondWidth := mload(add(state, 0xc0))
                    let bound := mload(add(state, 0xe0))
                    let shift := sub(256, shl(3, width))
                    let secondShift := sub(256, shl(3, secondWidth))
                    for {} 1 {} {
                        let a := sub(want, mload(at))
                        let b := sub(add(want, second), mload(add(at, width)))
                        if or(or(gt(a, bound), gt(b, bound)), gt(want, latest)) {
                            mstore(state, at)
                            leave
                        }
                        sums := add(add(shr(shift, a), shr(secondShift, b)), sums)
                        at := add(add(at, width), secondWidth)
                        want := add(want, further)
                    }
                }
                let memo := mload(0x40)
                mstore(memo, next)
                mstore(add(memo, 0x20), expected)
                mstore(add(memo, 0x40), add(expected, mul(sub(pairs, 1), shl(209, step))))
                mstore(add(memo, 0x60), shl(209, step))
                mstore(add(memo, 0x80), toSecond)
                mstore(add(memo, 0xa0), size)
                mstore(add(memo, 0xc0), secondSize)
                mstore(add(memo, 0xe0), LAST_COMPLEMENT)
                sum := loop(memo)
                next := mload(memo)
            }
            taken = (next - cursor.next) / (size + secondSize);
            cursor.next = next;
            sum = taken * ((1 << (8 * length - 8)) + (1 << (8 * secondLength - 8)) - 2) - sum;
        }
    }

    /// @dev What the seventh byte of an entry says of the length of its string.
    function _stringLength(uint256 entry) private pure returns (uint256 length) {
        assembly ("memory-safe") {
            length := sub(byte(6, mload(entry)), 0x40)
        }
    }
}
