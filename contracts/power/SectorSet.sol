// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "./IPowerNFT.sol";
import { Slots } from "./Slots.sol";

/// @dev 256 sectors. One storage slot.
struct Word {
    /// @notice One bit each, the lowest sector lowest.
    uint256 bits;
}

/// @title Which sectors back NFTs that are alive
/// @notice One bit a sector; runs of sectors are set and cleared word by word.
library SectorSet {
    /// @dev The largest sector number that the chain knows.
    uint64 internal constant MAX_SECTOR = type(uint64).max >> 1;

    /// @notice Sets the bits of ascending, disjoint runs; none may be set already.
    /// @param maximum The most sectors that are accepted.
    /// @return sectorCount How many sectors the runs hold.
    function commit(
        uint64 minerId,
        IPowerNFT.SectorRange[] memory ranges,
        uint256 maximum
    ) internal returns (uint256 sectorCount) {
        uint256 next = 0;
        for (uint256 i = 0; i < ranges.length; ++i) {
            uint256 start = ranges[i].start;
            uint256 count = ranges[i].count;
            if (count == 0 || start < next || start + count - 1 > MAX_SECTOR) {
                revert IPowerNFT.BadSectorRange(i, ranges[i].start, ranges[i].count);
            }
            sectorCount += count;
            if (sectorCount > maximum) revert IPowerNFT.SectorCountOutOfRange(sectorCount, maximum);
            next = start + count;
            for (uint256 at = start; at < next;) {
                (uint256 word, uint256 mask, uint256 end) = _wordAt(at, next);
                Word storage bits = _bits(minerId, word);
                uint256 taken = bits.bits;
                if (taken & mask != 0) revert IPowerNFT.SectorCommitted(minerId, _lowest(word, taken & mask));
                bits.bits = taken | mask;
                at = end;
            }
        }
        if (sectorCount == 0) revert IPowerNFT.SectorCountOutOfRange(0, maximum);
    }

    /// @notice Clears the bits of runs.
    function free(uint64 minerId, IPowerNFT.SectorRange[] memory ranges) internal {
        for (uint256 i = 0; i < ranges.length; ++i) {
            uint256 next = uint256(ranges[i].start) + ranges[i].count;
            for (uint256 at = ranges[i].start; at < next;) {
                (uint256 word, uint256 mask, uint256 end) = _wordAt(at, next);
                _bits(minerId, word).bits &= ~mask;
                at = end;
            }
        }
    }

    /// @notice Whether a sector's bit is set.
    function contains(uint64 minerId, uint64 sector) internal view returns (bool) {
        return _bits(minerId, sector >> 8).bits & (1 << (sector & 255)) != 0;
    }

    function _bits(uint64 minerId, uint256 word) private pure returns (Word storage found) {
        uint256 slot = Slots.at(Slots.COMMITTED, minerId, word);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }

    /// @dev The word that holds sector `at`, the mask of [at, min(next, end of word)), and that end.
    function _wordAt(uint256 at, uint256 next) private pure returns (uint256 word, uint256 mask, uint256 end) {
        word = at >> 8;
        uint256 wordEnd = (word + 1) << 8;
        end = next < wordEnd ? next : wordEnd;
        mask = (type(uint256).max >> (256 - (end - at))) << (at & 255);
    }

    /// @dev The first sector whose bit is set in `bits`, which is not 0.
    function _lowest(uint256 word, uint256 bits) private pure returns (uint64 sector) {
        uint256 bit = 0;
        while (bits & (1 << bit) == 0) ++bit;
        sector = uint64((word << 8) | bit);
    }
}
