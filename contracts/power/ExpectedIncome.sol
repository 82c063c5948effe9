// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { MinerActor } from "../fvm/MinerActor.sol";

/// @title What power is expected to earn (R-INC-7)
/// @notice By the network's own smoothed estimates: the termination fee of power without pledge is 105 % of the
/// expected reward of 3.51 days (FIP-0098: continued-fault fee). PowerNFT links it, because that contract's size is
/// limited.
library ExpectedIncome {
    /// @dev Epochs in a day.
    uint256 private constant DAY = 2_880;
    /// @dev The epochs whose expected reward the fee is made of: 3.51 days, rounded down as builtin-actors do.
    uint256 private constant FEE_EPOCHS = 10_108;

    /// @notice Expected gross block rewards of `qap` bytes for one day, rounded down, attoFIL.
    /// @param minerId Any miner: the estimate is the network's.
    function perDay(uint64 minerId, uint256 qap) external view returns (uint256) {
        if (qap == 0) return 0;
        return (MinerActor.maxTerminationFee(minerId, qap, 0) * 100 * DAY) / (105 * FEE_EPOCHS);
    }

    /// @notice What the chain takes of `qap` bytes for each day that they are faulty, attoFIL: the continued-fault fee,
    /// the expected reward of 3.51 days. The termination fee without pledge is 105 % of it, rounded down (FIP-0098,
    /// builtin-actors `pledge_penalty_for_termination`), so that rounding up gives it back exactly.
    /// @param minerId Any miner: the estimate is the network's.
    function faultFeePerDay(uint64 minerId, uint256 qap) internal view returns (uint256) {
        return Math.ceilDiv(MinerActor.maxTerminationFee(minerId, qap, 0) * 100, 105);
    }
}
