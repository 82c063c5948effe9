// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IncomeLedger, Line, Position } from "../../contracts/power/IncomeLedger.sol";
import { Test } from "./Test.sol";

/// @notice A line with claimants, as small as it can be.
contract IncomeLedger__Harness {
    using IncomeLedger for Line;

    Line private _line;
    mapping(uint256 id => Position) private _positions;

    function append(uint256 units, uint256 perByte) external returns (uint256) {
        return _line.append(units, perByte);
    }

    function cover(uint256 amount) external {
        _line.cover(amount);
    }

    function setWeight(uint256 id, uint256 payBps, uint64 weight) external {
        _line.setWeight(_positions[id], payBps, weight);
    }

    function earnedBy(uint256 id, uint256 payBps, uint256 lastIndex) external view returns (uint256) {
        return _line.earnedBy(_positions[id], payBps, lastIndex);
    }

    function coveredOf(uint256 id, uint256 payBps, uint256 lastIndex) external view returns (uint256) {
        return _line.coveredOf(_positions[id], payBps, lastIndex);
    }

    function owed() external view returns (uint256) {
        return _line.owed();
    }

    function state() external view returns (uint256 earned, uint256 covered, uint256 coveredIndex, uint256 top) {
        return (_line.earned, _line.covered, _line.coveredIndex, _line.top);
    }
}

/// @title The ledger's library by itself, step by step beside a brute-force copy of every checkpoint
/// @notice The reference keeps every claimant's exact part of every checkpoint (attoFIL * 2^128) and walks over all of
/// them for each question.
contract IncomeLedgerTest is Test {
    uint256 private constant BPS = 10_000;
    uint256 private constant CLAIMANTS = 4;
    uint256 private constant STEPS = 40;

    IncomeLedger__Harness private _ledger;

    struct Claimant {
        uint256 payBps;
        uint256 weight;
        /// @dev The checkpoint at which it stopped to take part; the top while it has not.
        uint256 lastIndex;
        bool ended;
    }
    Claimant[CLAIMANTS] private _claimants;
    /// @dev Exact parts of each checkpoint.
    uint256[CLAIMANTS][] private _parts;
    /// @dev What the line says that each checkpoint brought, attoFIL.
    uint256[] private _lengths;

    function setUp() public {
        _ledger = new IncomeLedger__Harness();
    }

    /// @dev Small weights and incomes: here every rounding shows.
    function testFuzz_partsOfSmallIncomeAreExactToOneAttoFILEach(uint256 seed) external {
        _history(seed, 1 << 6, 1 << 66);
    }

    /// @dev Weights and incomes as they are: pebibytes and FIL.
    function testFuzz_partsOfLargeIncomeAreExactToOneAttoFILEach(uint256 seed) external {
        _history(seed, 1 << 55, 1 << 90);
    }

    function _history(uint256 seed, uint256 mostWeight, uint256 mostPerByte) private {
        for (uint256 i = 0; i < CLAIMANTS; ++i) _claimants[i].payBps = BPS - (_draw(seed, i) % 3_001);
        for (uint256 step = 0; step < STEPS; ++step) {
            uint256 draw = _draw(seed, 1_000 + step);
            uint256 what = draw % 8;
            draw >>= 8;
            if (what < 3) _append(draw % (mostPerByte >> (draw % 64)));
            else if (what < 5) _cover(draw);
            else if (what < 7) _weigh(draw % CLAIMANTS, draw % 5 == 0 ? 0 : (draw >> 8) % mostWeight);
            else _end(draw % CLAIMANTS, draw >> 8);
            _compare();
        }
        // in the end everybody is paid in full
        _ledger.cover(_ledger.owed());
        _compare();
        for (uint256 i = 0; i < CLAIMANTS; ++i) {
            assertEq(_covered(i), _earned(i), "paid in full once cash covers the line");
        }
    }

    function _append(uint256 perByte) private {
        uint256 units = 0;
        for (uint256 i = 0; i < CLAIMANTS; ++i) units += _claimants[i].weight * _claimants[i].payBps;
        (, , , uint256 top) = _ledger.state();
        uint256 earned = _ledger.append(units, perByte);
        assertEq(earned, Math.ceilDiv(units * perByte, BPS << 64), "the line is rounded up");
        if (earned == 0) {
            (, , , uint256 same) = _ledger.state();
            assertEq(same, top, "no income, no checkpoint");
            return;
        }
        uint256[CLAIMANTS] memory parts;
        for (uint256 i = 0; i < CLAIMANTS; ++i) {
            Claimant storage c = _claimants[i];
            parts[i] = Math.mulDiv(c.weight * c.payBps * perByte, 1 << 64, BPS);
        }
        _parts.push(parts);
        _lengths.push(earned);
    }

    function _cover(uint256 draw) private {
        uint256 owed = _ledger.owed();
        (, uint256 before, , ) = _ledger.state();
        // nothing, all, exactly to the end of a checkpoint, or anything
        uint256 amount =
            draw % 4 == 0
                ? owed
                : owed == 0
                    ? 0
                    : (draw >> 8) % (owed + 1);
        if (draw % 4 == 1) {
            uint256 end = 0;
            for (uint256 k = 0; k < _lengths.length && (end <= before || (draw >> 16) % 3 != k % 3); ++k)
                end += _lengths[k];
            if (end > before && end - before <= owed) amount = end - before;
        }
        _ledger.cover(amount);
        (, uint256 mark, uint256 index, ) = _ledger.state();
        assertEq(mark, before + amount, "cash moves the mark");
        uint256 expected = 0;
        uint256 sum = 0;
        while (expected < _lengths.length && sum + _lengths[expected] <= mark) sum += _lengths[expected++];
        assertEq(index, expected, "the last checkpoint that the mark has reached");
    }

    function _weigh(uint256 i, uint256 weight) private {
        if (_claimants[i].ended) return;
        _claimants[i].weight = weight;
        _ledger.setWeight(i, _claimants[i].payBps, uint64(weight));
    }

    /// @dev A claimant expires, now and then.
    function _end(uint256 i, uint256 draw) private {
        if (_claimants[i].ended || draw % 3 != 0) return;
        Claimant storage c = _claimants[i];
        (, , , c.lastIndex) = _ledger.state();
        (c.ended, c.weight) = (true, 0);
    }

    function _compare() private view {
        (uint256 earned, uint256 mark, , ) = _ledger.state();
        uint256 sumEarned = 0;
        uint256 sumCovered = 0;
        for (uint256 i = 0; i < CLAIMANTS; ++i) {
            (uint256 exactEarned, uint256 exactCovered, uint256 lived) = _exact(i, mark);
            uint256 has = _earned(i);
            uint256 covered = _covered(i);
            assertLe(has, exactEarned >> 128, "parts are rounded down");
            assertLe(
                (exactEarned >> 128) - has,
                1 + lived / BPS,
                "by less than one attoFIL and one 10,000th a checkpoint"
            );
            assertLe(covered, has, "no more is covered than earned");
            assertLe(covered, exactCovered >> 128, "covered parts are rounded down");
            assertLe((exactCovered >> 128) - covered, 1 + lived / BPS, "by as little");
            sumEarned += has;
            sumCovered += covered;
        }
        assertLe(sumEarned, earned, "parts never sum to more than the line");
        assertLe(sumCovered, mark, "covered parts never sum to more than the cash");
    }

    /// @dev On the line as it is rounded: each checkpoint is covered from its beginning on.
    function _exact(
        uint256 i,
        uint256 mark
    ) private view returns (uint256 exactEarned, uint256 exactCovered, uint256 lived) {
        uint256 from = 0;
        uint256 last = _claimants[i].ended ? _claimants[i].lastIndex : _parts.length;
        for (uint256 k = 0; k < last; ++k) {
            uint256 part = _parts[k][i];
            uint256 length = _lengths[k];
            exactEarned += part;
            if (part != 0) ++lived;
            if (mark >= from + length) exactCovered += part;
            else if (mark > from) exactCovered += Math.mulDiv(part, mark - from, length);
            from += length;
        }
        lived += 2 * CLAIMANTS * STEPS; // knots round too, by one 10,000th each
    }

    function _earned(uint256 i) private view returns (uint256) {
        return _ledger.earnedBy(i, _claimants[i].payBps, _last(i));
    }

    function _covered(uint256 i) private view returns (uint256) {
        return _ledger.coveredOf(i, _claimants[i].payBps, _last(i));
    }

    function _last(uint256 i) private view returns (uint256 top) {
        if (_claimants[i].ended) return _claimants[i].lastIndex;
        (, , , top) = _ledger.state();
    }

    // SINGLE CASES

    function test_theOldestIncomeIsCoveredFirst() external {
        _ledger.setWeight(0, BPS, 10);
        _ledger.append(10 * BPS, 100 << 64);
        _ledger.setWeight(0, BPS, 0);
        _ledger.setWeight(1, BPS, 10);
        _ledger.append(10 * BPS, 100 << 64);
        _ledger.cover(1_001);
        (, , , uint256 top) = _ledger.state();
        assertEq(_ledger.coveredOf(0, BPS, top), 1_000, "the older claimant first");
        assertEq(_ledger.coveredOf(1, BPS, top), 1, "the younger one from there on");
    }

    function test_aWeightSetTwiceAtOneCheckpointCountsOnce() external {
        _ledger.setWeight(0, BPS, 10);
        _ledger.append(10 * BPS, 1 << 64);
        _ledger.setWeight(0, BPS, 20);
        _ledger.setWeight(0, BPS, 5);
        _ledger.append(5 * BPS, 1 << 64);
        assertEq(_ledger.earnedBy(0, BPS, 2), 15, "10 and then 5");
        assertEq(_ledger.earnedBy(0, BPS, 1), 10, "at the earlier checkpoint");
        assertEq(_ledger.earnedBy(0, BPS, 0), 0, "at the origin");
    }

    function test_aWeightThatWentToNothingKeepsWhatItEarned() external {
        _ledger.setWeight(0, BPS, 10);
        _ledger.append(10 * BPS, 1 << 64);
        _ledger.setWeight(0, BPS, 0);
        _ledger.append(7 * BPS, 1 << 64);
        _ledger.append(7 * BPS, 1 << 64);
        _ledger.setWeight(0, BPS, 3);
        _ledger.append(3 * BPS, 1 << 64);
        assertEq(_ledger.earnedBy(0, BPS, 4), 13, "10, nothing, 3");
        _ledger.cover(12);
        assertEq(_ledger.coveredOf(0, BPS, 4), 10, "the others' income lies between");
        _ledger.cover(8);
        assertEq(_ledger.coveredOf(0, BPS, 4), 10, "all of it");
    }

    function test_theFeeOfTheProviderIsNotOnTheLine() external {
        _ledger.setWeight(0, 7_000, 10);
        assertEq(_ledger.append(10 * 7_000, 100 << 64), 700, "what is left of 1,000");
        assertEq(_ledger.earnedBy(0, 7_000, 1), 700, "all of it the claimant's");
    }

    function test_aPartJustBelowOneAttoFILIsNothing() external {
        _ledger.setWeight(0, 9_999, 1);
        assertEq(_ledger.append(9_999, 1 << 64), 1, "the line is rounded up");
        assertEq(_ledger.earnedBy(0, 9_999, 1), 0, "9,999 ten-thousandths are rounded down");
        _ledger.setWeight(0, 9_999, 0);
        assertEq(_ledger.earnedBy(0, 9_999, 1), 0, "in a knot too");
    }

    function test_theLargestAmountsFit() external {
        // 2^64 - 1 bytes for ten thousand checkpoints' worth of income: near the end of uint96
        uint64 weight = type(uint64).max;
        _ledger.setWeight(0, BPS, weight);
        uint256 perByte = uint256(1 << 95); // 2^31 attoFIL a byte
        uint256 earned = _ledger.append(uint256(weight) * BPS, perByte);
        assertGe(earned, 1 << 94, "most of what can be");
        _ledger.setWeight(0, BPS, weight - 1);
        assertLe(earned - _ledger.earnedBy(0, BPS, 1), 1, "a knot holds it");
        _ledger.cover(earned / 2);
        assertLe(earned / 2 - _ledger.coveredOf(0, BPS, 1), 1, "half of it is covered");
    }

    /// @dev A value that would not fit stops the call: nothing is cut off in silence.
    function test_incomeThatDoesNotFitIsRefused() external {
        uint64 weight = type(uint64).max;
        _ledger.setWeight(0, BPS, weight);
        (bool ok, ) = address(_ledger).call(
            abi.encodeCall(IncomeLedger__Harness.append, (uint256(weight) * BPS, 1 << 97))
        );
        assertTrue(!ok, "more than the line can hold");
    }

    // COSTS

    /// @dev What a harvest costs depends neither on claimants nor, but for a search, on checkpoints.
    function test_coveringCostsTheSameWithOneClaimantAndWithTenThousand() external {
        uint256 one = _costOfCover(1);
        uint256 many = _costOfCover(10_000);
        assertLe(many, (one * 102) / 100, "cover with 10,000 claimants");
        assertGe(many, (one * 98) / 100, "cover with 10,000 claimants");
    }

    function test_coveringManyCheckpointsAtOnceIsASearch() external {
        IncomeLedger__Harness ledger = new IncomeLedger__Harness();
        for (uint256 k = 0; k < 2_048; ++k) ledger.append(BPS, 100 << 64);
        ledger.cover(50);
        uint256 before = gasleft();
        ledger.cover(2_000 * 100);
        // 11 steps out and 10 back, each a cold read of 2,100 gas and some arithmetic
        assertLe(before - gasleft(), 22 * 2_600 + 30_000, "a search through 2,000 checkpoints");
    }

    function test_readingAClaimantOfManyKnotsIsASearch() external {
        IncomeLedger__Harness ledger = new IncomeLedger__Harness();
        for (uint64 k = 1; k <= 1_024; ++k) {
            ledger.setWeight(0, BPS, k);
            ledger.append(uint256(k) * BPS, 100 << 64);
        }
        ledger.cover(150);
        uint256 before = gasleft();
        ledger.coveredOf(0, BPS, 1_024);
        // twice eleven reads of knots and four of checkpoints
        assertLe(before - gasleft(), 2 * 11 * 2_600 + 30_000, "a search through 1,024 knots");
    }

    function _costOfCover(uint256 claimants) private returns (uint256 gas) {
        IncomeLedger__Harness ledger = new IncomeLedger__Harness();
        for (uint256 i = 0; i < claimants; ++i) ledger.setWeight(i, BPS, 10);
        for (uint256 k = 0; k < 30; ++k) ledger.append(claimants * 10 * BPS, 1 << 64);
        uint256 half = ledger.owed() / 2;
        ledger.cover(1);
        gas = gasleft();
        ledger.cover(half);
        gas -= gasleft();
    }

    function _draw(uint256 seed, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }
}
