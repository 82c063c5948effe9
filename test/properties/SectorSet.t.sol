// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { SectorSet } from "../../contracts/power/SectorSet.sol";
import { Test } from "./Test.sol";

contract SectorSet__Harness {
    uint64 private constant MINER = 1000;

    function commit(IPowerNFT.SectorRange[] memory ranges, uint256 maximum) external returns (uint256) {
        return SectorSet.commit(MINER, ranges, maximum);
    }

    function free(IPowerNFT.SectorRange[] memory ranges) external {
        SectorSet.free(MINER, ranges);
    }

    function contains(uint64 sector) external view returns (bool) {
        return SectorSet.contains(MINER, sector);
    }
}

/// @title The set of committed sectors, beside a list of booleans
contract SectorSetTest is Test {
    uint64 private constant UNIVERSE = 900;
    uint64 private constant MAX_SECTOR = type(uint64).max >> 1;

    SectorSet__Harness private _set;
    bool[UNIVERSE] private _member;

    function setUp() public {
        _set = new SectorSet__Harness();
    }

    function testFuzz_runsAreSetAndClearedExactly(uint256 seed) external {
        IPowerNFT.SectorRange[][] memory kept = new IPowerNFT.SectorRange[][](12);
        for (uint256 step = 0; step < 12; ++step) {
            IPowerNFT.SectorRange[] memory ranges = _ranges(uint256(keccak256(abi.encode(seed, step))));
            (bool overlaps, uint64 first, uint256 count) = _overlap(ranges);
            if (overlaps) {
                vm.expectRevert(abi.encodeWithSelector(IPowerNFT.SectorCommitted.selector, uint64(1000), first));
                _set.commit(ranges, 65_536);
                if (step % 2 == 0 && kept[step / 2].length != 0) {
                    _set.free(kept[step / 2]);
                    _mark(kept[step / 2], false);
                    delete kept[step / 2];
                }
            } else {
                assertEq(_set.commit(ranges, 65_536), count, "how many sectors the runs hold");
                _mark(ranges, true);
                kept[step] = ranges;
            }
        }
        for (uint64 s = 0; s < UNIVERSE; ++s) assertTrue(_set.contains(s) == _member[s], "each sector as it was set");
    }

    function test_theLargestSectorNumberIsAccepted() external {
        assertEq(_set.commit(_one(MAX_SECTOR, 1), 10), 1, "one sector");
        assertTrue(_set.contains(MAX_SECTOR) && !_set.contains(MAX_SECTOR - 1), "that one only");
    }

    function test_numbersBeyondTheLargestAreRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IPowerNFT.BadSectorRange.selector, 0, MAX_SECTOR, 2));
        _set.commit(_one(MAX_SECTOR, 2), 10);
        vm.expectRevert(
            abi.encodeWithSelector(IPowerNFT.BadSectorRange.selector, 0, type(uint64).max, type(uint64).max)
        );
        _set.commit(_one(type(uint64).max, type(uint64).max), 10);
    }

    function test_anEmptyRunIsRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IPowerNFT.BadSectorRange.selector, 0, 5, 0));
        _set.commit(_one(5, 0), 10);
    }

    function test_noRunAtAllIsRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IPowerNFT.SectorCountOutOfRange.selector, 0, 10));
        _set.commit(new IPowerNFT.SectorRange[](0), 10);
    }

    function test_runsOutOfOrderAreRefused() external {
        IPowerNFT.SectorRange[] memory ranges = new IPowerNFT.SectorRange[](2);
        (ranges[0], ranges[1]) = (IPowerNFT.SectorRange(10, 5), IPowerNFT.SectorRange(14, 1));
        vm.expectRevert(abi.encodeWithSelector(IPowerNFT.BadSectorRange.selector, 1, 14, 1));
        _set.commit(ranges, 10);
        ranges[1].start = 15;
        assertEq(_set.commit(ranges, 10), 6, "a run right behind another is fine");
    }

    function test_moreSectorsThanAllowedAreRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IPowerNFT.SectorCountOutOfRange.selector, 11, 10));
        _set.commit(_one(0, 11), 10);
        assertEq(_set.commit(_one(0, 10), 10), 10, "as many as allowed");
    }

    /// @dev Ascending runs across the borders of words, whole words among them.
    function _ranges(uint256 draw) private pure returns (IPowerNFT.SectorRange[] memory ranges) {
        uint256 count = (draw % 3) + 1;
        ranges = new IPowerNFT.SectorRange[](count);
        uint64 next = uint64((draw >> 8) % 300);
        for (uint256 i = 0; i < count; ++i) {
            draw = uint256(keccak256(abi.encode(draw)));
            uint64 start = next + uint64(draw % 40);
            uint64 length = uint64((draw >> 16) % ((draw >> 32) % 3 == 0 ? 260 : 12)) + 1;
            if (start >= UNIVERSE) start = UNIVERSE - 1;
            if (start < next) {
                assembly ("memory-safe") {
                    mstore(ranges, i)
                }
                return ranges;
            }
            if (start + length > UNIVERSE) length = UNIVERSE - start;
            ranges[i] = IPowerNFT.SectorRange(start, length);
            next = start + length;
        }
    }

    function _overlap(
        IPowerNFT.SectorRange[] memory ranges
    ) private view returns (bool overlaps, uint64 first, uint256 count) {
        for (uint256 i = 0; i < ranges.length; ++i) {
            count += ranges[i].count;
            for (uint64 s = ranges[i].start; s < ranges[i].start + ranges[i].count; ++s) {
                if (_member[s] && !overlaps) (overlaps, first) = (true, s);
            }
        }
    }

    function _mark(IPowerNFT.SectorRange[] memory ranges, bool member) private {
        for (uint256 i = 0; i < ranges.length; ++i) {
            for (uint64 s = ranges[i].start; s < ranges[i].start + ranges[i].count; ++s) _member[s] = member;
        }
    }

    function _one(uint64 start, uint64 count) private pure returns (IPowerNFT.SectorRange[] memory ranges) {
        ranges = new IPowerNFT.SectorRange[](1);
        ranges[0] = IPowerNFT.SectorRange(start, count);
    }
}
