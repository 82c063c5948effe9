// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "./IPowerNFT.sol";
import { Slots } from "./Slots.sol";

/// @dev Two runs of sectors. One storage slot.
struct RunPair {
    /// @notice The run with the even number: first sector, and how many.
    uint64 start0;
    uint64 count0;
    /// @notice The run behind it; empty behind the last.
    uint64 start1;
    uint64 count1;
}

/// @title The sectors behind each NFT, as runs
library SectorRuns {
    /// @notice Keeps the runs of an NFT.
    function store(uint64 id, IPowerNFT.SectorRange[] calldata runs) internal {
        for (uint256 i = 0; i < runs.length; i += 2) {
            RunPair storage pair = _pair(id, i / 2);
            (pair.start0, pair.count0) = (runs[i].start, runs[i].count);
            if (i + 1 < runs.length) (pair.start1, pair.count1) = (runs[i + 1].start, runs[i + 1].count);
        }
    }

    /// @notice The first `count` runs of an NFT.
    function load(uint64 id, uint256 count) internal view returns (IPowerNFT.SectorRange[] memory runs) {
        runs = new IPowerNFT.SectorRange[](count);
        for (uint256 i = 0; i < count; ++i) {
            RunPair storage pair = _pair(id, i / 2);
            runs[i] =
                i % 2 == 0
                    ? IPowerNFT.SectorRange(pair.start0, pair.count0)
                    : IPowerNFT.SectorRange(pair.start1, pair.count1);
        }
    }

    function _pair(uint64 id, uint256 n) private pure returns (RunPair storage found) {
        uint256 slot = Slots.at(Slots.SECTORS, id, n);
        assembly ("memory-safe") {
            found.slot := slot
        }
    }
}
