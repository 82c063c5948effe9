// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IncomeLedger, Line, Position } from "../../contracts/power/IncomeLedger.sol";
import { Test } from "./Test.sol";

/// @notice A line with claimants, as small as it can be.
contract IncomeLedger__Harness {
    using IncomeLedger for Line;
    using IncomeLedger for Position;

    uint64 private constant MINER = 1000;

    Line private _line;
    mapping(uint256 id => Position) private _positions;

    function append(uint256 units, uint256 perByte) external returns (uint256) {
        return _line.append(units, perByte);
    }

    function turn() external {
        _line.turn(MINER);
    }

    function cover(uint256 amount) external {
        _line.cover(MINER, amount);
    }

    function setWeight(uint256 id, uint256 payBps, uint64 weight) external {
        _line.turn(MINER);
        _line.setWeight(_positions[id], uint64(id), payBps, weight);
    }

    /// @notice What was earned up to a place on the line, attoFIL.
    function earnedBy(uint256 id, uint256 payBps, uint256 place) external view returns (uint256) {
        return _positions[id].rawAt(uint64(id), payBps, place) / IncomeLedger.BPS;
    }

    /// @notice What of it is covered, attoFIL.
    function coveredOf(uint256 id, uint256 payBps, uint256 place) external view returns (uint256) {
        uint256 covered = Math.min(place, _line.perByteCovered);
        return _positions[id].rawAt(uint64(id), payBps, covered) / IncomeLedger.BPS;
    }

    /// @notice The place where the line ends.
    function end() external view returns (uint256) {
        return _line.perByte;
    }

    function owed() external view returns (uint256) {
        return _line.owed();
    }

    function state() external view returns (uint256 earned, uint256 covered, uint256 coveredIndex, uint256 top) {
        return (_line.earned, _line.covered, _line.coveredIndex, _line.top);
    }
}

/// @title The ledger's library by itself, step by step beside a brute-force copy of every straight piece of the line
/// @notice The reference keeps every claimant's exact part of every piece (attoFIL * 2^128) and walks over all of them
/// for each question.
contract IncomeLedgerTest is Test {
    uint256 private constant BPS = 10_000;
    uint256 private constant CLAIMANTS = 4;
    uint256 private constant STEPS = 40;

    IncomeLedger__Harness private _ledger;

    struct Claimant {
        uint256 payBps;
        uint256 weight;
        /// @dev How many pieces it took part in, and the place on the line where it stopped; without meaning before.
        uint256 lastPiece;
        uint256 lastPlace;
        bool ended;
        /// @dev What was covered when cash last came, exactly.
        uint256 covered;
    }
    Claimant[CLAIMANTS] private _claimants;
    /// @dev Exact parts of each piece.
    uint256[CLAIMANTS][] private _parts;
    /// @dev What the line says that each piece brought, attoFIL.
    uint256[] private _lengths;
    /// @dev How many pieces are behind the last turn: all of them, or all but the last.
    uint256 private _turned;

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
        _pay(_ledger.owed());
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
        (, , , uint256 same) = _ledger.state();
        assertEq(same, top, "income alone is no checkpoint");
        if (earned == 0) return;
        if (_turned == _parts.length) {
            _parts.push();
            _lengths.push();
        }
        uint256 last = _turned;
        for (uint256 i = 0; i < CLAIMANTS; ++i) {
            Claimant storage c = _claimants[i];
            _parts[last][i] += Math.mulDiv(c.weight * c.payBps * perByte, 1 << 64, BPS);
        }
        _lengths[last] += earned;
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
        _pay(amount);
    }

    function _pay(uint256 amount) private {
        (, uint256 before, , ) = _ledger.state();
        _ledger.cover(amount);
        (, uint256 mark, uint256 index, ) = _ledger.state();
        assertEq(mark, before + amount, "cash moves the mark");
        uint256 expected = 0;
        uint256 sum = 0;
        while (expected < _turned && sum + _lengths[expected] <= mark) sum += _lengths[expected++];
        assertEq(index, expected, "the last checkpoint that the mark has reached");
        for (uint256 i = 0; i < CLAIMANTS; ++i) {
            // the line of the last piece is rounded up with each income, so that the same cash may cover a bit less of it
            _claimants[i].covered = Math.max(_claimants[i].covered, _exactCovered(i, mark));
        }
    }

    function _weigh(uint256 i, uint256 weight) private {
        if (_claimants[i].ended) return;
        _claimants[i].weight = weight;
        _ledger.setWeight(i, _claimants[i].payBps, uint64(weight));
        _turn();
    }

    /// @dev A checkpoint was made, if there was income since the last.
    function _turn() private {
        _turned = _parts.length;
        (, , , uint256 top) = _ledger.state();
        assertEq(top, _turned, "a checkpoint wherever weights change");
    }

    /// @dev A claimant expires, now and then.
    function _end(uint256 i, uint256 draw) private {
        if (_claimants[i].ended || draw % 3 != 0) return;
        Claimant storage c = _claimants[i];
        _ledger.turn();
        _turn();
        (c.lastPiece, c.lastPlace) = (_turned, _ledger.end());
        (c.ended, c.weight) = (true, 0);
    }

    function _compare() private view {
        (uint256 earned, uint256 mark, , ) = _ledger.state();
        uint256 sumEarned = 0;
        uint256 sumCovered = 0;
        for (uint256 i = 0; i < CLAIMANTS; ++i) {
            (uint256 exactEarned, uint256 lived) = _exactEarned(i);
            uint256 exactCovered = _claimants[i].covered;
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

    function _exactEarned(uint256 i) private view returns (uint256 exact, uint256 lived) {
        uint256 last = _claimants[i].ended ? _claimants[i].lastPiece : _parts.length;
        for (uint256 k = 0; k < last; ++k) {
            exact += _parts[k][i];
            if (_parts[k][i] != 0) ++lived;
        }
        lived += 2 * CLAIMANTS * STEPS; // knots round too, by one 10,000th each
    }

    /// @dev On the line as it is rounded: each piece is covered from its beginning on.
    function _exactCovered(uint256 i, uint256 mark) private view returns (uint256 exact) {
        uint256 from = 0;
        uint256 last = _claimants[i].ended ? _claimants[i].lastPiece : _parts.length;
        for (uint256 k = 0; k < last && from < mark; ++k) {
            uint256 part = _parts[k][i];
            uint256 length = _lengths[k];
            exact += mark >= from + length ? part : Math.mulDiv(part, mark - from, length);
            from += length;
        }
    }

    function _earned(uint256 i) private view returns (uint256) {
        return _ledger.earnedBy(i, _claimants[i].payBps, _last(i));
    }

    function _covered(uint256 i) private view returns (uint256) {
        return _ledger.coveredOf(i, _claimants[i].payBps, _last(i));
    }

    /// @dev The place on the line where its income ended, or the end.
    function _last(uint256 i) private view returns (uint256) {
        return _claimants[i].ended ? _claimants[i].lastPlace : _ledger.end();
    }

    // SINGLE CASES

    function test_theOldestIncomeIsCoveredFirst() external {
        _ledger.setWeight(0, BPS, 10);
        _ledger.append(10 * BPS, 100 << 64);
        _ledger.setWeight(0, BPS, 0);
        _ledger.setWeight(1, BPS, 10);
        _ledger.append(10 * BPS, 100 << 64);
        _ledger.cover(1_500);
        assertEq(_ledger.coveredOf(0, BPS, _ledger.end()), 1_000, "the older claimant first");
        assertEq(_ledger.coveredOf(1, BPS, _ledger.end()), 500, "the younger one from there on");
    }

    function test_aWeightSetTwiceAtOneCheckpointCountsOnce() external {
        _ledger.setWeight(0, BPS, 10);
        _ledger.append(10 * BPS, 1 << 64);
        _ledger.setWeight(0, BPS, 20);
        _ledger.setWeight(0, BPS, 5);
        _ledger.append(5 * BPS, 1 << 64);
        assertEq(_ledger.earnedBy(0, BPS, 2 << 64), 15, "10 and then 5");
        assertEq(_ledger.earnedBy(0, BPS, 1 << 64), 10, "at the earlier checkpoint");
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
        assertEq(_ledger.earnedBy(0, BPS, 4 << 64), 13, "10, nothing, 3");
        _ledger.cover(12);
        assertEq(_ledger.coveredOf(0, BPS, 4 << 64), 10, "the others' income lies between");
        _ledger.cover(8);
        assertEq(_ledger.coveredOf(0, BPS, 4 << 64), 10, "all of it");
    }

    function test_theFeeOfTheProviderIsNotOnTheLine() external {
        _ledger.setWeight(0, 7_000, 10);
        assertEq(_ledger.append(10 * 7_000, 100 << 64), 700, "what is left of 1,000");
        assertEq(_ledger.earnedBy(0, 7_000, 100 << 64), 700, "all of it the claimant's");
    }

    function test_aPartJustBelowOneAttoFILIsNothing() external {
        _ledger.setWeight(0, 9_999, 1);
        assertEq(_ledger.append(9_999, 1 << 64), 1, "the line is rounded up");
        assertEq(_ledger.earnedBy(0, 9_999, 1 << 64), 0, "9,999 ten-thousandths are rounded down");
        _ledger.setWeight(0, 9_999, 0);
        assertEq(_ledger.earnedBy(0, 9_999, 1 << 64), 0, "in a knot too");
    }

    function test_theLargestAmountsFit() external {
        // 2^64 - 1 bytes for ten thousand checkpoints' worth of income: near the end of uint96
        uint64 weight = type(uint64).max;
        _ledger.setWeight(0, BPS, weight);
        uint256 perByte = uint256(1 << 95); // 2^31 attoFIL a byte
        uint256 earned = _ledger.append(uint256(weight) * BPS, perByte);
        assertGe(earned, 1 << 94, "most of what can be");
        _ledger.setWeight(0, BPS, weight - 1);
        assertLe(earned - _ledger.earnedBy(0, BPS, perByte), 1, "a knot holds it");
        _ledger.cover(earned / 2);
        assertLe(earned / 2 - _ledger.coveredOf(0, BPS, perByte), 1, "half of it is covered");
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
        for (uint256 k = 0; k < 2_048; ++k) {
            ledger.append(BPS, 100 << 64);
            ledger.turn();
        }
        ledger.cover(50);
        uint256 before = gasleft();
        ledger.cover(2_000 * 100);
        // 11 steps out and 10 back, each a cold read of 2,100 gas and some arithmetic
        assertLe(before - gasleft(), 22 * 2_600 + 30_000, "a search through 2,000 checkpoints");
    }

    /// @dev Two parts of nearly nothing lengthen the line by 1 attoFIL each, for it is rounded up.
    function test_whatWasCoveredStaysCoveredWhenThePieceGrows() external {
        IncomeLedger__Harness ledger = new IncomeLedger__Harness();
        ledger.setWeight(0, BPS, 1);
        ledger.append(BPS, 1 << 64);
        ledger.cover(1);
        assertEq(ledger.coveredOf(0, BPS, ledger.end()), 1, "covered to the end");
        ledger.append(BPS, 1);
        ledger.append(BPS, 1);
        ledger.cover(1);
        assertEq(ledger.coveredOf(0, BPS, ledger.end()), 1, "and never less");
    }

    /// @dev Each piece of the line is shared by another weight, so that the piece before or behind gives another part.
    function test_theMarkIsFoundHoweverManyCheckpointsItPasses() external {
        for (uint256 passed = 0; passed < 16; ++passed) {
            IncomeLedger__Harness ledger = new IncomeLedger__Harness();
            ledger.setWeight(2, BPS, 1);
            uint256 mark = 0;
            for (uint64 k = 0; k < 16; ++k) {
                uint64 other = k % 5;
                ledger.setWeight(1, BPS, other);
                uint256 piece = ledger.append((1 + other) * BPS, 3 << 64);
                if (k < passed) mark += piece;
                else if (k == passed) mark += piece / 3;
            }
            ledger.cover(mark);
            assertEq(ledger.coveredOf(2, BPS, ledger.end()), 3 * passed + 1, "3 of each piece, 1 of a third of one");
        }
    }

    function test_readingAClaimantOfManyKnotsIsASearch() external {
        IncomeLedger__Harness ledger = new IncomeLedger__Harness();
        for (uint64 k = 1; k <= 1_024; ++k) {
            ledger.setWeight(0, BPS, k);
            ledger.append(uint256(k) * BPS, 100 << 64);
        }
        ledger.cover(150);
        uint256 before = gasleft();
        ledger.coveredOf(0, BPS, 1_024 * (100 << 64));
        // twice eleven reads of knots and four of checkpoints
        assertLe(before - gasleft(), 2 * 11 * 2_600 + 30_000, "a search through 1,024 knots");
    }

    function _costOfCover(uint256 claimants) private returns (uint256 gas) {
        IncomeLedger__Harness ledger = new IncomeLedger__Harness();
        for (uint256 i = 0; i < claimants; ++i) ledger.setWeight(i, BPS, 10);
        for (uint256 k = 0; k < 30; ++k) {
            ledger.append(claimants * 10 * BPS, 1 << 64);
            ledger.turn();
        }
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
