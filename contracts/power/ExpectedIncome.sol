// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { MinerActor } from "../fvm/MinerActor.sol";

/// @title What power is expected to earn (R-INC-7)
/// @notice By the network's own smoothed estimates: the termination fee of power without pledge is 105 % of the
/// expected reward of 3.51 days (FIP-0098: continued-fault fee).
library ExpectedIncome {
    /// @dev Epochs in a day.
    uint256 private constant DAY = 2_880;
    /// @dev The epochs whose expected reward the fee is made of: 3.51 days, rounded down as builtin-actors do.
    uint256 private constant FEE_EPOCHS = 10_108;

    /// @notice Expected gross block rewards of `qap` bytes for one day, rounded down, attoFIL.
    /// @param minerId Any miner: the estimate is the network's.
    function perDay(uint64 minerId, uint256 qap) internal view returns (uint256) {
        if (qap == 0) return 0;
        return (MinerActor.maxTerminationFee(minerId, qap, 0) * 100 * DAY) / (105 * FEE_EPOCHS);
    }
}
